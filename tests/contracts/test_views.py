"""The pages of a contract: two tenants of each side, what each role sees and may do, and their queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts import actions, assemblers
from contracts.enums import ContractStatus, SigningOrder
from contracts.models import Contract
from core import clock
from core.dates import add_months
from tests.contracts.conftest import activate, negotiate
from tests.contracts.pages import url
from tests.utils import stories
from tests.utils.reading import words
from tests.utils.world import make_tenant

pytestmark = pytest.mark.django_db
PAGES = (
    "contract_preview",
    "contract_edit",
    "contract_consent",
    "contract_sign",
    "contract_sign_outside",
    "contract_sign_paper",
    "contract_refuse",
    "contract_abandon",
    "crisis_declare",
)


@pytest.mark.parametrize("page", PAGES)
def test_another_tenant_finds_no_contract(world, client_of, negotiated, page):
    for tenant in (world.east, world.neighbour):
        for member in (tenant.coordinator, tenant.president):
            assert client_of(member).get(url(page, negotiated)).status_code == 404
    for member in (world.east.ars_officer, world.east.fund_officer, world.east.ars_signatory):
        assert client_of(member).get(url(page, negotiated)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_an_anonymous_visitor_is_sent_to_sign_in(client, negotiated, page):
    response = client.get(url(page, negotiated))
    assert response.status_code == 302
    assert "/compte/" in response["Location"]


def test_a_draft_is_its_cpts_s_alone(world, client_of, draft):
    assert client_of(world.west.reader).get(url("contract_preview", draft)).status_code == 200
    for member in (world.west.ars_officer, world.west.fund_officer, world.observer):
        assert client_of(member).get(url("contract_preview", draft)).status_code == 404
    actions.abandon_contract(actor=world.west.coordinator.as_actor(), contract=draft, reason="À refaire.")
    for member in (world.west.ars_officer, world.west.fund_officer, world.observer):
        assert client_of(member).get(url("contract_preview", draft)).status_code == 404


def test_an_abandoned_negotiation_stays_readable_by_the_three(world, client_of, negotiated):
    actions.abandon_contract(actor=world.west.president.as_actor(), contract=negotiated, reason="Territoire revu.")
    for member in (world.west.coordinator, world.west.ars_officer, world.west.fund_officer):
        response = client_of(member).get(url("contract_preview", negotiated))
        assert response.status_code == 200
        assert "Territoire revu." in words(response)


@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("contract_preview", {"reader", "treasurer", "accountant", "ars_signatory", "fund_officer"}),
        ("contract_edit", {"coordinator", "president", "ars_officer", "fund_officer"}),
        ("contract_consent", {"president", "ars_officer", "fund_officer"}),
        ("contract_abandon", {"coordinator", "president"}),
    ],
)
def test_a_page_opens_for_those_who_may(world, client_of, negotiated, page, allowed):
    names = ("coordinator", "president", "treasurer", "reader", "ars_officer", "ars_signatory", "fund_officer")
    for name in {*names, *allowed}:
        status = client_of(getattr(world.west, name)).get(url(page, negotiated)).status_code
        expected = 200 if name in allowed or page == "contract_preview" else 403
        assert status == expected, name


def test_the_observer_reads_and_writes_nothing(world, client_of, negotiated):
    client = client_of(world.observer)
    assert client.get(url("contract_preview", negotiated)).status_code == 200
    for page in ("contract_edit", "contract_consent", "contract_sign", "contract_refuse", "contract_abandon"):
        assert client.get(url(page, negotiated)).status_code == 403
        assert client.post(url(page, negotiated)).status_code == 403


def test_a_cpts_goes_straight_to_its_contract(world, client_of, draft):
    response = client_of(world.west.coordinator).get(reverse("contracts:contract_list"))
    assert response.url == url("contract_preview", draft)
    response = client_of(world.east.coordinator).get(reverse("contracts:contract_list"))
    assert "Rédiger le contrat" in words(response)


def test_an_authority_lists_and_filters_its_contracts(world, client_of, negotiated):
    client = client_of(world.west.ars_officer)
    address = reverse("contracts:contract_list")
    assert negotiated.number in words(client.get(address))
    assert negotiated.number in words(client.get(address, {"status": "NEGOTIATION", "search": "Ouest"}))
    assert negotiated.number not in words(client.get(address, {"status": "ACTIVE"}))
    assert negotiated.number not in words(client_of(world.east.ars_officer).get(address))
    assert client.get(address, {"_export": "xlsx"}).status_code == 200


def test_the_ars_declares_a_crisis_on_a_contract_in_force(world, client_of):
    contract = activate(world.west, clock.today())
    client = client_of(world.west.ars_signatory)
    future = add_months(clock.today(), 1)
    address = url("crisis_declare", contract)
    assert "à venir" in words(client.post(address, {"label": "Canicule", "declared_on": future.isoformat()}))
    response = client.post(address, {"label": "Canicule", "declared_on": clock.today().isoformat()}, follow=True)
    assert "Canicule" in words(response)
    assert client_of(world.west.coordinator).get(address).status_code == 403
    assert client_of(world.west.fund_officer).get(address).status_code == 403


def test_a_crisis_tells_all_its_refusals_at_once(world, client_of):
    contract = activate(world.west, clock.today())
    sent = {"label": "", "declared_on": add_months(clock.today(), 1).isoformat()}
    answer = client_of(world.west.ars_signatory).post(url("crisis_declare", contract), sent)
    assert set(answer.context["form"].errors) == {"label", "declared_on"}


def queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_what_asks_for_a_signed_contract_is_not_posted_on_another(world, client_of, negotiated):
    """No page of it leads there: the addresses alone did, to a failure."""
    client = client_of(world.west.president)
    amendment = {"reason": "Une mission de plus.", "takes_effect_year": "0"}
    end = {"ground": "NOTICE", "effective_on": "2027-01-01", "notified_on": "2026-01-01", "reason": "Fusion."}
    assert client.post(url("amendment_create", negotiated), amendment).url == url("contract_preview", negotiated)
    assert client.post(reverse("dashboards:contract_end", args=[negotiated.pk]), end).status_code == 302
    assert not negotiated.amendments.exists() and not negotiated.terminations.exists()


def test_the_list_asks_as_many_queries_for_2_contracts_as_for_20(world, client_of):
    client, address = client_of(world.west.ars_officer), reverse("contracts:contract_list")
    template = negotiate(world.west)

    def add(count: int) -> None:
        for number in range(count):
            tenant = make_tenant(f"N{Contract.objects.count()}-{number}", beside=world.west)
            Contract.objects.create(
                number=f"essai-{Contract.objects.count():03}",
                cpts=tenant.cpts,
                ars=tenant.ars,
                fund=tenant.fund,
                health_project=template.health_project,
                status=ContractStatus.NEGOTIATION,
            )

    add(1)
    two = queries(client, address)
    add(18)
    assert queries(client, address) == two


def test_the_page_of_a_contract_asks_a_fixed_number_of_queries(world, client_of, negotiated):
    client = client_of(world.west.ars_officer)
    before = queries(client, url("contract_preview", negotiated))
    plan = [(row.mission, row.planned_start) for row in negotiated.missions.all()]
    start = add_months(clock.today(), 1)
    actions.update_contract(
        actor=world.west.coordinator.as_actor(),
        contract=negotiated,
        version=negotiated.lock_version,
        local_clauses="",
        signing_order=SigningOrder.TOGETHER,
        member_count=40,
        missions=[*plan, ("QUALITY", start), ("PROFESSIONAL_SUPPORT", start)],
    )
    stories.spread(world.west, assemblers.first_programme(negotiated))
    assert queries(client, url("contract_preview", negotiated)) <= before
