"""R6 to R12: lines of a contract year and their payments. Figures worked by hand from the published amounts."""

from datetime import date
from decimal import Decimal

import pytest

from agreements import catalogue
from agreements.explanations import explain
from agreements.inputs import ContractInputs
from tests.agreements.contracts import funding, lines_of, mission, payments_of, pending_of

A, P, C = "ACCESS_TO_CARE", "PREVENTION", "HEALTH_CRISIS"


def test_r6_year_1_is_paid_in_full_at_signature_even_when_a_mission_starts_that_day():
    payments = payments_of(funding(mission(), years=1), 1)
    assert payments[0] == ("2021-03-01", "FULL", None, "OPERATING", "60000.00")
    assert [row[3] for row in payments].count("OPERATING") == 1


def test_r6_a_later_year_is_paid_in_two_parts_once_a_mission_has_started():
    payments = payments_of(funding(mission(starts_on=date(2022, 2, 28))), 2)
    assert ("2022-03-01", "ADVANCE", None, "OPERATING", "45000.00") in payments
    assert ("2023-03-01", "BALANCE", None, "OPERATING", "15000.00") in payments


def test_r6_started_before_is_strict_and_a_mission_that_starts_on_the_first_day_does_not_count():
    payments = payments_of(funding(mission(starts_on=date(2022, 3, 1))), 2)
    assert ("2022-03-01", "FULL", None, "OPERATING", "60000.00") in payments


def test_r6_without_mission_each_year_is_paid_in_full():
    assert payments_of(funding(), 2) == [("2022-03-01", "FULL", None, "OPERATING", "60000.00")]


def test_r7_fixed_part_is_prorated_by_days():
    # 1 September to 1 March: 181 days; 17 500 × 181 / 365 = 8 678.082
    result = funding(mission(starts_on=date(2021, 9, 1)), years=1)
    assert lines_of(result, 1)[A, "FIXED"] == Decimal("8678.08")
    assert ("2021-09-01", "ADVANCE", A, "FIXED", "6508.56") in payments_of(result, 1)
    assert ("2022-03-01", "BALANCE", A, "FIXED", "2169.52") in payments_of(result, 1)


def test_r7_days_are_those_of_the_contract_year():
    # Year 3 runs from 1 March 2023 to 1 March 2024: 366 days, 182 of them from 1 September
    result = funding(mission(starts_on=date(2023, 9, 1)), years=3)
    assert lines_of(result, 3)[A, "FIXED"] == Decimal("8702.19")  # 17 500 × 182 / 366 = 8 702.186


def test_r7_a_mission_that_starts_on_the_last_day_is_active_one_day():
    result = funding(mission(starts_on=date(2022, 2, 28)), years=1)
    assert lines_of(result, 1)[A, "FIXED"] == Decimal("47.95")  # 17 500 / 365 = 47.945


def test_r7_a_mission_that_starts_on_the_end_of_the_year_belongs_to_the_next():
    result = funding(mission(starts_on=date(2022, 3, 1)))
    assert (A, "FIXED") not in lines_of(result, 1)
    assert lines_of(result, 2)[A, "FIXED"] == Decimal("17500.00")


def test_r8_variable_part_is_prorated_and_paid_with_the_balance():
    result = funding(mission(starts_on=date(2021, 9, 1), rates={1: Decimal("0.80")}), years=1)
    assert lines_of(result, 1)[A, "VARIABLE"] == Decimal("6942.47")
    assert [row for row in payments_of(result, 1) if row[3] == "VARIABLE"] == [
        ("2022-03-01", "BALANCE", A, "VARIABLE", "6942.47")
    ]


def test_r8_is_rounded_once_from_the_exact_fraction():
    # 17 500 × 181/365 × 1/3 = 2 892.694: from the rounded line and a rounded rate one would find 2 892.40 or so
    result = funding(mission(starts_on=date(2021, 9, 1), rates={1: Decimal("0.3333333333333333")}), years=1)
    assert lines_of(result, 1)[A, "VARIABLE"] == Decimal("2892.69")


def test_r8_a_rate_of_zero_keeps_its_line_and_pays_nothing():
    result = funding(mission(rates={1: Decimal(0)}), years=1)
    assert lines_of(result, 1)[A, "VARIABLE"] == Decimal("0.00")
    assert "VARIABLE" not in [row[3] for row in payments_of(result, 1)]
    assert pending_of(result) == []


def test_r8_without_rate_the_line_is_pending_not_zero():
    result = funding(mission(), mission(P, date(2022, 6, 1)))
    assert (A, "VARIABLE") not in lines_of(result, 1)
    assert pending_of(result) == [(1, A, "VARIABLE"), (2, A, "VARIABLE"), (2, P, "VARIABLE")]


def test_r9_triage_is_paid_as_the_fixed_part_from_its_own_start():
    # 151 days from 1 October: 45 000 × 151 / 365 = 18 616.438
    result = funding(mission(triage_starts_on=date(2021, 10, 1)), years=1)
    assert lines_of(result, 1)[A, "TRIAGE"] == Decimal("18616.44")
    assert [row for row in payments_of(result, 1) if row[3] == "TRIAGE"] == [
        ("2021-10-01", "ADVANCE", A, "TRIAGE", "13962.33"),
        ("2022-03-01", "BALANCE", A, "TRIAGE", "4654.11"),
    ]


@pytest.mark.parametrize(
    ("actual", "line"), [("4000.00", "4000.00"), ("4964.38", "4964.38"), ("4964.39", "4964.38"), ("0", "0.00")]
)
def test_r9_compensation_is_what_was_declared_up_to_the_prorated_amount(actual, line):
    # 12 000 × 151 / 365 = 4 964.384
    result = funding(
        mission(compensation_starts_on=date(2021, 10, 1), compensation_actual={1: Decimal(actual)}), years=1
    )
    assert lines_of(result, 1)[A, "COMPENSATION"] == Decimal(line)


def test_r9_compensation_without_declared_actual_is_pending():
    result = funding(mission(compensation_starts_on=date(2021, 10, 1), rates={1: 1, 2: 1}))
    assert pending_of(result) == [(1, A, "COMPENSATION"), (2, A, "COMPENSATION")]


def test_r9_unscheduled_care_does_not_exist_in_aci_2021():
    result = funding(
        mission(triage_starts_on=date(2021, 10, 1), compensation_starts_on=date(2021, 10, 1)),
        agreement="aci-2021",
        years=1,
    )
    assert set(lines_of(result, 1)) == {(None, "OPERATING"), (A, "FIXED")}


def test_r10_the_plan_is_paid_as_written_in_the_year_of_the_start_then_as_updated():
    result = funding(mission(C, date(2022, 2, 28)), agreement="aci-2021", years=3)
    assert lines_of(result, 1)[C, "FIXED"] == Decimal("95.89")  # 35 000 / 365
    assert lines_of(result, 2)[C, "FIXED"] == Decimal("17500.00")
    assert lines_of(result, 3)[C, "FIXED"] == Decimal("17500.00")
    assert {line.rule for line in result.year(2).lines if line.mission} == {"R10"}


def test_r10_a_mission_that_starts_on_an_anniversary_writes_its_plan_in_that_year():
    result = funding(mission(C, date(2022, 3, 1)), agreement="aci-2021", years=3)
    assert lines_of(result, 2)[C, "FIXED"] == Decimal("35000.00")
    assert lines_of(result, 3)[C, "FIXED"] == Decimal("17500.00")


def test_r10_a_crisis_mission_has_no_variable_part_and_waits_for_none():
    assert pending_of(funding(mission(C), agreement="aci-2021")) == []


@pytest.mark.parametrize(
    ("crises", "years"),
    [
        (["2021-08-31"], []),  # before the mission starts
        (["2021-09-01"], [1]),  # the day it starts
        (["2022-02-28"], [1]),
        (["2022-03-01"], [2]),  # the anniversary belongs to the next year
        (["2022-03-01", "2022-03-02", "2022-03-02"], [2]),  # once per year
        (["2021-12-01", "2022-12-01"], [1, 2]),
        (["2023-03-01", "2019-01-01"], []),  # after the last year, before the contract
    ],
)
def test_r10_a_declared_crisis_pays_the_full_amount_once_a_year(crises, years):
    result = funding(mission(C, date(2021, 9, 1), crises=tuple(map(date.fromisoformat, crises))), agreement="aci-2021")
    paid = [year for year in (1, 2) if lines_of(result, year).get((C, "CRISIS_EVENT")) == Decimal("52500.00")]
    found = [year for year in (1, 2) if (C, "CRISIS_EVENT") in lines_of(result, year)]
    assert paid == found == years


def test_r11_size_4_with_100_members_raises_each_mission_line_never_the_operating_grant():
    result = funding(
        mission(rates={1: Decimal("0.5")}),
        mission(C, crises=(date(2021, 5, 1),)),
        agreement="aci-2021",
        size=4,
        members={1: 100},
        years=1,
    )
    assert lines_of(result, 1) == {
        (None, "OPERATING"): Decimal("90000.00"),
        (A, "FIXED"): Decimal("110000.00"),
        (A, "VARIABLE"): Decimal("22500.00"),
        (A, "SIZE4_BONUS/FIXED"): Decimal("11000.00"),
        (A, "SIZE4_BONUS/VARIABLE"): Decimal("2250.00"),
        (C, "FIXED"): Decimal("50000.00"),
        (C, "CRISIS_EVENT"): Decimal("75000.00"),
        (C, "SIZE4_BONUS/FIXED"): Decimal("5000.00"),
        (C, "SIZE4_BONUS/CRISIS_EVENT"): Decimal("7500.00"),
    }
    bonus = [row for row in payments_of(result, 1) if "BONUS" in row[3]]
    assert bonus == [
        ("2021-03-01", "ADVANCE", A, "SIZE4_BONUS/FIXED", "8250.00"),
        ("2021-03-01", "ADVANCE", C, "SIZE4_BONUS/FIXED", "3750.00"),
        ("2022-03-01", "BALANCE", A, "SIZE4_BONUS/FIXED", "2750.00"),
        ("2022-03-01", "BALANCE", A, "SIZE4_BONUS/VARIABLE", "2250.00"),
        ("2022-03-01", "BALANCE", C, "SIZE4_BONUS/FIXED", "1250.00"),
        ("2022-03-01", "BALANCE", C, "SIZE4_BONUS/CRISIS_EVENT", "7500.00"),
    ]
    assert {line.rule for line in result.year(1).lines if line.base} == {"R11"}


@pytest.mark.parametrize(
    ("agreement", "size", "members"),
    [("aci-2019", 4, {1: 500}), ("aci-2021", 3, {1: 500}), ("aci-2021", 4, {1: 99}), ("aci-2021", 4, {2: 500})],
)
def test_r11_otherwise_there_is_no_bonus(agreement, size, members):
    result = funding(mission(), agreement=agreement, size=size, members=members)
    assert not [line for line in result.year(1).lines if line.base]


def test_r11_a_bonus_line_of_zero_is_kept():
    result = funding(mission(rates={1: 0}), agreement="aci-2021", size=4, members={1: 100}, years=1)
    assert lines_of(result, 1)[A, "SIZE4_BONUS/VARIABLE"] == Decimal("0.00")


def test_r12_a_balance_is_paid_at_the_latest_two_months_after_the_anniversary():
    balances = [payment for payment in funding(mission(), years=1).payments if payment.kind == "BALANCE"]
    assert {(payment.due_on, payment.latest_on) for payment in balances} == {(date(2022, 3, 1), date(2022, 5, 1))}


def test_r2_an_amendment_changes_the_agreement_from_a_contract_year_on():
    result = funding(
        mission(triage_starts_on=date(2021, 10, 1)),
        mission(C, date(2022, 3, 1)),
        agreements={2: catalogue.agreement("aci-2021")},
        years=3,
    )
    assert set(lines_of(result, 1)) == {(None, "OPERATING"), (A, "FIXED"), (A, "TRIAGE")}
    assert lines_of(result, 2)[A, "FIXED"] == Decimal("70000.00")
    assert lines_of(result, 2)[C, "FIXED"] == Decimal("35000.00")
    assert lines_of(result, 3)[C, "FIXED"] == Decimal("17500.00")
    assert (A, "TRIAGE") not in lines_of(result, 2)
    assert [year.agreement for year in result.years] == ["aci-2019", "aci-2021", "aci-2021"]


def test_r1_the_size_comes_from_the_population_unless_agreed_otherwise():
    inputs = {"agreement": catalogue.agreement("aci-2019"), "signed_on": date(2021, 3, 1), "population": 39_999}
    assert ContractInputs(**inputs).size_in(1) == 1
    assert ContractInputs(**inputs, size=3).size_in(1) == 3
    assert [ContractInputs(**inputs, sizes={2: 4, 4: 2}).size_in(year) for year in range(1, 6)] == [1, 4, 4, 2, 2]


def test_lines_and_payments_are_sorted():
    result = funding(
        mission("QUALITY", rates={1: 1}),
        mission(P, rates={1: 1}),
        mission(
            triage_starts_on=date(2021, 3, 1),
            compensation_starts_on=date(2021, 3, 1),
            compensation_actual={1: Decimal(1)},
            rates={1: 1},
        ),
        years=1,
    )
    assert list(lines_of(result, 1)) == [
        (None, "OPERATING"),
        (A, "FIXED"),
        (A, "VARIABLE"),
        (A, "TRIAGE"),
        (A, "COMPENSATION"),
        (P, "FIXED"),
        (P, "VARIABLE"),
        ("QUALITY", "FIXED"),
        ("QUALITY", "VARIABLE"),
    ]
    assert [row[:1] + row[2:4] for row in payments_of(result, 1)] == [
        ("2021-03-01", None, "OPERATING"),
        ("2021-03-01", A, "FIXED"),
        ("2021-03-01", A, "TRIAGE"),
        ("2021-03-01", P, "FIXED"),
        ("2021-03-01", "QUALITY", "FIXED"),
        ("2022-03-01", A, "FIXED"),
        ("2022-03-01", A, "VARIABLE"),
        ("2022-03-01", A, "TRIAGE"),
        ("2022-03-01", A, "COMPENSATION"),
        ("2022-03-01", P, "FIXED"),
        ("2022-03-01", P, "VARIABLE"),
        ("2022-03-01", "QUALITY", "FIXED"),
        ("2022-03-01", "QUALITY", "VARIABLE"),
    ]


def test_each_line_is_explained_in_french():
    result = funding(
        mission(
            starts_on=date(2021, 9, 1),
            rates={1: Decimal("0.8")},
            compensation_starts_on=date(2021, 10, 1),
            compensation_actual={1: Decimal("8000.00")},
        ),
        years=1,
    )
    sentences = [explain(line).replace("\u202f", " ").replace("\u00a0", " ") for line in result.year(1).lines]
    assert sentences == [
        "60 000,00 € par an pour la taille 2 (R6).",
        "17 500,00 € par an pour la taille 2 × 181 jours sur 365 (du 1er septembre 2021 au 28 février 2022)"
        " = 8 678,08 € (R7).",
        "17 500,00 € par an pour la taille 2 × 181 jours sur 365 (du 1er septembre 2021 au 28 février 2022)"
        " × un taux de 80 % = 6 942,47 € (R8).",
        "8 000,00 € déclarés, dans la limite de 12 000,00 € par an pour la taille 2 × 151 jours sur 365"
        " (du 1er octobre 2021 au 28 février 2022), soit 4 964,38 € (R9).",
    ]


def test_a_rate_that_does_not_fall_right_is_said_in_good_french():
    result = funding(mission(starts_on=date(2021, 9, 1), rates={1: Decimal("0.33333")}), years=1)
    sentences = [explain(line).replace("\u00a0", " ") for line in result.year(1).lines]
    assert sum("× un taux d’environ 33,33 % =" in sentence for sentence in sentences) == 1


def test_a_line_made_from_an_unconfirmed_figure_says_so():
    result = funding(mission(C, crises=(date(2021, 5, 1),)), agreement="aci-2021", size=4, members={1: 120}, years=1)
    lines = result.year(1).lines
    assert not any(line.is_validated for line in lines)
    assert not result.is_validated
    assert all(explain(line).endswith("Répartition à confirmer.") for line in lines)
    assert "Crise déclarée le 1er mai 2021" in explain(lines[2])
    assert "120 adhérents au premier jour de l’année" in explain(lines[3])
