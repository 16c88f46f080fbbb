"""R19: the end of a contract inside a year, or on an anniversary."""

from datetime import date
from decimal import Decimal

import pytest

from agreements.explanations import explain
from core.errors import DomainError
from tests.agreements.contracts import funding, lines_of, mission, payments_of, pending_of

A, C = "ACCESS_TO_CARE", "HEALTH_CRISIS"


def test_r19_on_an_anniversary_the_last_year_is_whole_and_the_next_does_not_exist():
    result = funding(mission(rates={1: 1}), years=3, terminated_on=date(2022, 3, 1))
    assert [year.year for year in result.years] == [1]
    assert lines_of(result, 1)[A, "FIXED"] == Decimal("17500.00")
    assert ("2022-03-01", "BALANCE", A, "FIXED", "4375.00") in payments_of(result, 1)
    assert result.repayment == 0


def test_r19_on_an_anniversary_the_whole_year_still_waits_for_its_rate():
    assert pending_of(funding(mission(), terminated_on=date(2022, 3, 1))) == [(1, A, "VARIABLE")]


def test_r19_after_the_last_year_it_has_no_effect():
    assert funding(mission(), terminated_on=date(2030, 1, 1)) == funding(mission())


def test_r19_an_advance_above_its_line_is_repaid():
    # 100 days of 365 to 9 June 2022: 17 500 × 100 / 365 = 4 794.521; advance 13 125.00
    result = funding(mission(rates={1: 1}), years=5, terminated_on=date(2022, 6, 9))
    assert lines_of(result, 2)[A, "FIXED"] == Decimal("4794.52")
    assert result.repayment == Decimal("8330.48")
    (repayment,) = result.repayments
    assert (repayment.due_on, repayment.advance, repayment.line_amount) == (
        date(2022, 6, 9), Decimal("13125.00"), Decimal("4794.52"),
    )  # fmt: skip


def test_r19_a_line_above_its_advance_is_settled_on_the_day():
    # 300 days of 365 to 26 December 2022: 17 500 × 300 / 365 = 14 383.562
    result = funding(mission(rates={1: 1}), years=5, terminated_on=date(2022, 12, 26))
    assert ("2022-12-26", "BALANCE", A, "FIXED", "1258.56") in payments_of(result, 2)
    assert result.repayment == 0


def test_r19_operating_paid_on_the_first_day_is_kept_and_its_balance_is_not_paid():
    result = funding(mission(), terminated_on=date(2022, 3, 2))
    assert lines_of(result, 2)[None, "OPERATING"] == Decimal("45000.00")
    assert [row for row in payments_of(result, 2) if row[3] == "OPERATING"] == [
        ("2022-03-01", "ADVANCE", None, "OPERATING", "45000.00")
    ]


def test_r19_operating_paid_in_full_is_kept_in_full():
    result = funding(terminated_on=date(2021, 3, 2))
    assert lines_of(result, 1) == {(None, "OPERATING"): Decimal("60000.00")}
    assert result.repayment == 0


def test_r19_in_year_1_a_mission_that_starts_after_the_end_has_no_effect():
    result = funding(mission(starts_on=date(2021, 9, 1)), terminated_on=date(2021, 9, 1))
    assert result == funding(mission(starts_on=date(2021, 12, 1)), terminated_on=date(2021, 9, 1))
    assert lines_of(result, 1) == {(None, "OPERATING"): Decimal("60000.00")}
    assert pending_of(result) == []


def test_r19_the_rate_of_the_last_year_is_paid_only_if_it_was_set():
    end = date(2022, 6, 9)
    without = funding(mission(rates={1: 1}), terminated_on=end)
    assert (A, "VARIABLE") not in lines_of(without, 2)
    assert pending_of(without) == []
    with_rate = funding(mission(rates={1: 1, 2: Decimal("0.5")}), terminated_on=end)
    assert lines_of(with_rate, 2)[A, "VARIABLE"] == Decimal("2397.26")  # 17 500 × 100/365 × 1/2
    assert ("2022-06-09", "BALANCE", A, "VARIABLE", "2397.26") in payments_of(with_rate, 2)


def test_r19_the_ceiling_of_the_compensation_runs_to_the_end():
    details = {"compensation_starts_on": date(2022, 3, 1), "rates": {1: 1}}
    end = date(2022, 6, 9)  # 12 000 × 100 / 365 = 3 287.671
    result = funding(mission(compensation_actual={2: Decimal(9000)}, **details), terminated_on=end)
    assert lines_of(result, 2)[A, "COMPENSATION"] == Decimal("3287.67")
    assert ("2022-06-09", "BALANCE", A, "COMPENSATION", "3287.67") in payments_of(result, 2)


def test_r19_a_compensation_without_declared_actual_still_waits():
    details = {"compensation_starts_on": date(2022, 3, 1), "rates": {1: 1}}
    assert pending_of(funding(mission(**details), terminated_on=date(2022, 6, 9))) == [(2, A, "COMPENSATION")]


@pytest.mark.parametrize(("crisis", "paid"), [(date(2022, 6, 8), True), (date(2022, 6, 9), False)])
def test_r19_a_crisis_counts_if_declared_before_the_end(crisis, paid):
    result = funding(mission(C, crises=(crisis,)), agreement="aci-2021", terminated_on=date(2022, 6, 9))
    assert ((C, "CRISIS_EVENT") in lines_of(result, 2)) is paid
    if paid:
        assert ("2022-06-09", "BALANCE", C, "CRISIS_EVENT", "52500.00") in payments_of(result, 2)


def test_r19_bonus_lines_are_computed_again_and_repaid_too():
    # 110 000 × 100 / 365 = 30 136.986; bonus 3 013.70; advances 82 500.00 and 8 250.00
    result = funding(
        mission(rates={1: 0}),
        agreement="aci-2021",
        size=4,
        members={2: 150},
        terminated_on=date(2022, 6, 9),
    )
    assert lines_of(result, 2)[A, "SIZE4_BONUS/FIXED"] == Decimal("3013.70")
    assert result.repayment == Decimal("52363.01") + Decimal("5236.30")


def test_r19_balances_of_earlier_years_stand():
    result = funding(mission(rates={1: 1}), terminated_on=date(2022, 3, 2))
    assert payments_of(result, 1) == payments_of(funding(mission(rates={1: 1})), 1)


def test_r19_the_end_is_after_the_signature():
    with pytest.raises(DomainError) as refused:
        funding(terminated_on=date(2021, 3, 1))
    assert refused.value.field == "terminated_on"


def test_r19_the_explanation_names_the_rule():
    result = funding(mission(), terminated_on=date(2022, 6, 9))
    operating, fixed = result.year(2).lines
    assert "restent acquis" in explain(operating)
    assert explain(operating).endswith("(R6, R19).")
    assert "100 jours sur 365" in explain(fixed)
    assert explain(fixed).endswith("(R7, R19).")
