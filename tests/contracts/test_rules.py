"""R2, R3, R4, R9, R10 on plain values."""

from datetime import date
from decimal import Decimal

import pytest

from agreements import catalogue
from agreements.enums import AmountKind
from contracts import rules
from core.errors import DomainError

ACI_2019, ACI_2021 = catalogue.agreement("aci-2019"), catalogue.agreement("aci-2021")
CORE = ["ACCESS_TO_CARE", "CARE_PATHWAYS", "PREVENTION", "HEALTH_CRISIS"]
TODAY = date(2026, 3, 16)


def plan(**starts) -> list[rules.Plan]:
    return [(code, starts.get(code)) for code in CORE]


def test_r2_a_contract_has_each_core_mission_and_the_optional_ones_it_chose():
    assert [terms.code for terms in rules.missions_of(ACI_2021)] == CORE
    assert [terms.code for terms in rules.missions_of(ACI_2021, ["QUALITY"])] == [*CORE, "QUALITY"]
    assert "HEALTH_CRISIS" not in [terms.code for terms in rules.missions_of(ACI_2019, CORE)]


@pytest.mark.parametrize(
    ("missions", "field"),
    [
        ([("ACCESS_TO_CARE", None)], "start_CARE_PATHWAYS"),
        ([*plan(), ("ACCESS_TO_CARE", None)], "missions"),
        ([*plan(), ("UNKNOWN", None)], None),
        (plan(PREVENTION=date(2026, 3, 15)), "start_PREVENTION"),
        (plan(PREVENTION=date(2031, 3, 16)), "start_PREVENTION"),
        (plan(PREVENTION=date(2199, 1, 1)), "start_PREVENTION"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_beside_its_field(missions, field):
    with pytest.raises(DomainError) as refused:
        rules.check_plan(ACI_2021, missions, today=TODAY)
    assert refused.value.field == field


def test_a_mission_may_be_planned_for_today():
    rules.check_plan(ACI_2021, plan(PREVENTION=TODAY), today=TODAY)


def test_a_mission_may_be_planned_until_the_last_day_of_the_contract():
    rules.check_plan(ACI_2021, plan(PREVENTION=date(2031, 3, 15)), today=TODAY)


def test_r4_latest_dates_are_counted_from_the_signature():
    rows = [(code, None, None) for code in [*CORE, "QUALITY"]]
    found = rules.mission_dates(ACI_2021, rows, reference=date(2026, 8, 31), today=TODAY)
    assert [(row.start_by, row.deploy_by) for row in found] == [
        (date(2027, 2, 28), date(2028, 2, 29)),
        (date(2027, 8, 31), date(2028, 8, 31)),
        (date(2027, 8, 31), date(2028, 8, 31)),
        (date(2027, 2, 28), date(2028, 2, 29)),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("planned", "started", "today", "late"),
    [
        (date(2026, 9, 16), None, TODAY, False),
        (date(2026, 9, 17), None, TODAY, True),
        (date(2026, 6, 1), date(2026, 9, 16), date(2027, 1, 1), False),
        (date(2026, 6, 1), date(2026, 9, 17), date(2027, 1, 1), True),
        (date(2026, 6, 1), None, date(2026, 9, 17), True),
        (None, None, date(2026, 9, 16), False),
        (None, None, date(2026, 9, 17), True),
    ],
)
def test_r4_a_mission_is_late_after_its_latest_start_that_day_included(planned, started, today, late):
    row = rules.mission_dates(ACI_2021, [("ACCESS_TO_CARE", planned, started)], reference=TODAY, today=today)[0]
    assert row.is_late is late


def test_r4_an_optional_mission_is_never_late():
    row = rules.mission_dates(ACI_2021, [("QUALITY", date(2030, 1, 1), None)], reference=TODAY, today=TODAY)[0]
    assert not row.is_late


def test_a_mission_that_the_agreement_no_longer_has_keeps_its_name():
    row = rules.mission_dates(ACI_2019, [("HEALTH_CRISIS", None, None)], reference=TODAY, today=TODAY)[0]
    assert (row.label, row.start_by, row.is_late) == ("Réponse aux crises sanitaires", None, False)


def test_r13a_the_first_programme_has_the_missions_that_start_in_the_year():
    found = rules.programme_missions(
        ACI_2021,
        2,
        plan(CARE_PATHWAYS=date(2027, 3, 15), PREVENTION=date(2027, 3, 16), HEALTH_CRISIS=TODAY),
        before=rules.end_of_first_year(TODAY),
    )
    assert found == [
        ("ACCESS_TO_CARE", Decimal("30000.00")),  # R14: its national indicators are in every contract
        ("CARE_PATHWAYS", Decimal("35000.00")),
        ("HEALTH_CRISIS", Decimal("0.00")),  # R10: deliverables, no variable part
    ]


def test_r13a_what_is_already_written_stays_in_the_programme():
    found = rules.programme_missions(ACI_2021, 2, plan(), before=TODAY, kept={"PREVENTION"})
    assert [code for code, _amount in found] == ["ACCESS_TO_CARE", "PREVENTION"]


def test_the_contract_shows_the_amounts_of_its_own_size_and_missions_only():
    lines = rules.amounts_of(ACI_2019, 1, ["PREVENTION"])
    assert [(line.mission, line.kind, line.amount) for line in lines] == [
        (None, AmountKind.OPERATING, Decimal("50000.00")),
        ("PREVENTION", AmountKind.FIXED, Decimal("10000.00")),
        ("PREVENTION", AmountKind.VARIABLE, Decimal("10000.00")),
    ]


@pytest.mark.parametrize(
    ("department", "sequence", "number"),
    [("69", 12, "2026-069-012"), ("2A", 1, "2026-02A-001"), ("974", 1000, "2026-974-1000")],
)
def test_a_contract_number_says_the_year_and_the_departement(department, sequence, number):
    assert rules.contract_number(2026, department, sequence) == number


def start(**changes):
    rules.check_start(**{"starts_on": date(2026, 9, 15), "first_day": TODAY, "ends_on": date(2031, 3, 16), **changes})


def start_line(agreement=ACI_2019, **changes):
    values = {
        "starts_on": date(2026, 9, 15),
        "mission_starts_on": date(2026, 9, 15),
        "first_day": TODAY,
        "ends_on": date(2031, 3, 16),
        **changes,
    }
    for kind in (AmountKind.TRIAGE, AmountKind.COMPENSATION):
        rules.check_line_start(agreement, kind, **values)


def test_r4_a_mission_starts_between_the_first_day_of_the_running_year_and_the_end():
    start(starts_on=TODAY)
    start(starts_on=date(2031, 3, 15))
    for day in (date(2026, 3, 15), date(2031, 3, 16)):
        with pytest.raises(DomainError, match="entre le 16 mars 2026"):
            start(starts_on=day)


def test_r9_triage_and_compensation_start_with_their_mission_and_where_the_agreement_pays_them():
    start_line()
    with pytest.raises(DomainError, match="entre le 15 septembre 2026") as refused:
        start_line(starts_on=date(2026, 9, 14))
    assert refused.value.field == "starts_on"
    with pytest.raises(DomainError, match="attend son départ"):
        start_line(mission_starts_on=None)
    with pytest.raises(DomainError, match="ne prévoit pas"):
        start_line(ACI_2021)


def test_r10_a_crisis_is_declared_during_the_contract_and_never_ahead():
    dates = {"signed_on": TODAY, "ends_on": date(2031, 3, 16), "today": date(2026, 8, 1)}
    rules.check_crisis(ACI_2021, declared_on=TODAY, **dates)
    for day in (date(2026, 3, 15), date(2026, 8, 2)):
        with pytest.raises(DomainError):
            rules.check_crisis(ACI_2021, declared_on=day, **dates)
    with pytest.raises(DomainError, match="ne prévoit pas"):
        rules.check_crisis(ACI_2019, declared_on=TODAY, **dates)


def test_r18_a_mission_withdrawn_before_its_start_is_late_no_longer():
    rows = [("ACCESS_TO_CARE", None, None), ("PREVENTION", None, None)]
    withdrawn = {"PREVENTION": date(2027, 9, 1)}
    late, gone = rules.mission_dates(
        ACI_2021, rows, reference=date(2024, 1, 1), today=date(2026, 9, 1), withdrawn=withdrawn
    )
    assert late.is_late and late.withdrawn_from is None
    assert not gone.is_late and gone.withdrawn_from == date(2027, 9, 1)
