"""R18: the size of the running year changes after its advances were paid."""

from datetime import date
from decimal import Decimal

from agreements.explanations import explain
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


def test_r11_a_bonus_paid_on_a_count_that_the_three_correct_is_balanced():
    """99 members counted after an advance paid for 100: 75 % of 10 % of 20 000 € is taken back, no line is left."""
    result = funding(mission(P), agreement="aci-2021", size=4, members={1: 99}, advance_members={1: 100}, years=1)
    assert lines_of(result, 1)[P, "SIZE4_BONUS/FIXED"] == Decimal("0.00")
    assert ("2022-03-01", "BALANCE", P, "SIZE4_BONUS/FIXED", "-1500.00") in payments_of(result, 1)
    assert "99 adhérents" in explain(result.year(1).lines[-1])


def test_r11_a_bonus_that_nobody_expected_is_paid_whole_with_the_balance():
    result = funding(mission(P), agreement="aci-2021", size=4, members={1: 100}, advance_members={1: 99}, years=1)
    bonus = [row for row in payments_of(result, 1) if row[3] == "SIZE4_BONUS/FIXED"]
    assert bonus == [("2022-03-01", "BALANCE", P, "SIZE4_BONUS/FIXED", "2000.00")]


def test_r7_a_single_day_is_told_as_a_day():
    result = funding(mission(P, starts_on=date(2022, 2, 28)), years=1)
    assert "1 jour sur 365 (le 28 février 2022)" in explain(result.year(1).lines[-1])
