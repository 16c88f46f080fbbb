"""R18: what was paid in excess is deducted from what is due the same day, then from what falls due next."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import Error, IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from agreements.enums import LineKind, PaymentKind
from core.errors import DomainError
from dialogues.assemblers import UNCOUNTED, missing_items
from dialogues.enums import DialogueKind
from funding import actions
from funding.assemblers import forecast_inputs
from funding.enums import PaymentStatus
from funding.models import Deduction, Payment
from funding.rules import Balance, plan_deductions
from funding.tables import PaymentTable
from tests.agreements.contracts import funding, mission
from tests.utils import stories

SIGNED_ON = date(2025, 3, 17)
FIRST_DIALOGUE, THIRD_YEAR, SECOND_DIALOGUE = date(2026, 4, 17), date(2027, 3, 17), date(2027, 4, 17)
FOURTH_YEAR = date(2028, 3, 17)

cents = st.integers(-5_000_000, 5_000_000).filter(bool).map(lambda n: Decimal(n) / 100)
days = st.integers(0, 5).map(lambda n: SIGNED_ON + timedelta(days=n))
balances = st.lists(st.tuples(days, cents), max_size=8).map(
    lambda rows: [Balance(key=key, due_on=day, amount=amount) for key, (day, amount) in enumerate(rows)]
)


@given(balances)
def test_r18_deductions_create_and_lose_no_money(rows):
    by_key = {row.key: row for row in rows}
    given_, taken = dict.fromkeys(by_key, Decimal(0)), dict.fromkeys(by_key, Decimal(0))
    for plan in plan_deductions(rows):
        assert plan.amount > 0
        assert by_key[plan.target].due_on >= by_key[plan.source].due_on
        given_[plan.source] += plan.amount
        taken[plan.target] += plan.amount
    assert all(given_[key] <= max(-row.amount, 0) and taken[key] <= max(row.amount, 0) for key, row in by_key.items())


@given(balances)
def test_r18_nothing_waits_while_a_later_payment_could_absorb_it(rows):
    left = {row.key: row.amount for row in rows}
    for plan in plan_deductions(rows):
        left[plan.source] += plan.amount
        left[plan.target] -= plan.amount
    for source in (row for row in rows if left[row.key] < 0):
        assert all(left[row.key] <= 0 for row in rows if row.amount > 0 and row.due_on >= source.due_on)


def paid_by_day(result) -> dict[date, Decimal]:
    """Return what is paid each day of a computed contract, once what was paid in excess is deducted."""
    rows = [Balance(key=key, due_on=line.due_on, amount=line.amount) for key, line in enumerate(result.payments)]
    paid = dict.fromkeys((row.due_on for row in rows), Decimal(0))
    for row in rows:
        paid[row.due_on] += max(row.amount, Decimal(0))
    for plan in plan_deductions(rows):
        paid[rows[plan.target].due_on] -= plan.amount
    return paid


def test_r18_a_size_reviewed_down_is_deducted_the_same_day():
    """At the anniversary: OPERATING 50 000 − 90 000, FIXED 10 000 − 15 000, against 37 500 + 7 500 of year 2."""
    result = funding(mission("PREVENTION", rates={}), sizes={1: 1}, advance_sizes={1: 4}, years=2, size=1)
    assert paid_by_day(result) == {
        date(2021, 3, 1): Decimal("105000.00"),
        date(2022, 3, 1): Decimal("0.00"),
        date(2023, 3, 1): Decimal("15000.00"),
    }


def test_r18_what_nothing_absorbs_is_never_claimed_back():
    result = funding(sizes={1: 1}, advance_sizes={1: 4}, years=1)
    assert paid_by_day(result) == {date(2021, 3, 1): Decimal("90000.00"), date(2022, 3, 1): Decimal("0.00")}


def close_year(world, contract, year: int, day: date, **decided) -> None:
    with stories.at(day):
        stories.follow_time(contract)
        dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=year)
        dialogue = stories.write_dialogue(world.west, dialogue, **decided)
        stories.spread(world.west, contract.years.get(number=year + 1).programme)
        stories.approve_dialogue(world.west, dialogue)


@pytest.fixture
def counted(signed):
    """The annual dialogue of year 1 counts 99 members on the first day of year 2, whose advances supposed more."""
    sid = transaction.savepoint()
    signed.contract.years.filter(number=1).update(members=100)
    close_year(signed.world, signed.contract, 1, FIRST_DIALOGUE, members=99)
    yield signed
    transaction.savepoint_rollback(sid)


def test_r11_the_annual_dialogue_counts_the_members_of_the_next_year(counted):
    year = counted.contract.years.get(number=2)
    assert (year.opening_members, year.members) == (100, 99)
    told = forecast_inputs(counted.contract, FIRST_DIALOGUE)
    assert told.members == {1: 100, 2: 99, 3: 99, 4: 99, 5: 99}
    assert told.advance_members[2] == 100


def test_r11_a_year_that_may_have_the_bonus_waits_for_its_members(signed):
    sid = transaction.savepoint()
    with stories.at(FIRST_DIALOGUE):
        stories.follow_time(signed.contract)
        signed.contract.years.filter(number=2).update(size=4)
        dialogue = signed.contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1)
        lack = next(item for item in missing_items(dialogue) if item == UNCOUNTED)
        assert lack.url == reverse("dialogues:dialogue_minutes", args=[dialogue.pk])  # where they are counted
        dialogue = stories.write_dialogue(signed.world.west, dialogue, members=0)
        assert UNCOUNTED not in missing_items(dialogue)
    transaction.savepoint_rollback(sid)


def operating(contract, year: int, kind: PaymentKind) -> Payment:
    return contract.payments.get(year=year, kind=kind, line_kind=LineKind.OPERATING)


@pytest.fixture
def reviewed(signed):
    """Taille 2 and no mission started: year 2 is paid 60 000 € at once. Then reviewed to taille 1, worth 50 000 €."""
    sid = transaction.savepoint()
    close_year(signed.world, signed.contract, 1, FIRST_DIALOGUE, new_size=1)
    yield signed
    transaction.savepoint_rollback(sid)


@pytest.mark.django_db
def test_r18_an_operating_grant_paid_at_the_old_size_is_deducted_from_the_next_one(reviewed):
    """60 000 € paid for year 2, 50 000 € owed: 10 000 € are deducted from the 50 000 € of year 3."""
    contract = reviewed.contract
    close_year(reviewed.world, contract, 2, SECOND_DIALOGUE)
    excess, third = operating(contract, 2, PaymentKind.BALANCE), operating(contract, 3, PaymentKind.FULL)
    assert (excess.amount, excess.net_amount, excess.status) == (Decimal("-10000.00"), 0, PaymentStatus.OFFSET)
    assert (third.amount, third.net_amount, third.status) == (Decimal("50000.00"), 40_000, PaymentStatus.DUE)
    deduction = Deduction.objects.get()
    assert (deduction.source, deduction.target, deduction.amount) == (excess, third, Decimal("10000.00"))


@pytest.mark.django_db
def test_r18_what_is_already_ordered_stands_and_the_next_payment_is_reduced(reviewed):
    contract, accountant = reviewed.contract, reviewed.world.west.accountant.as_actor()
    with stories.at(THIRD_YEAR):
        stories.follow_time(contract)
        actions.order_payment(actor=accountant, payment=operating(contract, 3, PaymentKind.FULL))
    close_year(reviewed.world, contract, 2, SECOND_DIALOGUE)
    excess = operating(contract, 2, PaymentKind.BALANCE)
    assert (excess.status, excess.net_amount) == (PaymentStatus.DUE, Decimal("-10000.00"))
    assert operating(contract, 3, PaymentKind.FULL).net_amount == Decimal("50000.00")
    with stories.at(SECOND_DIALOGUE), pytest.raises(DomainError, match="se déduit"):
        actions.order_payment(actor=accountant, payment=excess)
    with stories.at(FOURTH_YEAR):
        stories.follow_time(contract)
        stories.follow_time(contract)  # a second passage deducts nothing more
    assert operating(contract, 4, PaymentKind.FULL).net_amount == Decimal("40000.00")
    assert operating(contract, 2, PaymentKind.BALANCE).status == PaymentStatus.OFFSET


@pytest.mark.django_db
def test_a_payment_that_bears_a_deduction_is_not_cancelled(reviewed):
    close_year(reviewed.world, reviewed.contract, 2, SECOND_DIALOGUE)
    third = operating(reviewed.contract, 3, PaymentKind.FULL)
    with stories.at(SECOND_DIALOGUE), pytest.raises(DomainError, match="déduction"):
        actions.cancel_payment(
            actor=reviewed.world.west.accountant.as_actor(), payment=third, reason="Erreur de saisie"
        )


@pytest.mark.django_db
def test_the_database_keeps_deductions_whole(reviewed):
    close_year(reviewed.world, reviewed.contract, 2, SECOND_DIALOGUE)
    with pytest.raises(IntegrityError, match="funding_deducted_within_amount"), transaction.atomic():
        Payment.objects.filter(amount__gt=0).update(deducted=Decimal("9000000.00"))
    with pytest.raises(Error), transaction.atomic():
        Deduction.objects.update(amount=1)


@pytest.mark.parametrize(
    ("amount", "kind", "status", "words"),
    [
        ("-8000.00", PaymentKind.SETTLEMENT, PaymentStatus.DUE, "À déduire"),
        ("-10.00", PaymentKind.BALANCE, PaymentStatus.DUE, "À déduire"),
        ("8000.00", PaymentKind.SETTLEMENT, PaymentStatus.DUE, ""),
        ("-8000.00", PaymentKind.REPAYMENT, PaymentStatus.DUE, "À reverser"),
        ("-8000.00", PaymentKind.REPAYMENT, PaymentStatus.ORDERED, "Réclamé"),
        ("-8000.00", PaymentKind.REPAYMENT, PaymentStatus.PAID, "Encaissé"),
    ],
)
def test_r18_r19_what_the_fund_does_not_owe_is_not_called_due(amount, kind, status, words):
    payment = Payment(amount=Decimal(amount), kind=kind, status=status)
    assert payment.status_words == words
    assert PaymentTable([]).value_status(payment) == (words or "Dû")
