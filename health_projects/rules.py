"""What a health project must hold, and when silence approves it (R1, R5). Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from core.dates import add_months, format_date
from core.errors import DomainError
from core.wording import Lack
from health_projects.enums import SectionKey

DECISION_MONTHS = 2  # R5

# The parts of a project that are no section.
TERRITORY, POPULATION, MISSIONS = "territory", "population", "missions"

# Systems and budget are sections of the plan that no text requires (facts, §5): advised, never blocking.
ADVISED_SECTIONS = frozenset({SectionKey.INFORMATION_SYSTEMS, SectionKey.EVALUATION})


def decision_due_on(submitted_on: date) -> date:
    """R5: return the last day on which the ARS may oppose: two calendar months after the submission."""
    return add_months(submitted_on, DECISION_MONTHS)


def tacit_approval_on(due_on: date) -> date:
    """R5: return the day on which silence approves: the one after the last day of the two months."""
    return due_on + timedelta(days=1)


def check_within_delay(due_on: date, today: date) -> None:
    """R5: refuse a decision that comes after the two months: silence has already approved."""
    if today > due_on:
        raise DomainError(
            f"Le délai de deux mois a pris fin le {format_date(due_on)} : le projet est approuvé tacitement."
        )


def missing_items(
    *,
    commune_count: int,
    population: int | None,
    unpublished: Sequence[str],
    missions: Sequence[str],
    texts: Mapping[str, str],
) -> list[Lack]:
    """Return, as French sentences, what is left to do before the project may be sent, each with its part.

    `unpublished` names the communes without a published population (R1), `texts` are the sections by key.
    """
    found = []
    if not commune_count:
        found.append(Lack("Choisissez les communes du territoire.", part=TERRITORY))
    elif population is None:
        sentence = f"Convenez d’une population : celle de {', '.join(unpublished)} n’est pas publiée par l’Insee."
        found.append(Lack(sentence, part=POPULATION))
    if not missions:
        found.append(Lack("Choisissez au moins une mission.", part=MISSIONS))
    found += [
        Lack(f"Rédigez la section « {key.label} ».", part=key.value)
        for key in SectionKey
        if key not in ADVISED_SECTIONS and not texts.get(key, "").strip()
    ]
    return found
