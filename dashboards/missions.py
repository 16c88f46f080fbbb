"""The calendar of a contract's missions: planned, started, late (R4), drawn with its dialogues."""

from dataclasses import dataclass, replace
from datetime import date

from agreements.agreement import Agreement
from agreements.rules import is_late
from contracts import rules
from contracts.assemblers import withdrawn_missions
from contracts.models import DURATION_YEARS, Contract
from contracts.panels import MISSIONS_LEGEND, mission_bar, withdrawn_words
from core.dates import anniversary
from core.figures import Figure
from core.timelines import TimelineMark, timeline
from dialogues.models import AnnualAnnex


@dataclass(frozen=True, kw_only=True)
class MissionRow:
    """A mission beside its latest start (R4)."""

    dates: rules.MissionDates
    tone: str
    words: str


@dataclass(frozen=True, kw_only=True)
class MissionsBlock:
    """The missions drawn in time; `is_forecast` when the signature is taken as today."""

    figure: Figure
    rows: list[MissionRow]
    is_forecast: bool


def missions_block(contract: Contract, agreement: Agreement, today: date) -> MissionsBlock:
    """Return the calendar of the missions: planned, started, late (R4), with the dialogues."""
    start = contract.signed_on or today
    dates = rules.mission_dates(
        agreement,
        [(row.mission, row.planned_start, row.started_on) for row in contract.missions.all()],
        reference=start,
        today=today,
        withdrawn=withdrawn_missions(contract),
    )
    end = contract.terminated_on or contract.ends_on or anniversary(start, DURATION_YEARS)
    title = "Calendrier des missions" if contract.is_signed else "Calendrier si le contrat était signé aujourd’hui"
    bars = [mission_bar(item, start, end, today, _mission_words(item, today)[1]) for item in dates]
    figure = timeline(start, end, today, bars, title, _marks(contract, start, end))
    return MissionsBlock(
        figure=replace(figure, legend=MISSIONS_LEGEND),
        rows=[_mission_row(item, today) for item in dates],
        is_forecast=not contract.is_signed,
    )


def _marks(contract: Contract, start: date, end: date) -> list[TimelineMark]:
    days = [(item.held_on or item.convened_for, item.label) for item in contract.dialogues.all()]
    days += [(annex.signed_on, f"Annexe de l’année {annex.year} signée") for annex in annexes_of(contract)]
    shown = sorted((day, label) for day, label in days if day and start <= day <= end)
    return [TimelineMark(on=day, label=label) for day, label in shown]


def _mission_row(dates: rules.MissionDates, today: date) -> MissionRow:
    tone, words = _mission_words(dates, today)
    return MissionRow(dates=dates, tone=tone, words=words)


def _mission_words(dates: rules.MissionDates, today: date) -> tuple[str, str]:
    """Return the tone and the word of a mission (R4: an alert, never a sanction)."""
    if dates.withdrawn_from:
        return "off", withdrawn_words(dates.withdrawn_from, today)
    if dates.started_on:
        return ("wait", "Démarrée en retard") if dates.is_late else ("ok", "Démarrée")
    if is_late(dates.start_by, done_on=None, today=today):
        return ("stop", "En retard")
    if dates.is_late:
        return ("wait", "Prévue après le délai")
    return ("off", "Prévue") if dates.planned_start else ("off", "Sans date prévue")


def annexes_of(contract: Contract) -> list[AnnualAnnex]:
    """Return the annual annexes; nothing is asked of the database before the signature."""
    return list(contract.annexes.all()) if contract.is_signed else []
