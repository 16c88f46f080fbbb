"""R18: the size of the running year changes after its advances were paid."""

from datetime import date
from decimal import Decimal

from agreements.explanations import explain
from agreements.payments import instalments
from tests.agreements.contracts import funding, lines_of, mission, payments_of

P = "PREVENTION"


def test_r18_advances_paid_at_the_old_size_stand_and_the_balance_may_be_negative():
    result = funding(mission(P, rates={1: 1, 2: 1}), sizes={2: 1}, advance_sizes={2: 2})
    assert lines_of(result, 2)[P, "FIXED"] == Decimal("10000.00")
    assert payments_of(result, 2) == [
        ("2022-03-01", "ADVANCE", None, "OPERATING", "45000.00"),
        ("2022-03-01", "ADVANCE", P, "FIXED", "11250.00"),
        ("2023-03-01", "BALANCE", None, "OPERATING", "5000.00"),
        ("2023-03-01", "BALANCE", P, "FIXED", "-1250.00"),
        ("2023-03-01", "BALANCE", P, "VARIABLE", "10000.00"),
    ]


def test_r18_an_operating_grant_paid_in_full_is_balanced_too():
    result = funding(sizes={1: 3, 2: 1}, advance_sizes={1: 2, 2: 3})
    assert payments_of(result, 1)[-1] == ("2022-03-01", "BALANCE", None, "OPERATING", "15000.00")
    assert payments_of(result, 2) == [
        ("2022-03-01", "FULL", None, "OPERATING", "75000.00"),
        ("2023-03-01", "BALANCE", None, "OPERATING", "-25000.00"),
    ]


def test_r18_the_size_known_on_the_first_day_needs_no_correction():
    result = funding(mission(P), sizes={2: 1})
    assert ("2022-03-01", "ADVANCE", P, "FIXED", "7500.00") in payments_of(result, 2)


def test_r18_a_bonus_paid_and_lost_with_the_size_is_balanced():
    result = funding(
        mission(P), agreement="aci-2021", size=4, members={1: 100}, sizes={1: 3}, advance_sizes={1: 4}, years=1
    )
    assert lines_of(result, 1)[P, "SIZE4_BONUS/FIXED"] == Decimal("0.00")
    assert ("2022-03-01", "BALANCE", P, "SIZE4_BONUS/FIXED", "-1500.00") in payments_of(result, 1)
    assert "n’ouvre pas droit" in explain(result.year(1).lines[-1])


def test_r18_a_negative_balance_is_netted_the_same_day_then_against_what_comes_next():
    result = funding(mission(P, rates={}), sizes={1: 1}, advance_sizes={1: 4}, years=2, size=1)
    days = {item.due_on: item for item in instalments(result.payments)}
    # At the anniversary: OPERATING 50 000 − 90 000, FIXED 10 000 − 15 000, against 37 500 + 7 500 of year 2
    assert days[date(2021, 3, 1)].paid == Decimal("105000.00")
    assert days[date(2022, 3, 1)].paid == Decimal("0.00")
    assert days[date(2022, 3, 1)].carried == Decimal("0.00")
    assert days[date(2023, 3, 1)].paid == Decimal("15000.00")


def test_r18_what_nothing_absorbs_is_never_claimed_back():
    result = funding(sizes={1: 1}, advance_sizes={1: 4}, years=1)
    (first, last) = instalments(result.payments)
    assert (first.paid, last.paid, last.carried) == (Decimal(90000), Decimal(0), Decimal(40000))


def test_r18_carried_amounts_are_deducted_once():
    result = funding(sizes={1: 1, 2: 1}, advance_sizes={1: 4}, years=2)
    first, second = instalments(result.payments)
    assert (second.due, second.deducted, second.paid) == (Decimal(10000), Decimal(0), Decimal(10000))
    assert first.paid + second.paid == result.total
