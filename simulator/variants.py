"""What one question changes to a scenario: a commune that leaves, a mission more, another size, another result. Pure.

Fields in, fields out: the answer is the comparison of both.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from agreements.enums import Scale
from agreements.rules import size_for_population
from agreements.scales import IndicatorInput, mission_year_result
from simulator.documents import YEARS, Fields, Simulation, percentage

RATE_PLACES = 12  # of a share: ten decimals of its percentage


def with_size(
    fields: Fields, simulation: Simulation, *, size: int, from_year: int, population: int | None = None
) -> Fields:
    """Return the scenario with a size from a contract year on; the years before keep theirs (R18).

    `population` replaces the one that the scenario counts.
    """
    inputs = simulation.inputs
    inhabitants = inputs.population if population is None else population
    kept = {name: value for name, value in fields.items() if not name.startswith("size-")}
    last = size_for_population(inputs.agreement, inhabitants)
    for year in YEARS:
        wanted = size if year >= from_year else inputs.size_in(year)
        if wanted != last:
            kept[f"size-{year}"] = str(wanted)
        last = wanted
    return kept | {"population": str(inhabitants)}


def without_commune(fields: Fields, simulation: Simulation, *, code: str, inhabitants: int, from_year: int) -> Fields:
    """Return the scenario once a commune has left: its inhabitants no longer count, nor perhaps the size (R1)."""
    population = max(simulation.inputs.population - inhabitants, 0)
    size = size_for_population(simulation.inputs.agreement_in(from_year), population)
    changed = with_size(fields, simulation, size=size, from_year=from_year, population=population)
    left = [known for known in fields.get("communes", "").split(",") if known and known != code]
    return changed | {"communes": ",".join(left)}


def with_mission(fields: Fields, *, code: str, starts_on: date, rate: Decimal) -> Fields:
    """Return the scenario with one mission more; `rate` is a percentage."""
    return fields | {code: "on", f"{code}-starts_on": starts_on.isoformat(), f"{code}-rate": percentage(rate / 100)}


def with_rate(fields: Fields, *, code: str, year: int, rate: Fraction) -> Fields:
    """Return the scenario with the rate of one mission-year; `rate` is exact."""
    return fields | {f"{code}-rate-{year}": percentage(rounded_share(rate))}


def supposed_rate(variable_part: Decimal, indicators: Iterable[IndicatorInput], supposed: IndicatorInput) -> Fraction:
    """R13f: return the rate of a mission-year in which one indicator has the result supposed.

    `indicators` are the others: those whose result is not known yet are supposed to earn their whole amount.
    """
    others = [item if is_known(item) else as_earned(item) for item in indicators]
    return mission_year_result(variable_part, [*others, supposed]).rate


def is_known(indicator: IndicatorInput) -> bool:
    """Tell whether an indicator has what its amount depends on."""
    known = indicator.achieved if indicator.scale == Scale.ACHIEVED else indicator.value
    return indicator.is_decided or known is not None


def as_earned(indicator: IndicatorInput) -> IndicatorInput:
    """Return the indicator as if it earned its whole amount."""
    return IndicatorInput(amount=indicator.amount, scale=Scale.ACHIEVED, achieved=True)


def with_result(indicator: IndicatorInput, *, number: Decimal | None, achieved: bool | None) -> IndicatorInput:
    """Return the indicator with a supposed result, whatever was decided of it."""
    return replace(indicator, value=number, achieved=achieved, neutralised=False, retained=None, reason="")


def rounded_share(rate: Fraction) -> Decimal:
    """Return an exact rate as the decimal that an address writes."""
    exact = Decimal(rate.numerator) / Decimal(rate.denominator)
    return exact.quantize(Decimal(1).scaleb(-RATE_PLACES), rounding=ROUND_HALF_UP)
