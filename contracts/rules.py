"""What a contract must respect: its missions and their calendar, its number, its crises (R2, R4, R9, R10). Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from agreements.agreement import Agreement, AmountLine, MissionTerms
from agreements.enums import AmountKind, MissionCode
from agreements.rules import MissionDeadline, is_late, mission_calendar, size_for_population
from contracts.enums import TerminationGround
from core.dates import add_months, anniversary, format_date
from core.enums import PARTIES, Side
from core.errors import DomainError
from core.wording import counted

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


# The end before the term (R19). Periods are those of other contracts, « par analogie »: no text gives them here.

GROUNDS_OF: dict[Side, tuple[TerminationGround, ...]] = {
    Side.CPTS: (TerminationGround.NOTICE, TerminationGround.COMMON_ACCORD, TerminationGround.CLOSURE),
    Side.ARS: (TerminationGround.NOTICE, TerminationGround.BREACH, TerminationGround.COMMON_ACCORD),
    Side.FUND: (TerminationGround.NOTICE, TerminationGround.BREACH, TerminationGround.COMMON_ACCORD),
}


@dataclass(frozen=True, kw_only=True)
class EndingPeriods:
    """Months of notice, and months that a party has to answer a formal notice."""

    notice_months: int
    observation_months: int


@dataclass(frozen=True, kw_only=True)
class Ending:
    """An end as a party asks for it; `effective_on` is the first day without contract."""

    side: Side
    ground: TerminationGround
    notified_on: date
    effective_on: date
    formal_notice_on: date | None = None


def earliest_end(ground: TerminationGround, *, notified_on: date, today: date, periods: EndingPeriods) -> date:
    """Return the first day on which a contract may end; with a notice period, it runs from the notification."""
    if ground == TerminationGround.NOTICE:
        return max(today, add_months(notified_on, periods.notice_months))
    return today


def check_ending(ending: Ending, *, signed_on: date, ends_on: date, today: date, periods: EndingPeriods) -> None:
    """R19: refuse an end that the side may not ask for, too early, past, or that the term makes useless."""
    if ending.ground not in GROUNDS_OF.get(ending.side, ()):
        raise DomainError("Votre partie ne peut pas invoquer ce motif.", "ground")
    if not signed_on <= ending.notified_on <= today:
        raise DomainError(
            f"La notification est faite entre la signature, le {format_date(signed_on)}, et aujourd’hui.",
            "notified_on",
        )
    _check_formal_notice(ending, signed_on=signed_on, periods=periods)
    earliest = earliest_end(ending.ground, notified_on=ending.notified_on, today=today, periods=periods)
    if ending.effective_on < earliest:
        because = f" : le préavis est de {periods.notice_months} mois" if earliest > today else ""
        raise DomainError(f"Le contrat ne peut pas finir avant le {format_date(earliest)}{because}.", "effective_on")
    if ending.effective_on <= signed_on:
        raise DomainError("La fin d’un contrat est postérieure à sa signature.", "effective_on")
    if ending.effective_on >= ends_on:
        raise DomainError(f"Le contrat arrive de lui-même à échéance le {format_date(ends_on)}.", "effective_on")


def _check_formal_notice(ending: Ending, *, signed_on: date, periods: EndingPeriods) -> None:
    if ending.ground != TerminationGround.BREACH:
        if ending.formal_notice_on is not None:
            raise DomainError("Une mise en demeure ne précède que la fin pour manquement.", "formal_notice_on")
        return
    if ending.formal_notice_on is None:
        raise DomainError("Indiquez le jour de la mise en demeure : elle précède la notification.", "formal_notice_on")
    if ending.formal_notice_on < signed_on:
        raise DomainError("La mise en demeure est postérieure à la signature du contrat.", "formal_notice_on")
    answered = add_months(ending.formal_notice_on, periods.observation_months)
    if ending.notified_on < answered:
        raise DomainError(
            f"La CPTS a jusqu’au {format_date(answered)} pour présenter ses observations : "
            "la fin se notifie à partir de ce jour.",
            "notified_on",
        )


def may_withdraw(ending_side: Side, side: Side, *, needs_accord: bool, is_agreed: bool) -> bool:
    """Say whether a party may take an end back before its day.

    Who notified it may; an accord that is not complete, any party; a complete one, nobody.
    """
    if needs_accord:
        return side in PARTIES and not is_agreed
    return side == ending_side


def check_rates(rates: Mapping[str, Decimal], possible: Collection[str]) -> None:
    """R19: refuse a rate outside [0, 1], or for a mission without variable part in the year cut short."""
    for mission, rate in rates.items():
        if mission not in possible:
            raise DomainError("Cette mission n’a pas de volet variable dans l’année interrompue.", f"rate_{mission}")
        if not 0 <= rate <= 1:
            raise DomainError("Un taux est compris entre 0 et 100 %.", f"rate_{mission}")


# Amendments (R2, R18): money changes from a future first day of a contract year.


@dataclass(frozen=True, kw_only=True)
class AmendedTerms:
    """What an amendment asks for, beside what it finds. `missions` are those of the contract in that year.

    `starts_on` is the first day of the year from which it counts, None when no money changes; `agreement` the version
    that will apply then, `agreement_before` the one that would without it.
    """

    starts_on: date | None
    ends_on: date
    today: date
    size_before: int
    agreement_before: Agreement
    agreement: Agreement
    missions: Collection[str]
    new_size: int | None = None
    new_population: int | None = None
    added: Mapping[str, date | None] = field(default_factory=dict)
    dropped: Collection[str] = ()
    clauses_before: str = ""
    new_clauses: str | None = None
    parties_differ: bool = False

    @property
    def changes_agreement(self) -> bool:
        return self.agreement.code != self.agreement_before.code

    @property
    def changes_money(self) -> bool:
        has_size = self.new_size is not None or self.new_population is not None
        return has_size or self.changes_agreement or bool(self.added) or bool(self.dropped)


def check_amendment(terms: AmendedTerms) -> None:
    """Refuse an amendment that changes nothing, counts from a day that is not to come, or contradicts the agreement."""
    if terms.changes_money:
        _check_effect(terms)
    elif terms.starts_on is not None:
        raise DomainError(
            "Rien de ce que change cet avenant n’attend le début d’une année : il compte dès sa signature.",
            "takes_effect_year",
        )
    if terms.new_clauses is not None and terms.new_clauses.strip() == terms.clauses_before.strip():
        raise DomainError("Ces clauses locales sont celles du contrat : modifiez-les, ou décochez.", "local_clauses")
    if not terms.changes_money and terms.new_clauses is None and not terms.parties_differ:
        raise DomainError("Cet avenant ne change rien au contrat.")
    _check_amended_size(terms)
    _check_amended_missions(terms)


def _check_effect(terms: AmendedTerms) -> None:
    if terms.starts_on is None:
        raise DomainError(
            "Choisissez l’année : les montants changent le premier jour d’une année contractuelle (R18).",
            "takes_effect_year",
        )
    if terms.starts_on <= terms.today:
        raise DomainError("Cette année a déjà commencé : choisissez-en une à venir.", "takes_effect_year")
    if terms.changes_agreement and terms.starts_on < terms.agreement.takes_effect_on:
        raise DomainError("Cette version de l’accord n’est pas encore en vigueur ce jour-là.", "agreement_version")


def _check_amended_size(terms: AmendedTerms) -> None:
    if terms.new_size is not None and terms.new_size not in terms.agreement.published_totals:
        raise DomainError("Cette taille n’existe pas dans l’accord du contrat.", "new_size")
    if terms.new_size == terms.size_before:
        raise DomainError(f"Le contrat est déjà de taille {terms.size_before} cette année-là.", "new_size")
    size = terms.new_size or terms.size_before
    if terms.new_population is None:
        if terms.new_size is not None:
            raise DomainError("Indiquez la population qui justifie la nouvelle taille (R1).", "new_population")
    elif size_for_population(terms.agreement, terms.new_population) != size:
        expected = size_for_population(terms.agreement, terms.new_population)
        raise DomainError(
            f"{counted(terms.new_population, 'habitant fait', 'habitants font')} "
            f"une taille {expected}, non {size} (R1).",
            "new_population",
        )


def _check_amended_missions(terms: AmendedTerms) -> None:
    for code, planned_start in terms.added.items():
        if code in terms.missions or not terms.agreement.has_mission(code):
            raise DomainError("Cette mission n’est pas à ajouter.", f"add_{code}")
        if planned_start is None:
            raise DomainError("Indiquez quand la mission devrait démarrer.", f"start_{code}")
        if terms.starts_on is not None and not terms.starts_on <= planned_start < terms.ends_on:
            raise DomainError(
                f"La mission démarre à partir du {format_date(terms.starts_on)}, quand l’avenant compte, "
                f"et avant le {format_date(terms.ends_on)}.",
                f"start_{code}",
            )
    for code in terms.dropped:
        if code not in terms.missions:
            raise DomainError("Cette mission ne fait pas partie du contrat.", f"drop_{code}")
        if terms.agreement.has_mission(code) and terms.agreement.mission(code).is_core:
            raise DomainError("Une mission socle ne se retire pas.", f"drop_{code}")
    kept = {*terms.missions, *terms.added} - set(terms.dropped)
    for mission in terms.agreement.missions:
        if mission.is_core and mission.code not in kept and terms.changes_agreement:
            raise DomainError(
                f"L’accord choisi rend obligatoire la mission « {mission.label} » : ajoutez-la.", f"add_{mission.code}"
            )
