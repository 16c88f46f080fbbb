"""What the engine is given about a contract, and what it refuses. Pure values; missing is never zero.

A refusal is a DomainError whose field is a path, written as in `simulate_funding`: `missions[0].rates.1`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from agreements.agreement import Agreement
from agreements.rules import (
    CONTRACT_YEARS,
    LAST_CALENDAR_YEAR,
    ContractYear,
    contract_years,
    size_for_population,
    variable_part,
)
from agreements.scales import IndicatorInput, MissionYearResult, mission_year_result
from core.errors import DomainError

Rate = Fraction | Decimal
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class MissionInputs:
    """A mission of a contract. Keys of the mappings are contract years; dates are those really started.

    A year takes its rate (between 0 and 1) or its indicators, or neither: its VARIABLE line is then pending.
    `ends_on` is the first day of the contract year from which an amendment withdrew the mission (R18).
    """

    mission: str
    starts_on: date
    ends_on: date | None = None
    rates: Mapping[int, Rate] = field(default_factory=dict)
    indicators: Mapping[int, tuple[IndicatorInput, ...]] = field(default_factory=dict)
    triage_starts_on: date | None = None
    compensation_starts_on: date | None = None
    compensation_actual: Mapping[int, Decimal] = field(default_factory=dict)
    crises: tuple[date, ...] = ()

    def only(self, year: int) -> "MissionInputs":
        """Return the mission without the rate, the indicators and the declared actual of the other years."""
        return replace(
            self,
            rates=_of_year(self.rates, year),
            indicators=_of_year(self.indicators, year),
            compensation_actual=_of_year(self.compensation_actual, year),
        )


@dataclass(frozen=True, kw_only=True)
class ContractInputs:
    """A contract, or the scenario of one.

    `sizes` and `agreements` say what changes, and from which contract year on; before, the size is `size`,
    or that of `population`, and the agreement is `agreement`. `advance_sizes` (R18) gives the size at which
    the advances of a year were paid, where a review of the size came later. `members` is the count on the
    first day of a year, 0 where absent; `advance_members` the one with which its advances were paid, where the
    three parties counted afterwards (R11). `terminated_on` is the first day without contract (R19).
    """

    agreement: Agreement
    signed_on: date
    population: int
    missions: tuple[MissionInputs, ...] = ()
    years: int = CONTRACT_YEARS
    size: int | None = None
    sizes: Mapping[int, int] = field(default_factory=dict)
    advance_sizes: Mapping[int, int] = field(default_factory=dict)
    agreements: Mapping[int, Agreement] = field(default_factory=dict)
    members: Mapping[int, int] = field(default_factory=dict)
    advance_members: Mapping[int, int] = field(default_factory=dict)
    terminated_on: date | None = None

    def agreement_in(self, year: int) -> Agreement:
        """R2: return the version that applies in a contract year."""
        return _latest(self.agreements, year, self.agreement)

    def size_in(self, year: int) -> int:
        """Return the size of a contract year, reviews included (R18)."""
        initial = self.size
        if initial is None:
            initial = size_for_population(self.agreement_in(year), self.population)
        return _latest(self.sizes, year, initial)

    def only(self, year: int) -> "ContractInputs":
        """Return the inputs without the rates, indicators and declared actuals of the other contract years."""
        return replace(self, missions=tuple(mission.only(year) for mission in self.missions))

    @cached_property
    def existing_years(self) -> tuple[ContractYear, ...]:
        """R19: the contract years that start before the termination."""
        end = self.terminated_on or date.max
        return tuple(year for year in contract_years(self.signed_on, self.years) if year.starts_on < end)

    def end_of(self, year: ContractYear) -> date:
        """Return the day when `year` stops: its end, or the termination inside it (R19)."""
        return min(year.ends_on, self.terminated_on) if self.terminated_on else year.ends_on

    def rate_in(self, mission: MissionInputs, year: int) -> Fraction | None:
        """R13f: return the exact rate of a mission-year, given or earned by indicators; None if unknown."""
        if year in mission.rates:
            return Fraction(mission.rates[year])
        return self.result_in(mission, year).rate if year in mission.indicators else None

    def result_in(self, mission: MissionInputs, year: int) -> MissionYearResult:
        """R13f: return what the indicators of a mission-year earn; DomainError for what R13 refuses of them.

        Worked out once: the checks ask for it before the lines do.
        """
        key = (mission.mission, year)
        if key not in self._results:
            maximum = variable_part(self.agreement_in(year), mission.mission, self.size_in(year))
            self._results[key] = mission_year_result(maximum, mission.indicators[year])
        return self._results[key]

    @cached_property
    def _results(self) -> dict[tuple[str, int], MissionYearResult]:
        return {}


def check_inputs(inputs: ContractInputs) -> None:
    """Refuse inputs that contradict the rules: DomainError with a sentence and the path of the field."""
    if not 1 <= inputs.years <= CONTRACT_YEARS:
        raise DomainError(f"Un contrat a de 1 à {CONTRACT_YEARS} années.", "years")
    if inputs.signed_on.year > LAST_CALENDAR_YEAR:
        raise DomainError("La date de signature est trop lointaine.", "signed_on")
    if inputs.population < 0:
        raise DomainError("La population ne peut pas être négative.", "population")
    if inputs.terminated_on is not None and inputs.terminated_on <= inputs.signed_on:
        raise DomainError("La fin du contrat doit être postérieure à sa signature.", "terminated_on")
    _check_sizes(inputs)
    _check_members(inputs)
    seen: set[str] = set()
    for position, mission in enumerate(inputs.missions):
        path = f"missions[{position}]"
        if mission.mission in seen:
            raise DomainError("Cette mission est donnée deux fois.", f"{path}.mission")
        seen.add(mission.mission)
        _check_mission(inputs, mission, path)


def _check_sizes(inputs: ContractInputs) -> None:
    for name, sizes in (("sizes", inputs.sizes), ("advance_sizes", inputs.advance_sizes)):
        for year, size in sizes.items():
            _check_year(inputs, year, f"{name}.{year}")
            _check_size(inputs.agreement_in(year), size, f"{name}.{year}")
    for year in inputs.agreements:
        _check_year(inputs, year, f"agreements.{year}")
    if inputs.size is not None:
        _check_size(inputs.agreement, inputs.size, "size")


def _check_members(inputs: ContractInputs) -> None:
    for name, counts in (("members", inputs.members), ("advance_members", inputs.advance_members)):
        for year, count in counts.items():
            _check_year(inputs, year, f"{name}.{year}")
            if count < 0:
                raise DomainError("Le nombre de membres ne peut pas être négatif.", f"{name}.{year}")


def _check_size(agreement: Agreement, size: int, path: str) -> None:
    if size not in agreement.published_totals:
        known = ", ".join(str(number) for number in agreement.published_totals)
        raise DomainError(f"Cette taille n’existe pas dans l’accord {agreement.code} (tailles : {known}).", path)


def _check_year(inputs: ContractInputs, year: int, path: str) -> None:
    if not 1 <= year <= inputs.years:
        raise DomainError(f"Cette année n’est pas une année du contrat (de 1 à {inputs.years}).", path)


def _check_mission(inputs: ContractInputs, mission: MissionInputs, path: str) -> None:
    agreements = [inputs.agreement, *inputs.agreements.values()]
    if not any(agreement.has_mission(mission.mission) for agreement in agreements):
        raise DomainError(
            f"La mission « {mission.mission} » n’existe pas dans l’accord {inputs.agreement.code}.",
            f"{path}.mission",
        )
    if mission.starts_on < inputs.signed_on:
        raise DomainError("La mission ne peut pas démarrer avant la signature.", f"{path}.starts_on")
    if mission.ends_on is not None and mission.ends_on not in _first_days(inputs):
        raise DomainError("Une mission se retire le premier jour d’une année contractuelle.", f"{path}.ends_on")
    for name in ("triage_starts_on", "compensation_starts_on"):
        day = getattr(mission, name)
        if day is not None and day < mission.starts_on:
            raise DomainError("Cette ligne ne peut pas démarrer avant sa mission.", f"{path}.{name}")
    _check_rates(inputs, mission, path)
    for year, amount in mission.compensation_actual.items():
        where = f"{path}.compensation_actual.{year}"
        _check_active(inputs, mission.compensation_starts_on, year, where, "La compensation")
        if amount < 0:
            raise DomainError("Le montant déclaré ne peut pas être négatif.", where)


def _first_days(inputs: ContractInputs) -> set[date]:
    return {year.starts_on for year in contract_years(inputs.signed_on)}


def _check_rates(inputs: ContractInputs, mission: MissionInputs, path: str) -> None:
    for year, rate in mission.rates.items():
        where = f"{path}.rates.{year}"
        _check_active(inputs, mission.starts_on, year, where, "La mission")
        if isinstance(rate, float):
            raise TypeError("un taux ne se donne pas en nombre flottant")
        if not 0 <= rate <= 1:
            raise DomainError("Un taux est compris entre 0 et 1.", where)
    for year in mission.indicators:
        where = f"{path}.indicators.{year}"
        _check_active(inputs, mission.starts_on, year, where, "La mission")
        if year in mission.rates:
            raise DomainError("Donnez le taux ou les indicateurs de cette année, pas les deux.", where)
        try:
            inputs.result_in(mission, year)
        except DomainError as error:
            raise DomainError(error.message, where + (error.field or "")) from error


def _check_active(inputs: ContractInputs, starts_on: date | None, year: int, path: str, subject: str) -> None:
    """Refuse a figure for a year in which nothing was active before the end."""
    _check_year(inputs, year, path)
    for existing in inputs.existing_years:
        if existing.number == year and starts_on is not None and starts_on < inputs.end_of(existing):
            return
    raise DomainError(f"{subject} n’est pas active cette année-là.", path)


def _of_year(figures: Mapping[int, T], year: int) -> dict[int, T]:
    return {year: figures[year]} if year in figures else {}


def _latest(changes: Mapping[int, T], year: int, initial: T) -> T:
    """Return the value of the last change at or before `year`."""
    past = [number for number in changes if number <= year]
    return changes[max(past)] if past else initial
