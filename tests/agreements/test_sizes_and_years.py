"""R1, R3, R4, R16: sizes, contract years, deadlines."""

from datetime import date

import pytest

from agreements import catalogue
from agreements.rules import (
    contract_year,
    contract_year_on,
    contract_years,
    dialogue_window,
    is_late,
    mission_calendar,
    population_warnings,
    size_for_population,
    variable_part,
)
from core.errors import DomainError

ACI_2019 = catalogue.agreement("aci-2019")
ACI_2021 = catalogue.agreement("aci-2021")


@pytest.mark.parametrize("agreement", [ACI_2019, ACI_2021], ids=["aci-2019", "aci-2021"])
@pytest.mark.parametrize(
    ("population", "size"),
    [(0, 1), (39_999, 1), (40_000, 2), (79_999, 2), (80_000, 3), (175_000, 3), (175_001, 4), (2_000_000, 4)],
)
def test_r1_size_follows_the_population(agreement, population, size):
    assert size_for_population(agreement, population) == size


def test_r1_a_negative_population_is_refused():
    with pytest.raises(DomainError, match="négative"):
        size_for_population(ACI_2019, -1)


def test_r1_below_20_000_inhabitants_a_warning_is_given():
    assert population_warnings(ACI_2019, 20_000) == []
    (sentence,) = population_warnings(ACI_2019, 19_999)
    assert "19\u202f999 habitants" in sentence
    assert "20\u202f000" in sentence


def test_r3_a_year_runs_from_one_anniversary_to_the_next():
    year = contract_year(date(2020, 3, 15), 2)
    assert (year.starts_on, year.ends_on, year.days) == (date(2021, 3, 15), date(2022, 3, 15), 365)


def test_r3_signed_on_29_february_the_anniversary_is_the_28th_in_common_years():
    ends = [year.ends_on for year in contract_years(date(2020, 2, 29))]
    assert ends == [
        date(2021, 2, 28),
        date(2022, 2, 28),
        date(2023, 2, 28),
        date(2024, 2, 29),
        date(2025, 2, 28),
    ]


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2020, 3, 15), 1),
        (date(2021, 3, 14), 1),
        (date(2021, 3, 15), 2),
        (date(2021, 12, 31), 2),
        (date(2022, 1, 1), 2),
    ],
)
def test_r3_the_year_of_a_day_is_found(day, number):
    assert contract_year_on(date(2020, 3, 15), day).number == number


def test_r3_no_year_before_the_signature():
    with pytest.raises(DomainError, match="antérieure"):
        contract_year_on(date(2020, 3, 15), date(2020, 3, 14))


def test_r4_latest_dates_are_counted_in_months_from_the_signature():
    found = {
        deadline.mission: (deadline.start_by, deadline.deploy_by)
        for deadline in mission_calendar(ACI_2021, date(2022, 8, 31))
    }
    assert found == {
        "ACCESS_TO_CARE": (date(2023, 2, 28), date(2024, 2, 29)),
        "CARE_PATHWAYS": (date(2023, 8, 31), date(2024, 8, 31)),
        "PREVENTION": (date(2023, 8, 31), date(2024, 8, 31)),
        "HEALTH_CRISIS": (date(2023, 2, 28), date(2024, 2, 29)),
        "QUALITY": (None, None),
        "PROFESSIONAL_SUPPORT": (None, None),
    }


def test_r4_late_is_after_the_deadline_not_on_it():
    deadline = date(2023, 2, 28)
    assert not is_late(deadline, done_on=None, today=deadline)
    assert is_late(deadline, done_on=None, today=date(2023, 3, 1))
    assert not is_late(deadline, done_on=date(2023, 2, 1), today=date(2024, 1, 1))
    assert not is_late(None, done_on=None, today=date(2024, 1, 1))


def test_r16_the_annual_dialogue_is_held_within_two_months_of_the_anniversary():
    window = dialogue_window(date(2020, 12, 31), 2)
    assert (window.opens_on, window.closes_on) == (date(2022, 12, 31), date(2023, 2, 28))


def test_r13b_the_variable_part_is_that_of_the_size():
    assert variable_part(ACI_2021, "ACCESS_TO_CARE", 3) == 35_000
    with pytest.raises(DomainError, match="pas de volet variable"):
        variable_part(ACI_2021, "HEALTH_CRISIS", 3)
    with pytest.raises(DomainError, match="n’existe pas"):
        variable_part(ACI_2019, "HEALTH_CRISIS", 3)
