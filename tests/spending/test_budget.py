"""The budget of a year: a grid that keeps what was typed, saved whole, frozen with its year."""

from decimal import Decimal

import pytest
from django.db import Error, IntegrityError, transaction
from django.urls import reverse

from contracts.models import Contract
from core.errors import DomainError, NotAllowed, StaleForm
from spending import actions
from spending.assemblers import balance_of, budget_of, envelopes_of
from spending.enums import Category, Envelope
from spending.models import Budget, BudgetLine
from tests.spending.test_expenses import close_year_of, spend
from tests.utils import stories
from tests.utils.reading import plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
RENT = (Envelope.OPERATING.value, Category.PREMISES.value)
TABLETS = (Envelope.ACCESS_TO_CARE.value, Category.EQUIPMENT.value)


def save(actor, contract, amounts: dict, *, year: int = 2, version: int = 0) -> Budget:
    amounts = {pair: Decimal(amount) for pair, amount in amounts.items()}
    return actions.save_budget(actor=actor, contract=contract, year=year, amounts=amounts, version=version)


def edit_url(contract, year: int = 2) -> str:
    return reverse("spending:budget_edit", args=[contract.pk, year])


def test_the_budget_is_planned_by_envelope_and_category(contract, treasurer):
    save(treasurer, contract, {RENT: "9600.00", TABLETS: "1200.50"})
    balance = balance_of(contract, 2)
    planned = {line.envelope: line.planned for line in balance.lines}
    assert planned[Envelope.OPERATING] == 9600
    assert planned[Envelope.PREVENTION] is None
    assert balance.planned == Decimal("10800.50")


def test_saving_replaces_the_whole_budget(contract, treasurer):
    save(treasurer, contract, {RENT: "9600.00", TABLETS: "1200.00"})
    save(treasurer, contract, {RENT: "0.00"}, version=1)
    assert [(line.envelope, line.planned) for line in budget_of(contract, 2).lines.all()] == [("OPERATING", 0)]


def test_a_budget_saved_meanwhile_is_not_written_over(contract, treasurer):
    save(treasurer, contract, {RENT: "9600.00"})
    with pytest.raises(StaleForm) as refused:
        save(treasurer, contract, {RENT: "1.00"})
    assert refused.value.current == {"OPERATING-PREMISES": Decimal("9600.00")}


def test_only_the_coordinator_and_the_treasurer_plan(world, contract):
    for member in (world.west.president, world.west.ars_officer, world.west.accountant, world.neighbour.treasurer):
        with pytest.raises(NotAllowed):
            save(member.as_actor(), contract, {RENT: "1.00"})


def test_the_next_year_may_be_planned_and_no_later_one(contract, treasurer):
    assert save(treasurer, contract, {RENT: "1.00"}, year=3).year == 3
    with pytest.raises(DomainError, match="année commencée"):
        save(treasurer, contract, {RENT: "1.00"}, year=4)


def test_an_envelope_that_the_contract_lacks_is_refused(contract, treasurer):
    with pytest.raises(DomainError, match="enveloppe"):
        save(treasurer, contract, {("TRIAGE", "OTHER"): "1.00"})


def test_r17_the_budget_of_a_closed_year_does_not_change(contract, treasurer):
    with pytest.raises(DomainError, match="close"):
        save(treasurer, contract, {RENT: "1.00"}, year=1)


def test_r17_the_database_freezes_the_budget_of_a_closed_year(contract, treasurer):
    budget = save(treasurer, contract, {RENT: "9600.00"})
    close_year_of(contract, spend(treasurer, contract))
    for write in (
        lambda: Budget.objects.filter(pk=budget.pk).update(lock_version=9),
        lambda: BudgetLine.objects.filter(budget=budget).update(planned=Decimal(1)),
        lambda: BudgetLine.objects.filter(budget=budget).delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            write()


def test_the_database_refuses_a_negative_amount(contract, treasurer):
    budget = save(treasurer, contract, {RENT: "1.00"})
    with pytest.raises(IntegrityError, match="spending_planned_not_negative"), transaction.atomic():
        budget.lines.update(planned=Decimal(-1))


# The page


def test_the_grid_is_saved_as_french_people_type(world, contract, client_of):
    client = client_of(world.west.treasurer)
    typed = {"OPERATING-PREMISES": "9 600", "ACCESS_TO_CARE-EQUIPMENT": "1 200,50 €", "version": "0"}
    assert client.post(edit_url(contract), typed).status_code == 302
    assert balance_of(contract, 2).planned == Decimal("10800.50")
    page = plain(client.get(edit_url(contract)).content.decode())
    assert 'value="9 600,00"' in page and 'value="1 200,50"' in page


def test_a_bad_amount_is_said_in_its_cell_and_nothing_typed_is_lost(world, contract, client_of):
    typed = {"OPERATING-PREMISES": "9 600", "PREVENTION-TRAINING": "mille", "version": "0"}
    response = client_of(world.west.treasurer).post(edit_url(contract), typed)
    page = response.content.decode()
    assert list(response.context["form"].errors) == ["PREVENTION-TRAINING"]
    assert 'value="mille"' in page and 'value="9 600"' in page
    assert budget_of(contract, 2) is None


def test_two_people_at_once_see_both_texts(world, contract, client_of, treasurer):
    save(treasurer, contract, {RENT: "9600.00"})
    response = client_of(world.west.coordinator).post(edit_url(contract), {"OPERATING-PREMISES": "1", "version": "0"})
    form = response.context["form"]
    assert form.is_stale
    assert [difference.label for difference in form.differences] == ["Fonctionnement, locaux"]
    assert balance_of(contract, 2).planned == 9600


def test_a_closed_year_leads_back_with_the_reason(world, contract, client_of):
    response = client_of(world.west.treasurer).get(edit_url(contract, 1), follow=True)
    assert "close par son dialogue annuel" in response.content.decode()


def test_r2_the_envelopes_of_a_year_are_those_of_its_agreement(contract):
    """aci-2019 pays triage, aci-2021 does not (R9)."""
    assert Envelope.TRIAGE not in envelopes_of(contract)
    stories.amend_agreement(contract, "aci-2019", from_year=3)
    contract = Contract.objects.get(pk=contract.pk)
    assert Envelope.TRIAGE not in envelopes_of(contract, 2)
    assert Envelope.TRIAGE in envelopes_of(contract, 3)
    assert Envelope.TRIAGE in envelopes_of(contract)


def test_the_grid_shows_its_total_as_it_is_typed(contract, world, client_of):
    """38 000 + 1 250,50 of operating, 700 of access to care; « beaucoup » is no amount yet."""
    typed = {
        "OPERATING-SALARIES": "38 000",
        "OPERATING-PREMISES": "1250,50",
        "ACCESS_TO_CARE-EQUIPMENT": "700 €",
        "PREVENTION-TRAINING": "beaucoup",
    }
    htmx = {"HX-Request": "true"}
    response = client_of(world.west.treasurer).get(edit_url(contract), typed, headers=htmx)
    html = response.content.decode()
    assert [(label, amount) for label, amount in response.context["form"].totals] == [
        ("Fonctionnement", Decimal("39250.50")),
        ("Accès aux soins", Decimal("700")),
    ]
    assert "39\u202f950,50\u00a0€" in html and "<html" not in html
    assert budget_of(contract, 2) is None  # a GET writes nothing
    assert (
        client_of(world.west.ars_officer).get(edit_url(contract), typed, headers={"HX-Request": "true"}).status_code
        == 403
    )
