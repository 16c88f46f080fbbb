"""Moving the portal's day: what time does by itself is done at once, so that the result is seen."""

from datetime import date

from contracts import jobs as contract_jobs
from contracts.models import Contract
from core import clock
from core.dates import add_months
from core.errors import DomainError
from core.wording import counted
from dialogues import jobs as dialogue_jobs
from funding import jobs as funding_jobs
from health_projects import jobs as project_jobs

STEP_MONTHS = 6  # less than a contract year: none is stepped over
FARTHEST_YEARS = 15


def move_to(day: date, *, real_day: date) -> list[str]:
    """Move the portal to `day`, and do what the nights in between would have done; return it as sentences.

    Going forward, each half-year is lived: a contract year left out would leave no programme behind. Going back
    undoes nothing. Raises DomainError when the day is too far from the real one.
    """
    if abs(day.year - real_day.year) > FARTHEST_YEARS:
        raise DomainError(f"Restez à moins de {FARTHEST_YEARS} ans d’aujourd’hui.", field="day")
    done = Night()
    current = clock.today()
    while current < day:
        current = min(add_months(current, STEP_MONTHS), day)
        clock.move_to(current)
        done += live_through_the_night()
    clock.move_to(day)
    return done.sentences


def live_through_the_night() -> "Night":
    """Run the jobs of the timetable at the portal's date as it is now."""
    with clock.held_offset():
        today = clock.today()
        night = Night(
            terminated=Contract.objects.ending_on(today).count(),
            expired=Contract.objects.expired_on(today).count(),
            approved=project_jobs.approve_tacitly(),
            dialogues=dialogue_jobs.follow_calendar(),
            payments=funding_jobs.follow_schedule(),
        )
        contract_jobs.follow_contracts()
    return night


class Night:
    """How much the jobs of one night, or of several, did."""

    WORDS = {
        "approved": ("projet de santé approuvé tacitement", "projets de santé approuvés tacitement"),
        "dialogues": ("dialogue inscrit au calendrier", "dialogues inscrits au calendrier"),
        "payments": ("versement devenu exigible", "versements devenus exigibles"),
        "terminated": ("contrat résilié", "contrats résiliés"),
        "expired": ("contrat arrivé à son échéance", "contrats arrivés à leur échéance"),
    }

    def __init__(self, **counts: int):
        self.counts = {name: counts.get(name, 0) for name in self.WORDS}

    def __add__(self, other: "Night") -> "Night":
        return Night(**{name: count + other.counts[name] for name, count in self.counts.items()})

    @property
    def sentences(self) -> list[str]:
        return [counted(count, *self.WORDS[name]) for name, count in self.counts.items() if count]
