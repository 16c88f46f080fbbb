"""Sizes, contract years and the calendar of missions and dialogues (R1, R3, R4, R12, R16). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from agreements.agreement import Agreement
from agreements.enums import AmountKind
from core.dates import add_months, anniversary
from core.errors import DomainError
from core.wording import counted

CONTRACT_YEARS = 5  # R3
DIALOGUE_MONTHS = 2  # R12, R16
LAST_CALENDAR_YEAR = date.max.year - CONTRACT_YEARS - 1


@dataclass(frozen=True, kw_only=True)
class ContractYear:
    """Contract year `number` (from 1), from `starts_on` included to `ends_on` excluded (R3)."""

    number: int
    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days


@dataclass(frozen=True, kw_only=True)
class MissionDeadline:
    """Latest start and latest full deployment of a mission (R4); None for an optional mission."""

    mission: str
    label: str
    is_core: bool
    start_by: date | None
    deploy_by: date | None


@dataclass(frozen=True, kw_only=True)
class DialogueWindow:
    """The annual dialogue is held between these two days, both included (R16)."""

    opens_on: date
    closes_on: date


def size_for_population(agreement: Agreement, population: int) -> int:
    """R1: return the size of a territory of `population` inhabitants. A negative population is refused."""
    if population < 0:
        raise DomainError("La population ne peut pas être négative.", "population")
    return max(terms.size for terms in agreement.sizes if terms.minimum_population <= population)


def population_warnings(agreement: Agreement, population: int) -> list[str]:
    """R1: return a sentence for a population below the agreement's floor; it never blocks."""
    if population >= agreement.population_floor:
        return []
    return [
        f"La population couverte ({counted(population, 'habitant')}) est inférieure à "
        f"{counted(agreement.population_floor, 'habitant')}."
    ]


def contract_year(signed_on: date, number: int) -> ContractYear:
    """R3: return contract year `number`, from anniversary number − 1 to anniversary `number`."""
    return ContractYear(
        number=number,
        starts_on=anniversary(signed_on, number - 1),
        ends_on=anniversary(signed_on, number),
    )


def contract_years(signed_on: date, count: int = CONTRACT_YEARS) -> list[ContractYear]:
    """R3: return the years of a contract."""
    return [contract_year(signed_on, number) for number in range(1, count + 1)]


def contract_year_on(signed_on: date, day: date) -> ContractYear:
    """R3: return the contract year that holds `day`; a day before the signature is refused."""
    if day < signed_on:
        raise DomainError("Cette date est antérieure à la signature du contrat.")
    year = contract_year(signed_on, day.year - signed_on.year + 1)
    return year if year.starts_on <= day else contract_year(signed_on, year.number - 1)


def mission_calendar(agreement: Agreement, signed_on: date) -> list[MissionDeadline]:
    """R4: return the latest dates of each mission of the agreement, in its order."""
    return [
        MissionDeadline(
            mission=terms.code,
            label=terms.label,
            is_core=terms.is_core,
            start_by=_months_after(signed_on, terms.starts_within_months),
            deploy_by=_months_after(signed_on, terms.deploys_within_months),
        )
        for terms in sorted(agreement.missions, key=lambda terms: terms.order)
    ]


def is_late(deadline: date | None, *, done_on: date | None, today: date) -> bool:
    """R4: late when not done by the deadline, that day included. An alert, never a sanction."""
    return deadline is not None and (done_on or today) > deadline


def dialogue_window(signed_on: date, number: int) -> DialogueWindow:
    """R16: return the window of the annual dialogue about contract year `number`."""
    opens_on = anniversary(signed_on, number)
    return DialogueWindow(opens_on=opens_on, closes_on=add_months(opens_on, DIALOGUE_MONTHS))


def last_day(year: ContractYear) -> date:
    """Return the last day of a contract year, for sentences that say « du … au … »."""
    return year.ends_on - timedelta(days=1)


def variable_part(agreement: Agreement, mission: str, size: int) -> Decimal:
    """R13b: return V, what the result indicators of a mission-year must add up to; refuse if it has none."""
    line = agreement.line(mission, AmountKind.VARIABLE, size)
    if line is None:
        raise DomainError(f"La mission « {agreement.mission(mission).label} » n’a pas de volet variable.")
    return line.amount


def _months_after(day: date, months: int | None) -> date | None:
    return None if months is None else add_months(day, months)
