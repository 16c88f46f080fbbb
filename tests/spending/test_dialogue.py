"""What the rooms above show of the spending: the annual dialogue and its minutes, the dossier, what waits (R9, R17)."""

from datetime import date

import pytest
from django.urls import reverse

from core import clock
from dashboards.todo import waiting_for
from dialogues.assemblers import approval_hash, spending_figures
from dialogues.enums import DialogueKind
from dialogues.models import ManagementDialogue
from funding import actions as funding_actions
from spending import actions
from spending.assemblers import balance_of
from tests.spending.conftest import spend
from tests.utils import stories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
BEFORE_THE_DIALOGUE = date(2027, 2, 1)  # the dialogue of year 2 is announced


def pay(world, contract, **which) -> None:
    accountant = world.west.accountant.as_actor()
    payment = contract.payments.get(**which)
    funding_actions.order_payment(actor=accountant, payment=payment)
    funding_actions.pay_payment(actor=accountant, payment=payment, paid_on=clock.today(), reference="VIR-1")


def test_r17_the_minutes_freeze_the_figures_of_the_year(world, contract, client_of):
    """60 000 of year 1 are paid after the closing: the balance moves, the minutes do not."""
    dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1)
    frozen = dialogue.minutes_document.payload["spending"]
    assert frozen["total"] == {"planned": "–", "received": "0,00\u00a0€", "spent": "0,00\u00a0€", "left": "0,00\u00a0€"}
    pay(world, contract, year=1, line_kind="OPERATING", kind="FULL")
    assert balance_of(contract, 1).received == 60_000
    assert spending_figures(dialogue) == frozen
    page = client_of(world.west.ars_officer).get(reverse("dialogues:dialogue_detail", args=[dialogue.pk]))
    assert "Chiffres arrêtés à la clôture" in page.content.decode()


def test_an_open_dialogue_shows_the_figures_of_the_day(contract, treasurer):
    spend(treasurer, contract)
    dialogue = ManagementDialogue(contract=contract, kind=DialogueKind.ANNUAL, year=2)
    figures = spending_figures(dialogue)
    assert (figures["year"], figures["total"]["spent"]) == (2, "800,00\u00a0€")
    assert figures["flags"] == [
        {"envelope": "Fonctionnement", "tone": "wait", "text": "Dépensé 800,00\u00a0€ de plus que reçu à ce jour."}
    ]
    assert spending_figures(ManagementDialogue(contract=contract, kind=DialogueKind.EXTRAORDINARY)) is None


def test_r17_an_expense_entered_after_an_approval_is_approved_again(world, contract, treasurer):
    dialogue = ManagementDialogue(contract=contract, kind=DialogueKind.ANNUAL, year=2)
    before = approval_hash(dialogue)
    pay(world, contract, year=2, line_kind="OPERATING", kind="ADVANCE")
    assert approval_hash(dialogue) == before  # the fund goes on paying
    expense = spend(treasurer, contract)
    assert approval_hash(dialogue) != before
    actions.cancel_expense(actor=treasurer, expense=expense, reason="Saisie deux fois")
    actions.save_budget(actor=treasurer, contract=contract, year=2, amounts={("OPERATING", "PREMISES"): 10}, version=0)
    assert approval_hash(dialogue) != before


def texts(member) -> list[str]:
    return [item.text for item in waiting_for(member.as_actor()) if "dépenses" in item.text]


def test_the_spending_of_a_year_waits_until_its_dialogue_has_some_to_show(world, contract, treasurer):
    assert texts(world.west.treasurer) == []
    with stories.at(BEFORE_THE_DIALOGUE):
        stories.follow_time(contract)
        for member in (world.west.treasurer, world.west.coordinator):
            assert texts(member) == ["Saisir les dépenses de l’année 2"]
        for member in (world.west.president, world.west.fund_officer, world.neighbour.treasurer):
            assert texts(member) == []
        spend(treasurer, contract)
        assert texts(world.west.treasurer) == []


def test_the_dossier_opens_on_the_spending_of_the_running_year(world, contract, client_of):
    address = reverse("spending:year_detail", args=[contract.pk, 2])
    for member in (world.west.treasurer, world.west.ars_officer, world.observer):
        page = client_of(member).get(reverse("dashboards:dossier", args=[contract.pk])).content.decode()
        assert f'href="{address}"' in page
