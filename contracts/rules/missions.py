"""The missions of a contract and their calendar, its number, its crises (R2, R4, R9, R10)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agreements.agreement import Agreement, AmountLine, MissionTerms
from agreements.enums import AmountKind, MissionCode
from agreements.rules import MissionDeadline, is_late, mission_calendar
from core.dates import add_months, anniversary, format_date
from core.errors import DomainError

Plan = tuple[str, date | None]
"""A mission of a contract and its planned start."""

MONTHS_IN_YEAR = 12
DURATION_YEARS = 5  # R3
MISSION_ORDER = tuple(MissionCode.values)
MISSION_OF_NATIONAL_INDICATORS = MissionCode.ACCESS_TO_CARE.value


@dataclass(frozen=True, kw_only=True)
class MissionDates:
    """A mission beside its latest dates (R4). `reference` is the signature, or the day until there is one."""

    code: str
    label: str
    is_core: bool
    planned_start: date | None
    started_on: date | None
    start_by: date | None
    deploy_by: date | None
    is_late: bool
    withdrawn_from: date | None = None  # R18: by an amendment, on the first day of a contract year


def missions_of(agreement: Agreement, optional: Iterable[str] = ()) -> list[MissionTerms]:
    """R2: return every core mission of the agreement and the optional ones chosen, in its order."""
    chosen = set(optional)
    return sorted(
        (terms for terms in agreement.missions if terms.is_core or terms.code in chosen),
        key=lambda terms: terms.order,
    )


def check_plan(agreement: Agreement, plan: Sequence[Plan], *, today: date) -> None:
    """Refuse a plan with an unknown mission, one given twice, no core mission, or a start outside of the contract.

    A contract that is not signed yet is taken as signed on `today`: a start is neither past nor after its five years.
    """
    codes = [code for code, _start in plan]
    for code in codes:
        agreement.mission(code)
    if len(codes) != len(set(codes)):
        raise DomainError("Une même mission est donnée deux fois.", "missions")
    for terms in agreement.missions:
        if terms.is_core and terms.code not in codes:
            raise DomainError(f"La mission socle « {terms.label} » est obligatoire.", f"start_{terms.code}")
    for code, planned_start in plan:
        check_planned_start(code, planned_start, today=today)


def check_planned_start(code: str, planned_start: date | None, *, today: date) -> None:
    """Refuse the planned start of a mission outside of a contract signed on `today`."""
    if planned_start is not None and planned_start < today:
        raise DomainError(
            "Une mission ne démarre pas avant la signature du contrat : choisissez une date à venir.",
            f"start_{code}",
        )
    if planned_start is not None and planned_start >= anniversary(today, DURATION_YEARS):
        raise DomainError(
            f"Une mission démarre pendant le contrat, qui dure {DURATION_YEARS} ans : choisissez une date avant le "
            f"{format_date(anniversary(today, DURATION_YEARS))}.",
            f"start_{code}",
        )


def mission_dates(
    agreement: Agreement,
    missions: Iterable[tuple[str, date | None, date | None]],
    *,
    reference: date,
    today: date,
    withdrawn: Mapping[str, date] | None = None,
) -> list[MissionDates]:
    """R4: return the missions (code, planned start, real start) with their latest dates after `reference`.

    Late: started after the latest date, or planned after it, or not started on a day past it. An alert only; a mission
    that an amendment withdrew before its start is awaited no longer (R18). `withdrawn` says from which day, by mission.
    """
    calendar = {deadline.mission: deadline for deadline in mission_calendar(agreement, reference)}
    withdrawn = withdrawn or {}
    found = []
    for code, planned_start, started_on in missions:
        deadline = calendar.get(code) or _outside(code)
        expected = started_on or (max(planned_start, today) if planned_start else today)
        found.append(
            MissionDates(
                code=code,
                label=deadline.label,
                is_core=deadline.is_core,
                planned_start=planned_start,
                started_on=started_on,
                start_by=deadline.start_by,
                deploy_by=deadline.deploy_by,
                is_late=is_late(deadline.start_by, done_on=expected, today=today)
                and (started_on is not None or code not in withdrawn),
                withdrawn_from=withdrawn.get(code),
            )
        )
    return found


def _outside(code: str) -> MissionDeadline:
    """Return the terms of a mission that the agreement no longer has: it waits for the parties to drop it."""
    return MissionDeadline(mission=code, label=MissionCode(code).label, is_core=False, start_by=None, deploy_by=None)


def programme_missions(
    agreement: Agreement, size: int, plan: Iterable[Plan], *, before: date, kept: Collection[str] = ()
) -> list[tuple[str, Decimal]]:
    """R13a: return the missions that start before `before`, each with its variable part in euros.

    A mission that starts later, or that has no planned start, gets its programme in its start dialogue; one already
    written (`kept`) stays, and so does ACCESS_TO_CARE, whose national indicators are in every contract (R14). A
    mission without variable part (R10) is there for its deliverables, with 0.
    """
    starts = dict(plan)
    always = {MISSION_OF_NATIONAL_INDICATORS, *kept}
    return [
        (terms.code, variable_amount(agreement, terms.code, size))
        for terms in sorted(agreement.missions, key=lambda terms: terms.order)
        if terms.code in starts
        and (terms.code in always or (starts[terms.code] is not None and starts[terms.code] < before))
    ]


def end_of_first_year(day: date) -> date:
    """Return the day by which a mission starts inside the first year of a contract signed on `day` at the earliest."""
    return add_months(day, MONTHS_IN_YEAR)


def variable_amount(agreement: Agreement, mission: str, size: int) -> Decimal:
    """Return the variable part of a mission for a size, 0 where the agreement has none (R10)."""
    line = agreement.line(mission, AmountKind.VARIABLE, size)
    return line.amount if line else Decimal("0.00")


def amounts_of(agreement: Agreement, size: int, missions: Iterable[str]) -> list[AmountLine]:
    """Return the amounts of one size only (facts, §2): the operating grant, then those of the missions."""
    kept = {None, *missions}
    return [line for line in agreement.lines_of(size) if line.mission in kept]


def contract_number(year: int, department: str, sequence: int) -> str:
    """Return « 2026-069-012 »: the year it was drafted, the département of the CPTS, a sequence in both."""
    return f"{year}-{department.zfill(3)}-{sequence:03}"


def check_start(*, starts_on: date, first_day: date, ends_on: date) -> None:
    """R4: refuse a start before the first day of the running contract year, or after the end of the contract."""
    if not first_day <= starts_on < ends_on:
        raise DomainError(
            f"La mission démarre entre le {format_date(first_day)}, premier jour de l’année contractuelle en cours, "
            f"et l’échéance du contrat, le {format_date(ends_on)}.",
            "starts_on",
        )


def check_line_start(
    agreement: Agreement,
    kind: AmountKind,
    *,
    starts_on: date,
    mission_starts_on: date | None,
    first_day: date,
    ends_on: date,
) -> None:
    """R9: refuse a first day of TRIAGE or COMPENSATION where the agreement has none, before its mission, before the
    first day of the running contract year (`first_day`: what is due is not reopened), or after the end."""
    if mission_starts_on is None:
        raise DomainError(
            "La mission « accès aux soins » n’a pas démarré : cette ligne attend son départ.", "starts_on"
        )
    earliest = max(mission_starts_on, first_day)
    if not earliest <= starts_on < ends_on:
        raise DomainError(
            f"Cette ligne commence entre le {format_date(earliest)} et la fin du contrat, le {format_date(ends_on)}.",
            "starts_on",
        )
    if not agreement.has(MissionCode.ACCESS_TO_CARE, kind):
        raise DomainError("L’accord de ce contrat ne prévoit pas cette ligne.", "starts_on")


def check_crisis(agreement: Agreement, *, declared_on: date, signed_on: date, ends_on: date, today: date) -> None:
    """R10: refuse a crisis that the agreement does not fund, or outside the contract, or to come."""
    if not any(line.kind == AmountKind.CRISIS_EVENT for line in agreement.lines):
        raise DomainError("L’accord de ce contrat ne prévoit pas de financement en cas de crise.")
    if declared_on > today:
        raise DomainError("Cette date est à venir : indiquez le jour de la déclaration.", "declared_on")
    if not signed_on <= declared_on < ends_on:
        raise DomainError(
            f"Le contrat court du {format_date(signed_on)} au {format_date(ends_on)} : "
            "la déclaration est faite dans cet intervalle.",
            "declared_on",
        )
