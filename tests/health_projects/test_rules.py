"""R1 and R5, as values: what is missing, when silence approves."""

from datetime import date

import pytest

from core.errors import DomainError
from health_projects.enums import SectionKey
from health_projects.rules import (
    ADVISED_SECTIONS,
    check_within_delay,
    decision_due_on,
    missing_items,
    tacit_approval_on,
)

WRITTEN = {key.value: "Texte." for key in SectionKey}
COMPLETE = {
    "commune_count": 3,
    "population": 37_500,
    "unpublished": (),
    "missions": ["PREVENTION"],
    "texts": WRITTEN,
}


@pytest.mark.parametrize(
    ("submitted_on", "due_on", "approved_on"),
    [
        (date(2026, 3, 16), date(2026, 5, 16), date(2026, 5, 17)),
        (date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2023, 12, 29), date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_r5_the_ars_has_two_calendar_months(submitted_on, due_on, approved_on):
    assert decision_due_on(submitted_on) == due_on
    assert tacit_approval_on(due_on) == approved_on


def test_r5_the_last_day_still_belongs_to_the_ars():
    check_within_delay(date(2026, 5, 16), date(2026, 5, 16))
    with pytest.raises(DomainError, match="16 mai 2026 : le projet est approuvé tacitement"):
        check_within_delay(date(2026, 5, 16), date(2026, 5, 17))


def test_a_complete_project_misses_nothing():
    assert missing_items(**COMPLETE) == []


def test_what_is_missing_is_said_item_by_item():
    empty = COMPLETE | {"commune_count": 0, "population": None, "missions": [], "texts": {}}
    found = missing_items(**empty)
    assert found[:2] == ["Choisissez les communes du territoire.", "Choisissez au moins une mission."]
    assert len(found) == 2 + len(SectionKey) - len(ADVISED_SECTIONS)


def test_a_section_of_spaces_is_not_written():
    found = missing_items(**COMPLETE | {"texts": WRITTEN | {"GOVERNANCE": " \n "}})
    assert found == ["Rédigez la section « Gouvernance »."]


def test_advised_sections_never_block():
    texts = WRITTEN | dict.fromkeys(ADVISED_SECTIONS, "")
    assert missing_items(**COMPLETE | {"texts": texts}) == []


def test_r1_a_population_that_is_not_published_must_be_agreed():
    found = missing_items(**COMPLETE | {"population": None, "unpublished": ("Beaumont-en-Verdunois",)})
    assert found == ["Convenez d’une population : celle de Beaumont-en-Verdunois n’est pas publiée par l’Insee."]
