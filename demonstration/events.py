"""The days on which something happens by itself, or falls due, in the dossiers: where one may want to be."""

from dataclasses import dataclass
from datetime import date, timedelta

from agreements.enums import MissionCode
from agreements.rules import dialogue_window, mission_calendar
from contracts.enums import ContractStatus
from contracts.models import DURATION_YEARS, ENDING_ROWS, Contract
from core.actor import SYSTEM
from dialogues.enums import DialogueStatus
from health_projects.models import HealthProject


@dataclass(frozen=True, kw_only=True)
class Event:
    """A day of a dossier, and what is then to be seen."""

    on: date
    text: str
    dossier: str


def events_of(contract: Contract, today: date) -> list[Event]:
    """Return the days to come of a signed contract: starts, latest starts, anniversaries, windows, term."""
    rows = [*_mission_days(contract), *_year_days(contract)]
    if contract.status == ContractStatus.ACTIVE:
        is_cut_short = contract.expected_end < contract.ends_on
        rows.append((contract.expected_end, "fin du contrat" if is_cut_short else "échéance du contrat"))
    return _sorted(rows, str(contract.cpts), today)


def next_events(today: date, *, cpts=None) -> list[Event]:
    """Return the events to come of the CPTS given, or the next one of each dossier, by date."""
    found: list[Event] = []
    for contract in _contracts(cpts):
        events = events_of(contract, today)
        found += events if cpts else events[:1]
    found += _tacit_approvals(today, cpts)
    return sorted(found, key=lambda event: (event.on, event.dossier))


def _contracts(cpts) -> list[Contract]:
    rows = Contract.objects.visible_to(SYSTEM).active().with_parties().select_related("agreement_version")
    rows = rows.prefetch_related(
        "missions", "dialogues", *ENDING_ROWS, *(f"agreement_version__{name}" for name in ("missions", "sizes"))
    )
    return list(rows.filter(cpts=cpts) if cpts else rows)


def _mission_days(contract: Contract) -> list[tuple[date | None, str]]:
    agreement = contract.agreement_version.unchecked_value()
    latest = {terms.mission: terms.start_by for terms in mission_calendar(agreement, contract.signed_on)}
    rows: list[tuple[date | None, str]] = []
    for row in contract.missions.all():
        label = MissionCode(row.mission).label.lower()
        if row.started_on:
            rows.append((row.started_on, f"démarrage de la mission « {label} »"))
        else:
            rows.append((row.planned_start, f"démarrage prévu de la mission « {label} »"))
            rows.append((latest.get(row.mission), f"démarrage au plus tard de la mission « {label} »"))
    return rows


def _year_days(contract: Contract) -> list[tuple[date, str]]:
    rows = []
    closed = {item.year for item in contract.dialogues.all() if item.status == DialogueStatus.CLOSED}
    for number in sorted(set(range(1, DURATION_YEARS + 1)) - closed):
        window = dialogue_window(contract.signed_on, number)
        rows.append((window.opens_on, f"fin de l’année {number} : le dialogue annuel peut se tenir"))
        rows.append((window.closes_on, f"dernier jour du dialogue annuel de l’année {number}"))
    return rows


def _tacit_approvals(today: date, cpts) -> list[Event]:
    projects = HealthProject.objects.visible_to(SYSTEM).awaiting_decision().select_related("cpts")
    if cpts:
        projects = projects.filter(cpts=cpts)
    rows = [(project.decision_due_on + timedelta(days=1), str(project.cpts)) for project in projects]
    text = "approbation tacite du projet de santé"
    return [Event(on=day, text=text, dossier=name) for day, name in rows if day > today]


def _sorted(rows: list[tuple[date | None, str]], dossier: str, today: date) -> list[Event]:
    days = [(day, text) for day, text in rows if day is not None and day > today]
    return [Event(on=day, text=text, dossier=dossier) for day, text in sorted(days)]
