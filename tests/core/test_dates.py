"""Calendar arithmetic of the contracts."""

from datetime import date

import pytest

from core.dates import add_months, anniversary, format_date


def test_r3_a_signature_on_29_february_has_its_anniversary_on_28_february_in_common_years():
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 1, 15), 2, date(2025, 3, 15)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
    ],
)
def test_months_are_calendar_months(day, months, expected):
    assert add_months(day, months) == expected


def test_dates_are_written_as_people_say_them():
    assert format_date(date(2021, 3, 15)) == "15 mars 2021"
    assert format_date(date(2021, 8, 1)) == "1er août 2021"
