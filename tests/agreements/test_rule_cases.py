"""The case that docs/funding.md gives of each rule its examples do not show: its numbers are those of the code."""

from datetime import date
from decimal import Decimal

import pytest

from agreements import catalogue
from agreements.enums import Direction, LineKind, Scale
from agreements.rules import contract_year, dialogue_window, mission_calendar, population_warnings, size_for_population
from agreements.scales import IndicatorInput, Level, check_definition, earned_by_value
from core.errors import DomainError
from funding.models import Statement
from funding.rules import Balance, plan_deductions
from funding.schedule import new_settlement
from health_projects.rules import decision_due_on, tacit_approval_on
from indicators.rules import check_entered_value
from spending.rules import Ceiling, check_cap
from tests.agreements.contracts import funding, mission
from tests.agreements.funding_document import cases_of

AGREEMENT = catalogue.agreement("aci-2021")


def euros(text: str) -> Decimal:
    return Decimal(text.replace(" ", ""))


def day(text: str) -> date | None:
    return None if text == "–" else date.fromisoformat(text)


def is_refused(rule, **values) -> bool:
    try:
        rule(**values)
    except DomainError:
        return True
    return False


@pytest.mark.parametrize(("population", "size", "warned"), cases_of("R1", "Population"))
def test_r1_size_of_the_document(population, size, warned):
    assert size_for_population(AGREEMENT, int(euros(population))) == int(size)
    assert bool(population_warnings(AGREEMENT, int(euros(population)))) == (warned == "yes")


@pytest.mark.parametrize(("signed", "number", "first", "end", "days"), cases_of("R3", "Signed"))
def test_r3_contract_year_of_the_document(signed, number, first, end, days):
    year = contract_year(day(signed), int(number))
    assert (year.starts_on, year.ends_on, year.days) == (day(first), day(end), int(days))


@pytest.mark.parametrize(("code", "signed", "started", "deployed"), cases_of("R4", "Mission"))
def test_r4_latest_days_of_the_document(code, signed, started, deployed):
    deadline = next(row for row in mission_calendar(AGREEMENT, day(signed)) if row.mission == code)
    assert (deadline.start_by, deadline.deploy_by) == (day(started), day(deployed))


@pytest.mark.parametrize(("submitted", "last", "approved"), cases_of("R5", "Submitted"))
def test_r5_silence_of_the_document(submitted, last, approved):
    assert decision_due_on(day(submitted)) == day(last)
    assert tacit_approval_on(day(last)) == day(approved)


@pytest.mark.parametrize(("signed", "due", "latest"), cases_of("R12", "Signed"))
def test_r12_latest_day_of_the_document(signed, due, latest):
    result = funding(mission(starts_on=day(signed)), signed_on=day(signed), years=1)
    balance = result.payments[-1]
    assert (balance.due_on, balance.latest_on) == (day(due), day(latest))


@pytest.mark.parametrize(
    ("scale", "direction", "baseline", "target", "value", "maximum", "earned"), cases_of("R13", "Scale")
)
def test_r13c_scale_of_the_document(scale, direction, baseline, target, value, maximum, earned):
    known = {"amount": euros(maximum), "scale": Scale(scale)}
    match known["scale"]:
        case Scale.ACHIEVED:
            known["achieved"] = value == "yes"
        case Scale.LEVELS:
            known["levels"] = tuple(_level(text) for text in target.split(", "))
        case Scale.LINEAR:
            known["target"] = Decimal(target)
            known["baseline"] = None if baseline == "–" else Decimal(baseline)
    if known["scale"] != Scale.ACHIEVED:
        known |= {"direction": Direction(direction), "value": Decimal(value)}
    indicator = IndicatorInput(**known)
    check_definition(indicator)
    assert earned_by_value(indicator) == euros(earned)


def _level(text: str) -> Level:
    threshold, amount = text.split(": ")
    return Level(threshold=Decimal(threshold), amount=euros(amount))


@pytest.mark.parametrize(("code", "count"), cases_of("R14", "Mission"))
def test_r14_national_indicators_of_the_document(code, count):
    assert sum(row.mission == code for row in catalogue.national_indicators()) == int(count)


@pytest.mark.parametrize(("value", "counts_patients", "entered"), cases_of("R15", "Value"))
def test_r15_small_cell_of_the_document(settings, value, counts_patients, entered):
    refused = is_refused(
        check_entered_value,
        scale=Scale.LINEAR,
        number=Decimal(value),
        achieved=None,
        counts_patients=counts_patients == "yes",
        small_cell_minimum=settings.SMALL_CELL_MINIMUM,
        definition=None,
    )
    assert refused == (entered == "no")


@pytest.mark.parametrize(("signed", "number", "opens", "closes"), cases_of("R16", "Contract signed"))
def test_r16_window_of_the_document(signed, number, opens, closes):
    window = dialogue_window(day(signed), int(number))
    assert (window.opens_on, window.closes_on) == (day(opens), day(closes))


@pytest.mark.parametrize(("kind", "issued", "revised", "settlement"), cases_of("R17", "Line"))
def test_r17_difference_of_the_document(kind, issued, revised, settlement):
    statement = Statement(year=1, revision=2)
    key = ("ACCESS_TO_CARE", LineKind(kind).value, "")
    payment = new_settlement(statement, key, euros(issued), euros(revised), due_on=date(2026, 4, 17))
    assert (payment.amount, payment.revision) == (euros(settlement), 2)


def test_r18_smaller_size_of_the_document():
    """The advances of year 2 are those of size 2; nothing of it is paid twice."""
    rows = cases_of("R18", "Part")
    missions = [mission(row[1]) for row in rows if row[1] != "–"]
    result = funding(*missions, size=2, sizes={2: 1}, advance_sizes={2: 2})
    for kind, code, paid, line, balance in rows:
        key = (None if code == "–" else code, LineKind(kind), None)
        payments = [payment.amount for payment in result.payments_of(2) if payment.key == key]
        assert payments == [euros(paid), euros(balance)]
        assert next(row.amount for row in result.year(2).lines if row.key == key) == euros(line)


def test_r18_deductions_of_the_document():
    rows = cases_of("R18", "Falls due")
    balances = [Balance(key=row, due_on=day(due), amount=euros(amount)) for row, (due, amount, *_) in enumerate(rows)]
    deducted = dict.fromkeys(range(len(rows)), Decimal(0))
    for plan in plan_deductions(balances):
        deducted[plan.source] -= plan.amount
        deducted[plan.target] += plan.amount
    for row, (_due, amount, taken, left) in enumerate(rows):
        assert (deducted[row], euros(amount) - deducted[row]) == (euros(taken), euros(left))


@pytest.mark.parametrize(("year", "received", "entered", "answer"), cases_of("R20", "Calendar year"))
def test_r20_cap_of_the_document(year, received, entered, answer):
    terms = next(row for row in catalogue.passes() if row.year == int(year))
    ceiling = Ceiling(year=terms.year, amount=terms.amount, is_validated=terms.is_validated)
    values = {"name": "Une infirmière", "ceiling": ceiling, "received": euros(received), "amount": euros(entered)}
    assert is_refused(check_cap, **values) == answer.startswith("refused")
    if answer != "accepted":
        assert ceiling.left(euros(received)) == euros(answer.removeprefix("refused,").removesuffix("left"))
