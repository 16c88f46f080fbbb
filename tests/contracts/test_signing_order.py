"""Who signs before whom: from the contract to all its documents (docs/adr/0015-circuit-de-signature.md)."""

from datetime import date
from itertools import chain

import pytest
from django.urls import reverse

from accounts.models import Organisation
from contracts import actions
from contracts.enums import SigningOrder
from contracts.models import Contract
from core import clock
from core.enums import PARTIES, Role
from dialogues import actions as dialogue_actions
from tests.contracts.conftest import consent_all
from tests.contracts.pages import edit_data, url
from tests.utils import amendments, stories
from tests.utils.factories import MembershipFactory
from tests.utils.reading import words

pytestmark = pytest.mark.django_db
ASKED = "Code de votre second facteur"


@pytest.mark.parametrize("order", SigningOrder)
def test_each_party_has_one_step_of_every_order(order):
    assert sorted(chain.from_iterable(order.steps)) == sorted(PARTIES)


def test_the_order_written_on_the_page_says_when_each_party_signs(world, client_of, draft):
    west, coordinator = world.west, world.west.coordinator.as_actor()
    sent = edit_data(draft, signing_order=SigningOrder.IN_TURN.value)
    assert client_of(west.coordinator).post(url("contract_edit", draft), sent).status_code == 302
    contract = actions.open_negotiation(actor=coordinator, contract=draft)
    contract = actions.record_planning(actor=coordinator, contract=contract, closed_on=clock.today())
    assert (
        "Ordre des signatures\u00a0: la CPTS, puis la caisse, puis l’ARS"
        in client_of(west.president).get(url("contract_consent", contract)).text
    )
    contract = consent_all(west, contract)
    assert contract.document.order_words == "la CPTS Ouest, puis la CPAM Ouest, puis l’ARS Ouest"

    last, address, home = client_of(west.ars_signatory), url("contract_sign", contract), reverse("dashboards:home")
    page = words(last.get(address))
    assert "Votre tour viendra" in page and ASKED not in page and address not in last.get(home).text
    assert last.get(url("contract_sign_paper", contract)).url == address
    for member in (west.president, west.fund_signatory):
        actions.sign_contract(actor=member.as_actor(), contract=contract)
    assert ASKED in words(last.get(address)) and address in last.get(home).text


def test_another_order_binds_to_nothing_and_withdraws_no_consent(world, negotiated):
    contract = actions.consent(actor=world.west.consenting[0], contract=negotiated)
    actions.update_contract(
        actor=world.west.fund_officer.as_actor(),
        contract=contract,
        version=contract.lock_version,
        local_clauses=contract.local_clauses,
        signing_order=SigningOrder.ARS_LAST,
        member_count=contract.member_count,
        missions=[(row.mission, row.planned_start) for row in contract.missions.all()],
    )
    assert contract.consents.filter(withdrawn_at=None).count() == 1


def test_the_amendments_and_the_annexes_of_a_contract_are_signed_in_its_order(evaluated):
    west, contract = evaluated.world.west, evaluated.contract
    Contract.objects.filter(pk=contract.pk).update(signing_order=SigningOrder.ARS_LAST)
    with stories.at(date(2026, 5, 4)):
        amendment = amendments.consent_all(west, amendments.draft_amendment(west.coordinator, contract))
        annex = dialogue_actions.refuse_annex(actor=west.signing[1], annex=contract.annexes.get(), reason="À revoir.")
        annex = dialogue_actions.send_annex_again(actor=west.coordinator.as_actor(), annex=annex)
    told = {document.order_words for document in (amendment.document, annex.document)}
    assert told == {"la CPTS Ouest et la CPAM Ouest, puis l’ARS Ouest"}


def test_who_has_signed_is_led_to_deposit_the_paper_of_her_co_president(world, client_of, negotiated):
    west = world.west
    MembershipFactory(organisation=west.cpts, role=Role.PRESIDENT)
    Organisation.objects.filter(pk=west.cpts.pk).update(signatory_count=2)
    contract = consent_all(west, Contract.objects.get(pk=negotiated.pk))
    actions.sign_contract(actor=west.president.as_actor(), contract=contract)
    client, paper = client_of(west.president), url("contract_sign_paper", contract)
    page = client.get(url("contract_sign", contract)).text
    assert "Vous avez signé" in page and paper in page
    assert client.get(paper).status_code == 200
    assert client.get(url("contract_sign_outside", contract)).url == url("contract_sign", contract)


def test_who_signs_an_annex_too_early_is_led_back_with_a_sentence(evaluated, client_of):
    west, contract = evaluated.world.west, evaluated.contract
    Contract.objects.filter(pk=contract.pk).update(signing_order=SigningOrder.ARS_LAST)
    with stories.at(date(2026, 5, 4)):
        annex = dialogue_actions.refuse_annex(actor=west.signing[1], annex=contract.annexes.get(), reason="À revoir.")
        annex = dialogue_actions.send_annex_again(actor=west.coordinator.as_actor(), annex=annex)
        client = client_of(west.ars_signatory)
        for page in ("annex_sign", "annex_sign_outside", "annex_sign_paper"):
            answer = client.get(reverse(f"dialogues:{page}", args=[annex.pk]), follow=True)
            assert "L’annexe n’attend pas votre signature pour le moment." in answer.text
