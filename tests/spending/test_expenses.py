"""Expenses: entered by the CPTS alone, capped, corrected in sight, frozen with their year."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agreements.models import Pass
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from documents.models import StoredFile
from funding import actions as funding_actions
from funding.models import Payment
from spending import actions
from spending.assemblers import balance_of, received_by, years_of
from spending.enums import Category, Envelope
from spending.models import Expense, Professional
from tests.spending.conftest import A_DAY, CLOSED_DAY, indemnity, spend, told
from tests.utils import stories
from tests.utils.locks import locked_after_the_journal, written_under_the_journal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
RECEIPT = ("loyer.pdf", stories.PDF)


def refusal(function, **arguments) -> DomainError:
    with pytest.raises(DomainError) as refused, transaction.atomic():
        function(**arguments)
    return refused.value


# Entered


def test_an_expense_belongs_to_the_contract_year_of_its_day(contract, treasurer):
    expense = spend(treasurer, contract)
    assert (expense.year, expense.entered_by_id) == (2, treasurer.user_id)
    assert AuditEvent.objects.get(object_id=str(expense.pk)).action == "expense.enter"


@pytest.mark.parametrize("who", ["president", "reader", "ars_officer", "fund_officer", "accountant"])
def test_only_the_coordinator_and_the_treasurer_enter(world, contract, who):
    with pytest.raises(NotAllowed):
        spend(getattr(world.west, who).as_actor(), contract)


def test_the_treasurer_of_another_cpts_enters_nothing_here(world, contract):
    with pytest.raises(NotAllowed):
        spend(world.neighbour.treasurer.as_actor(), contract)


def test_a_receipt_is_read_by_the_three_parties_and_by_nobody_else(world, contract, treasurer):
    expense = actions.add_expense(actor=treasurer, contract=contract, receipt=RECEIPT, **told())
    for member in (world.west.reader, world.west.ars_officer, world.west.accountant, world.observer):
        assert StoredFile.objects.visible_to(member.as_actor()).filter(pk=expense.receipt_id).exists()
    for member in (world.neighbour.treasurer, world.east.ars_officer, world.east.fund_officer):
        assert not StoredFile.objects.visible_to(member.as_actor()).filter(pk=expense.receipt_id).exists()


def test_a_receipt_that_is_not_what_its_name_says_is_refused_beside_its_field(contract, treasurer):
    refused = refusal(actions.add_expense, actor=treasurer, contract=contract, receipt=("a.pdf", b"no"), **told())
    assert refused.field == "receipt"
    assert not Expense.objects.exists()


def test_r20_those_who_are_paid_are_locked_before_the_journal_is_begun(contract, treasurer, people):
    lines = [(2, indemnity(people.nurse, "10.00")), (3, indemnity(people.doctor, "20.00"))]
    with CaptureQueriesContext(connection) as queries:
        actions.import_expenses(actor=treasurer, contract=contract, lines=lines)
    assert locked_after_the_journal(queries.captured_queries) == set()
    expense = spend(treasurer, contract)
    with CaptureQueriesContext(connection) as queries:
        actions.replace_expense(actor=treasurer, expense=expense, reason="Erreur", **indemnity(people.nurse, "30.00"))
    assert locked_after_the_journal(queries.captured_queries) == set()


def test_the_receipt_of_a_corrected_expense_is_stored_before_the_journal_is_begun(contract, treasurer, monkeypatch):
    correct = partial(actions.replace_expense, actor=treasurer, expense=spend(treasurer, contract), reason="Erreur")
    assert written_under_the_journal(monkeypatch, partial(correct, receipt=RECEIPT, **told())) == [False]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spent_on": date(2025, 3, 16)}, "spent_on"),
        ({"spent_on": date(2026, 4, 18)}, "spent_on"),
        ({"envelope": Envelope.TRIAGE}, "envelope"),  # aci-2021 has none
        ({"envelope": Envelope.QUALITY}, "envelope"),
        ({"category": Category.INDEMNITIES}, "professional"),
        ({"amount": Decimal(0)}, "amount"),
        ({"label": "  "}, "label"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(contract, treasurer, changes, field):
    refused = refusal(actions.add_expense, actor=treasurer, contract=contract, **told(**changes))
    assert refused.field == field


# Balance


def test_the_balance_takes_what_the_fund_paid_of_the_year(world, contract, treasurer):
    """Year 2: 45 000 of operating and 52 500 of access to care are due; the first alone is paid."""
    accountant = world.west.accountant.as_actor()
    payment = contract.payments.get(year=2, line_kind="OPERATING")
    funding_actions.order_payment(actor=accountant, payment=payment)
    funding_actions.pay_payment(actor=accountant, payment=payment, paid_on=clock.today(), reference="VIR-1")
    spend(treasurer, contract)
    balance = balance_of(contract, 2)
    assert [line.envelope for line in balance.lines] == [
        Envelope.OPERATING,
        Envelope.ACCESS_TO_CARE,
        Envelope.CARE_PATHWAYS,
        Envelope.PREVENTION,
        Envelope.HEALTH_CRISIS,
    ]
    operating = balance.lines[0]
    assert (operating.received, operating.spent, operating.left) == (45_000, 800, 44_200)
    assert (balance.received, balance.spent, balance.left, balance.planned) == (45_000, 800, 44_200, None)
    assert balance_of(contract, 1).received == 0


def test_the_years_are_those_begun_and_the_next_one(contract):
    assert years_of(contract, clock.today()) == [1, 2, 3]
    assert years_of(contract, date(2029, 12, 1)) == [1, 2, 3, 4, 5]
    assert years_of(contract, date(2034, 1, 1)) == [1, 2, 3, 4, 5]
    contract.terminated_on = date(2027, 3, 17)
    assert years_of(contract, date(2028, 1, 1)) == [1, 2]


# R20


def test_r20_an_entry_that_would_pass_the_cap_is_refused_with_what_is_left(contract, treasurer, people):
    """48 060 is the ceiling of 2026; 48 000 received leave 60."""
    spend(treasurer, contract, **indemnity(people.nurse, "48000.00"))
    refused = refusal(actions.add_expense, actor=treasurer, contract=contract, **indemnity(people.nurse, "60.01"))
    assert refused.field == "amount"
    assert "60,00" in refused.message
    assert "montant à confirmer" in refused.message
    spend(treasurer, contract, **indemnity(people.nurse, "60.00"))
    assert received_by(people.nurse, 2026) == Decimal("48060.00")


def test_r20_each_professional_and_each_calendar_year_has_its_own_ceiling(contract, treasurer, people):
    """Two calendar years in one contract year: 48 060 in 2026, then 50 000 in 2027 (invented)."""
    Pass.objects.create(year=2027, amount=Decimal("50000.00"), source="Inventé")
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    with stories.at(date(2027, 2, 1)):
        spend(treasurer, contract, **indemnity(people.nurse, "48060.00", spent_on=last))
        spend(treasurer, contract, **indemnity(people.nurse, "50000.00", spent_on=first))
        spend(treasurer, contract, **indemnity(people.doctor, "48060.00", spent_on=last))
        late = indemnity(people.nurse, "0.01", spent_on=last)
        refused = refusal(actions.add_expense, actor=treasurer, contract=contract, **late)
    assert "en 2026" in refused.message


def test_r20_a_cancelled_entry_is_no_longer_received(contract, treasurer, people):
    expense = spend(treasurer, contract, **indemnity(people.nurse, "48060.00"))
    actions.cancel_expense(actor=treasurer, expense=expense, reason="Versée deux fois")
    assert received_by(people.nurse, 2026) == 0
    spend(treasurer, contract, **indemnity(people.nurse, "48060.00"))


def test_r20_a_correction_is_checked_without_what_it_replaces(contract, treasurer, people):
    expense = spend(treasurer, contract, **indemnity(people.nurse, "48060.00"))
    right = actions.replace_expense(
        actor=treasurer, expense=expense, reason="Deux séances, non trois", **indemnity(people.nurse, "48000.00")
    )
    assert received_by(people.nurse, 2026) == right.amount


def test_r20_a_salary_paid_to_a_professional_counts_too(contract, treasurer, people):
    spend(treasurer, contract, category=Category.SALARIES, professional=people.doctor, amount=Decimal("40000.00"))
    refused = refusal(actions.add_expense, actor=treasurer, contract=contract, **indemnity(people.doctor, "8060.01"))
    assert refused.field == "amount"


def test_r20_a_year_without_a_ceiling_is_an_error_beside_the_date(contract, treasurer, people):
    with stories.at(date(2027, 2, 1)):
        refused = refusal(
            actions.add_expense,
            actor=treasurer,
            contract=contract,
            **indemnity(people.nurse, "10.00", spent_on=date(2027, 1, 15)),
        )
        spend(treasurer, contract, spent_on=date(2027, 1, 15))  # a rent has no ceiling
    assert refused.field == "spent_on"
    assert "2027" in refused.message


def test_r20_the_professional_of_another_cpts_is_refused(world, contract, treasurer, people):
    Professional.objects.filter(pk=people.nurse.pk).update(cpts=world.east.cpts)
    refused = refusal(actions.add_expense, actor=treasurer, contract=contract, **indemnity(people.nurse, "10.00"))
    assert refused.field == "professional"


def test_a_name_is_listed_once(contract, treasurer, people):
    refused = refusal(
        actions.add_professional,
        actor=treasurer,
        contract=contract,
        name="  camille  DUPONT ",
        profession="NURSE",
    )
    assert refused.field == "name"


def test_r20_a_corrected_name_keeps_what_was_received(contract, treasurer, people):
    spend(treasurer, contract, **indemnity(people.nurse, "100.00"))
    names = {"name": "Camille Dupond", "profession": "MIDWIFE"}
    right = actions.correct_professional(actor=treasurer, contract=contract, professional=people.nurse, **names)
    assert (right.pk, right.name, received_by(right, 2026)) == (people.nurse.pk, "Camille Dupond", 100)
    taken = {"name": people.doctor.name, "profession": "NURSE"}
    refused = refusal(actions.correct_professional, actor=treasurer, contract=contract, professional=right, **taken)
    assert refused.field == "name"


# Corrected in sight


def test_a_correction_keeps_the_wrong_one_with_the_reason(contract, treasurer):
    wrong = actions.add_expense(actor=treasurer, contract=contract, receipt=RECEIPT, **told())
    right = actions.replace_expense(
        actor=treasurer, expense=wrong, reason="Faute de frappe", **told(amount=Decimal("880.00"))
    )
    wrong.refresh_from_db()
    assert (wrong.cancel_reason, right.replaces, right.receipt) == ("Faute de frappe", wrong, wrong.receipt)
    assert balance_of(contract, 2).spent == Decimal("880.00")


def test_an_expense_is_corrected_once(contract, treasurer):
    wrong = spend(treasurer, contract)
    actions.replace_expense(actor=treasurer, expense=wrong, reason="Faute de frappe", **told())
    for function, more in ((actions.replace_expense, told()), (actions.cancel_expense, {})):
        refused = refusal(function, actor=treasurer, expense=wrong, reason="Encore", **more)
        assert "déjà annulée" in refused.message


def test_a_cancellation_needs_its_reason(contract, treasurer):
    expense = spend(treasurer, contract)
    assert refusal(actions.cancel_expense, actor=treasurer, expense=expense, reason=" ").field == "reason"


# Frozen with its year


def test_r17_a_closed_year_takes_no_expense(contract, treasurer):
    refused = refusal(actions.add_expense, actor=treasurer, contract=contract, **told(spent_on=CLOSED_DAY))
    assert refused.field == "spent_on"
    assert "close" in refused.message


def test_r17_an_expense_of_a_closed_year_is_neither_corrected_nor_cancelled(contract, treasurer):
    expense = spend(treasurer, contract)
    with stories.at(A_DAY):
        closed = close_year_of(contract, expense)
    for function, more in (
        (actions.cancel_expense, {"reason": "Une erreur"}),
        (actions.replace_expense, {"reason": "Une erreur", **told()}),
        (actions.attach_receipt, {"receipt": RECEIPT}),
    ):
        assert "close" in refusal(function, actor=treasurer, expense=closed, **more).message


def close_year_of(contract, expense: Expense) -> Expense:
    """Give the year of an expense the statement of year 1, as its dialogue would."""
    statement = contract.statements.get()
    statement.pk, statement.year = None, expense.year
    statement.save(force_insert=True)
    return Expense.objects.get(pk=expense.pk)


def test_r17_the_database_refuses_a_write_in_a_closed_year(contract, treasurer):
    expense = spend(treasurer, contract)
    close_year_of(contract, expense)
    for write in (
        lambda: Expense.objects.filter(pk=expense.pk).update(amount=Decimal(1)),
        lambda: Expense.objects.filter(pk=expense.pk).delete(),
        lambda: Expense(contract=contract, entered_at=clock.now(), **{**told(), "year": 1}).save(force_insert=True),
    ):
        with pytest.raises(Error), transaction.atomic():
            write()
    assert Expense.objects.get().amount == expense.amount


# What the database holds


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"amount": Decimal(0)}, "spending_amount_above_zero"),
        ({"is_off_purpose": True}, "spending_off_purpose_when_earmarked"),
        ({"category": Category.INDEMNITIES}, "spending_indemnity_has_its_professional"),
        ({"cancelled_at": "now"}, "spending_cancelled_with_reason"),
        ({"year": 6}, "spending_expense_year_1_to_5"),
    ],
)
def test_the_database_says_it_too(contract, changes, name):
    if "cancelled_at" in changes:
        changes = {"cancelled_at": clock.now()}
    row = {"year": 2, "entered_at": clock.now(), **told(), **changes}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Expense.objects.create(contract=contract, **row)


def test_r18_what_was_paid_in_excess_is_money_of_the_year_it_is_deducted_from(contract):
    """52 500 paid for year 1, 2 500 too much and deducted from 45 000 of year 2: 50 000, and 45 000."""
    paid = {"status": "PAID", "ordered_on": A_DAY, "paid_on": A_DAY, "reference": "VIR-1", "due_on": A_DAY}
    contract.payments.all().delete()
    for year, amount, deducted, facts in (
        (1, 52_500, 0, {"kind": "ADVANCE", **paid}),
        (1, -2_500, -2_500, {"kind": "BALANCE", "status": "OFFSET", "due_on": A_DAY}),
        (2, 45_000, 2_500, {"kind": "ADVANCE", **paid}),
    ):
        Payment.objects.create(
            contract=contract, year=year, line_kind="OPERATING", amount=amount, deducted=deducted, **facts
        )
    assert [balance_of(contract, year).received for year in (1, 2)] == [50_000, 45_000]
