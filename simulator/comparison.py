"""What changes from one scenario to another: the same lines, side by side, year by year. Pure.

Differences are with the first scenario, in euros; those of the lines, and those of the years, add up to that of the
totals. A line or a year that a scenario does not have is worth nothing in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agreements.breakdown import line_label
from agreements.lines import LineKey, line_order
from agreements.payments import ZERO
from core.money import format_euros, round_cents
from simulator.documents import Simulation

MAIN_CAUSES = 3

Amounts = tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The amounts of each scenario under one label; None where the scenario has no such line or year."""

    label: str
    amounts: Amounts

    @property
    def differences(self) -> tuple[Decimal, ...]:
        """Return what each scenario after the first has more, or less."""
        first, *others = (amount or ZERO for amount in self.amounts)
        return tuple(amount - first for amount in others)

    @property
    def is_different(self) -> bool:
        return any(self.differences)


@dataclass(frozen=True, kw_only=True)
class ComparedLine(Compared):
    """A line over the whole contract, and year by year."""

    years: tuple[Compared, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Several scenarios side by side."""

    years: tuple[Compared, ...]
    lines: tuple[ComparedLine, ...]
    total: Compared

    def sentence(self, position: int) -> str:
        """Return what the scenario at `position` (from 1) gives more or less than the first, in one sentence."""
        difference, first = self.total.differences[position - 1], self.total.amounts[0]
        if not difference:
            return "Le total est le même."
        way = "de plus" if difference > 0 else "de moins"
        share = f", soit {_percentage(difference, first)}" if first else ""
        return f"{format_euros(abs(difference))} {way} sur la durée du contrat{share}."

    def causes(self, position: int) -> list[tuple[str, Decimal]]:
        """Return the lines that change most, with what they change, the largest first."""
        found = [(line.label, line.differences[position - 1]) for line in self.lines]
        changed = [(label, difference) for label, difference in found if difference]
        return sorted(changed, key=lambda cause: -abs(cause[1]))[:MAIN_CAUSES]


def compare(simulations: Sequence[Simulation]) -> Comparison:
    """Return scenarios side by side, the first being what the others are compared with."""
    numbers = sorted({year.year for simulation in simulations for year in simulation.result.years})
    tables = [_amounts(simulation) for simulation in simulations]
    return Comparison(
        years=tuple(
            Compared(label=f"Année {number}", amounts=tuple(_year_total(item, number) for item in simulations))
            for number in numbers
        ),
        lines=tuple(_line(key, label, tables, numbers) for key, label in _lines(simulations)),
        total=Compared(label="Total", amounts=tuple(simulation.result.total for simulation in simulations)),
    )


def _amounts(simulation: Simulation) -> dict[LineKey, dict[int, Decimal]]:
    found: dict[LineKey, dict[int, Decimal]] = {}
    for year in simulation.result.years:
        for line in year.lines:
            found.setdefault(line.key, {})[year.year] = line.amount
    return found


def _lines(simulations: Iterable[Simulation]) -> list[tuple[LineKey, str]]:
    """Return every line of the scenarios with its name, in the order of the agreement that has it."""
    found = {
        line.key: (line_order(simulation.agreement, line.key), line_label(simulation.agreement, line.key))
        for simulation in simulations
        for year in simulation.result.years
        for line in year.lines
    }
    return [(key, label) for key, (_order, label) in sorted(found.items(), key=lambda item: item[1])]


def _line(key: LineKey, label: str, tables: list[dict], numbers: list[int]) -> ComparedLine:
    by_year = [table.get(key, {}) for table in tables]
    return ComparedLine(
        label=label,
        amounts=tuple(sum(amounts.values(), ZERO) if amounts else None for amounts in by_year),
        years=tuple(
            Compared(label=f"Année {number}", amounts=tuple(amounts.get(number) for amounts in by_year))
            for number in numbers
        ),
    )


def _year_total(simulation: Simulation, number: int) -> Decimal | None:
    year = simulation.result.year(number)
    return year.total if year else None


def _percentage(difference: Decimal, first: Decimal) -> str:
    share = round_cents(difference * 100 / first)
    sign = "+" if share > 0 else "−"
    text = f"{abs(share):f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{sign} {text or '0'} %"
