"""Lines of a contract year (R6–R11): exact fractions, rounded once, when the line is made. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from agreements.agreement import Agreement, AmountLine
from agreements.enums import AmountKind, LineKind
from agreements.inputs import ContractInputs, MissionInputs
from agreements.rules import ContractYear
from core.money import round_cents

ADVANCED_KINDS = frozenset({LineKind.FIXED, LineKind.TRIAGE})
"""R7, R9, R10: mission lines of which a part is paid in advance."""

KIND_ORDER = {kind: position for position, kind in enumerate(LineKind)}

LineKey = tuple[str | None, LineKind, LineKind | None]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """How a line was made: what enters the multiplication. What a kind of line does not use stays None.

    Amounts in euros; `days` from `starts_on` (included) to `ends_on` (excluded); `rate` is exact.
    """

    size: int
    annual_amount: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    days: int | None = None
    days_in_year: int | None = None
    rate: Fraction | None = None
    plan: AmountKind | None = None
    declared: Decimal | None = None
    crisis_on: date | None = None
    base_amount: Decimal | None = None
    bonus_rate: Decimal | None = None
    members: int | None = None
    terminated_on: date | None = None
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a contract year. `base` is the kind of the line that a bonus raises; `rule` its number."""

    year: int
    mission: str | None
    kind: LineKind
    base: LineKind | None = None
    amount: Decimal
    rule: str
    is_validated: bool
    explanation: Explanation

    @property
    def key(self) -> LineKey:
        return (self.mission, self.kind, self.base)


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A line that waits for a rate or for a declared actual."""

    year: int
    mission: str
    kind: LineKind


@dataclass(frozen=True, kw_only=True)
class YearTerms:
    """What a contract year is computed with. `ends_on` is its end, or the termination inside it (R19)."""

    inputs: ContractInputs
    year: ContractYear
    size: int
    ends_on: date

    @property
    def agreement(self) -> Agreement:
        return self.inputs.agreement_in(self.year.number)

    @property
    def is_terminated(self) -> bool:
        return self.ends_on < self.year.ends_on

    def amount(self, mission: str | None, kind: AmountKind) -> AmountLine | None:
        return self.agreement.line(mission, kind, self.size)

    def missions(self) -> list[MissionInputs]:
        """Return the missions active in this year, before its end; one that was withdrawn is not (R18)."""
        return [
            mission
            for mission in self.inputs.missions
            if self.agreement.has_mission(mission.mission)
            and mission.starts_on < self.ends_on
            and (mission.ends_on is None or self.year.starts_on < mission.ends_on)
        ]


def advanced_lines(terms: YearTerms) -> list[Line]:
    """Return the lines of which something is paid before the balance (R6, R7), bonus lines included."""
    lines = [
        line
        for mission in terms.missions()
        for line in (fixed_line(terms, mission), triage_line(terms, mission))
        if line is not None
    ]
    return [operating_line(terms), *lines, *bonus_lines(terms, lines)]


def year_lines(terms: YearTerms) -> list[Line]:
    """Return every line of the year that is known (R6–R11), sorted."""
    lines = [line for mission in terms.missions() for line in _mission_lines(terms, mission)]
    return sorted_lines(terms.agreement, [operating_line(terms), *lines, *bonus_lines(terms, lines)])


def sorted_lines(agreement: Agreement, lines: Iterable[Line]) -> list[Line]:
    """Sort lines by mission (none first), kind, then base."""
    return sorted(lines, key=lambda line: line_order(agreement, line.key))


def line_order(agreement: Agreement, key: LineKey) -> tuple[int, int, int]:
    mission, kind, base = key
    return (agreement.mission_order(mission), KIND_ORDER[kind], -1 if base is None else KIND_ORDER[base])


def pending_lines(terms: YearTerms) -> list[Pending]:
    """R8, R9: return the lines that wait for a figure. A terminated year waits for no rate (R19)."""
    year = terms.year.number
    found = []
    for mission in sorted(terms.missions(), key=lambda item: terms.agreement.mission_order(item.mission)):
        has_rate = year in mission.rates or year in mission.indicators
        if terms.amount(mission.mission, AmountKind.VARIABLE) and not has_rate and not terms.is_terminated:
            found.append(Pending(year=year, mission=mission.mission, kind=LineKind.VARIABLE))
        if _pays_compensation(terms, mission) and year not in mission.compensation_actual:
            found.append(Pending(year=year, mission=mission.mission, kind=LineKind.COMPENSATION))
    return found


def operating_line(terms: YearTerms) -> Line:
    """R6: the operating grant, a full year of it."""
    published = terms.amount(None, AmountKind.OPERATING)
    return Line(
        year=terms.year.number,
        mission=None,
        kind=LineKind.OPERATING,
        amount=round_cents(Fraction(published.amount)),
        rule="R6",
        is_validated=published.is_validated,
        explanation=Explanation(size=terms.size, annual_amount=published.amount, starts_on=terms.year.starts_on),
    )


def fixed_line(terms: YearTerms, mission: MissionInputs) -> Line | None:
    """R7: the fixed part, prorated. R10: for a crisis mission, the amount of the plan written or updated."""
    published = terms.amount(mission.mission, AmountKind.FIXED)
    if published is not None:
        return _prorated_line(terms, published, mission.starts_on, LineKind.FIXED, "R7")
    writes_plan = mission.starts_on >= terms.year.starts_on
    plan = AmountKind.PLAN_WRITTEN if writes_plan else AmountKind.PLAN_UPDATED
    published = terms.amount(mission.mission, plan)
    if published is None:
        return None
    return _prorated_line(terms, published, mission.starts_on, LineKind.FIXED, "R10", plan=plan)


def triage_line(terms: YearTerms, mission: MissionInputs) -> Line | None:
    """R9: triage, earmarked, as R7 from its own start date."""
    published = terms.amount(mission.mission, AmountKind.TRIAGE)
    starts_on = mission.triage_starts_on
    if published is None or starts_on is None or starts_on >= terms.ends_on:
        return None
    return _prorated_line(terms, published, starts_on, LineKind.TRIAGE, "R9")


def variable_line(terms: YearTerms, mission: MissionInputs) -> Line | None:
    """R8: the variable part, prorated, times the rate of the mission-year. None without a rate."""
    published = terms.amount(mission.mission, AmountKind.VARIABLE)
    if published is None:
        return None
    rate = terms.inputs.rate_in(mission, terms.year.number)
    if rate is None:
        return None
    return _prorated_line(terms, published, mission.starts_on, LineKind.VARIABLE, "R8", rate=rate)


def compensation_line(terms: YearTerms, mission: MissionInputs) -> Line | None:
    """R9: what was declared, up to the prorated amount. None without a declared actual."""
    declared = mission.compensation_actual.get(terms.year.number)
    if declared is None or not _pays_compensation(terms, mission):
        return None
    published = terms.amount(mission.mission, AmountKind.COMPENSATION)
    return _prorated_line(
        terms, published, mission.compensation_starts_on, LineKind.COMPENSATION, "R9", declared=declared
    )


def crisis_line(terms: YearTerms, mission: MissionInputs) -> Line | None:
    """R10: the full amount, once, in a year in which a crisis was declared while the mission was active."""
    published = terms.amount(mission.mission, AmountKind.CRISIS_EVENT)
    first_day = max(mission.starts_on, terms.year.starts_on)
    declared = [day for day in mission.crises if first_day <= day < terms.ends_on]
    if published is None or not declared:
        return None
    return Line(
        year=terms.year.number,
        mission=mission.mission,
        kind=LineKind.CRISIS_EVENT,
        amount=round_cents(Fraction(published.amount)),
        rule="R10",
        is_validated=published.is_validated,
        explanation=Explanation(
            size=terms.size, annual_amount=published.amount, crisis_on=min(declared), starts_on=min(declared)
        ),
    )


def bonus_lines(terms: YearTerms, lines: Iterable[Line]) -> list[Line]:
    """R11: one bonus line per mission line, on its rounded amount; never on the operating grant."""
    bonus = terms.agreement.bonus
    members = terms.inputs.members.get(terms.year.number, 0)
    if bonus is None or terms.size != bonus.size or members < bonus.members:
        return []
    return [
        Line(
            year=line.year,
            mission=line.mission,
            kind=LineKind.SIZE4_BONUS,
            base=line.kind,
            amount=round_cents(Fraction(line.amount) * Fraction(bonus.rate)),
            rule="R11",
            is_validated=line.is_validated,
            explanation=Explanation(
                size=terms.size,
                base_amount=line.amount,
                bonus_rate=bonus.rate,
                members=members,
                starts_on=line.explanation.starts_on,
            ),
        )
        for line in lines
        if line.kind in bonus.kinds and line.mission is not None
    ]


def _mission_lines(terms: YearTerms, mission: MissionInputs) -> Iterator[Line]:
    for make in (fixed_line, variable_line, triage_line, compensation_line, crisis_line):
        line = make(terms, mission)
        if line is not None:
            yield line


def _pays_compensation(terms: YearTerms, mission: MissionInputs) -> bool:
    starts_on = mission.compensation_starts_on
    published = terms.amount(mission.mission, AmountKind.COMPENSATION)
    return published is not None and starts_on is not None and starts_on < terms.ends_on


def _prorated_line(
    terms: YearTerms,
    published: AmountLine,
    starts_on: date,
    kind: LineKind,
    rule: str,
    *,
    rate: Fraction | None = None,
    plan: AmountKind | None = None,
    declared: Decimal | None = None,
) -> Line:
    """Return amount × c (× rate), or what was declared if less; c = days active ÷ days in the year (R7)."""
    first_day = max(starts_on, terms.year.starts_on)
    days = (terms.ends_on - first_day).days
    exact = Fraction(published.amount) * Fraction(days, terms.year.days)
    if rate is not None:
        exact *= rate
    if declared is not None:
        exact = min(exact, Fraction(declared))
    return Line(
        year=terms.year.number,
        mission=published.mission,
        kind=kind,
        amount=round_cents(exact),
        rule=rule,
        is_validated=published.is_validated,
        explanation=Explanation(
            size=terms.size,
            annual_amount=published.amount,
            starts_on=first_day,
            ends_on=terms.ends_on,
            days=days,
            days_in_year=terms.year.days,
            rate=rate,
            plan=plan,
            declared=declared,
            terminated_on=terms.ends_on if terms.is_terminated else None,
        ),
    )
