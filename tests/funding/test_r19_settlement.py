"""R19: a contract that ends inside a year is settled by the dialogue and the statement of that year."""

from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from agreements.enums import LineKind, MissionCode, PaymentKind
from contracts import actions as contract_actions
from contracts.enums import ContractStatus, TerminationGround
from contracts.models import Contract
from core.errors import DomainError
from dialogues.enums import DialogueKind, DialogueStatus
from funding import actions
from funding.enums import PaymentStatus
from funding.schedule import schedule_of
from funding.statements import differences
from tests.utils import stories

pytestmark = pytest.mark.django_db
# Signed on 17 March 2025; access to care since 17 September 2025. Year 2 runs from 17 March 2026, 365 days.
NOTIFIED_ON, ENDED_ON, HELD_ON = date(2026, 5, 4), date(2026, 7, 15), date(2026, 7, 20)
ACCESS = MissionCode.ACCESS_TO_CARE


@pytest.fixture
def west(evaluated):
    return evaluated.world.west


def ended(evaluated, rates: dict | None = None) -> Contract:
    """The CPTS leaves on 15 July 2026: 120 days of year 2 (17 March to 14 July)."""
    west = evaluated.world.west
    with stories.at(NOTIFIED_ON):
        contract_actions.notify_termination(
            actor=west.president.as_actor(),
            contract=evaluated.contract,
            ground=TerminationGround.NOTICE,
            reason="La communauté se rapproche de sa voisine.",
            notified_on=NOTIFIED_ON,
            effective_on=ENDED_ON,
        )
        if rates:
            contract_actions.set_termination_rates(
                actor=west.president.as_actor(), contract=evaluated.contract, rates=rates
            )
            for member in (west.president, west.ars_signatory, west.fund_signatory):
                contract_actions.agree_termination(actor=member.as_actor(), contract=evaluated.contract)
    with stories.at(ENDED_ON):
        contract_actions.end_contract(contract=evaluated.contract)
        stories.follow_time(evaluated.contract)
    return Contract.objects.get(pk=evaluated.contract.pk)


def settled(evaluated, rates: dict | None = None) -> Contract:
    contract = ended(evaluated, rates)
    with stories.at(HELD_ON):
        stories.close_dialogue(evaluated.world.west, contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2))
    return Contract.objects.get(pk=contract.pk)


def of_year_2(contract) -> dict:
    return {(p.kind, p.mission, p.line_kind): p.amount for p in contract.payments.filter(year=2)}


def test_r19_the_year_cut_short_is_settled_on_the_day_of_the_end(evaluated):
    """FIXED 70 000 × 120/365 = 23 013.70 for 52 500.00 advanced: 29 486.30 to repay. OPERATING: 45 000 kept."""
    contract = settled(evaluated)
    assert contract.status == ContractStatus.TERMINATED and contract.termination.settled_on == HELD_ON
    assert of_year_2(contract) == {
        (PaymentKind.ADVANCE, "", LineKind.OPERATING): Decimal("45000.00"),
        (PaymentKind.ADVANCE, ACCESS, LineKind.FIXED): Decimal("52500.00"),
        (PaymentKind.REPAYMENT, ACCESS, LineKind.FIXED): Decimal("-29486.30"),
    }
    statement = contract.statements.get(year=2)
    assert statement.total == Decimal("68013.70")
    assert statement.total == sum(of_year_2(contract).values())
    assert differences(statement) == []


def test_r19_the_rate_of_the_three_pays_the_variable_part(evaluated):
    """VARIABLE 30 000 × 120/365 × 0.60 = 5 917.81 (5 917.808…), due on the day of the end."""
    contract = settled(evaluated, {ACCESS: Decimal("0.6000")})
    variable = contract.payments.get(year=2, line_kind=LineKind.VARIABLE)
    assert (variable.kind, variable.amount, variable.due_on) == (PaymentKind.BALANCE, Decimal("5917.81"), ENDED_ON)
    assert contract.statements.get(year=2).total == Decimal("73931.51")


def test_r19_the_annex_of_the_year_cut_short_says_the_rate_of_the_three_not_what_indicators_would_earn(evaluated):
    contract = settled(evaluated, {ACCESS: Decimal("0.6000")})
    payload = contract.annexes.get(dialogue__year=2).document.payload
    told = {row["mission"]: row["agreed_rate"] for row in payload["results"]}
    assert told == {ACCESS: "60,00\u00a0%"}
    page = render_to_string("dialogues/pdf/annual_annex.html", payload)
    assert "taux de 60,00\u00a0% convenu par les trois parties à la fin du contrat (R19)" in page
    assert "gagnés sur" not in page
    first = contract.annexes.get(dialogue__year=1).document.payload
    assert {row["agreed_rate"] for row in first["results"]} == {""}


def test_r19_what_is_repaid_is_claimed_then_received_and_never_deducted(evaluated, west):
    contract = settled(evaluated, {ACCESS: Decimal("0.6000")})
    repayment = contract.payments.get(kind=PaymentKind.REPAYMENT)
    assert (repayment.status, repayment.net_amount) == (PaymentStatus.DUE, Decimal("-29486.30"))
    assert not repayment.deductions_made.exists()
    with stories.at(HELD_ON):
        accountant = west.accountant.as_actor()
        actions.order_payment(actor=accountant, payment=repayment)
        paid = actions.pay_payment(actor=accountant, payment=repayment, paid_on=HELD_ON, reference="TR-1")
    assert paid.status == PaymentStatus.PAID


def test_r19_the_dialogue_of_the_year_cut_short_opens_on_the_day_of_the_end(evaluated):
    contract = ended(evaluated)
    dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2)
    assert (dialogue.window_opens_on, dialogue.window_closes_on) == (ENDED_ON, date(2026, 9, 15))
    assert not contract.dialogues.filter(year=3).exists() and not contract.years.filter(number=3).exists()


def test_r19_no_mission_starts_and_nothing_more_is_forecast_after_the_end(evaluated, west):
    contract = settled(evaluated)
    starts = contract.dialogues.filter(kind=DialogueKind.MISSION_START).exclude(status=DialogueStatus.CLOSED)
    assert starts.exists() and not contract.dialogues.open().exists()
    with stories.at(HELD_ON), pytest.raises(DomainError, match="pas en vigueur"):
        stories.close_dialogue(west, starts.first(), mission_starts_on=HELD_ON)
    assert {line.status for line in schedule_of(contract, HELD_ON)} == {PaymentStatus.DUE}


def test_r19_an_end_on_an_anniversary_cuts_no_year_short(evaluated, west):
    """The whole year 2 is then evaluated and balanced as any other."""
    contract = evaluated.contract
    last_day = date(2027, 3, 17)
    with stories.at(NOTIFIED_ON):
        contract_actions.notify_termination(
            actor=west.president.as_actor(),
            contract=contract,
            ground=TerminationGround.NOTICE,
            reason="Fin au terme de l’année.",
            notified_on=NOTIFIED_ON,
            effective_on=last_day,
        )
    with stories.at(last_day):
        contract_actions.end_contract(contract=contract)
        stories.follow_time(contract)
    contract = Contract.objects.get(pk=contract.pk)
    assert (contract.last_year, contract.is_cut_short(2)) == (2, False)
    assert not contract.payments.filter(year=3).exists()
    dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2)
    assert dialogue.window_opens_on == last_day and dialogue.is_open
