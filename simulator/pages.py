"""What the pages of the simulator show, as values: the table of years, the schedule, the drawing, the exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agreements.agreement import Agreement
from agreements.breakdown import (
    PaymentDay,
    YearBreakdown,
    amount_parts,
    breakdown,
    payment_days,
)
from agreements.payments import ZERO
from agreements.simulation import result_as_json
from core.bars import BarGroup, bars
from core.errors import DomainError
from core.figures import Figure
from core.money import format_euros
from core.values import euros
from simulator.address import query_string
from simulator.comparison import Compared, Comparison, compare
from simulator.documents import NEEDS, Fields, Simulation, fields_of, simulate_document
from simulator.models import Scenario
from simulator.wording import assumptions, changes, spoken_sizes, summary_of

SERIES = ("Fonctionnement", "Volets fixes", "Résultats et événements")
LINE_HEADS = ("Année", "Du", "Au", "Taille", "Mission", "Volet", "Montant (€)", "Règle", "Calcul", "Chiffre confirmé")


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """What a mission receives each year; None in a year in which it has no line."""

    label: str
    amounts: tuple[Decimal | None, ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for amount in self.amounts if amount is not None), ZERO)


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """Everything the result of a scenario prints."""

    simulation: Simulation
    years: tuple[YearBreakdown, ...]
    matrix: tuple[MatrixRow, ...]
    days: tuple[PaymentDay, ...]
    figure: Figure
    sizes: str
    assumptions: tuple[tuple[str, str], ...]

    @property
    def total(self) -> Decimal:
        return self.simulation.result.total

    @property
    def is_validated(self) -> bool:
        return self.simulation.result.is_validated

    @property
    def first_day(self) -> PaymentDay | None:
        return self.days[0] if self.days else None

    @property
    def pending(self) -> list[tuple[int, tuple[str, ...]]]:
        """Return, by year, the names of the lines that wait for a figure."""
        return [(year.year, year.pending) for year in self.years if year.pending]


def result_page(simulation: Simulation) -> ResultPage:
    """Return the page of a scenario."""
    years = breakdown(simulation.inputs, simulation.result)
    return ResultPage(
        simulation=simulation,
        years=years,
        matrix=_matrix(years),
        days=payment_days(simulation.inputs, simulation.result),
        figure=_figure(simulation),
        sizes=spoken_sizes(simulation),
        assumptions=tuple(assumptions(simulation)),
    )


def _matrix(years: tuple[YearBreakdown, ...]) -> tuple[MatrixRow, ...]:
    labels = {mission.mission: mission.label for year in years for mission in year.missions}
    totals = [{mission.mission: mission.total for mission in year.missions} for year in years]
    order = sorted(labels, key=lambda code: (code is not None, _first_rank(years, code)))
    return tuple(
        MatrixRow(label=labels[code], amounts=tuple(by_mission.get(code) for by_mission in totals)) for code in order
    )


def _first_rank(years: tuple[YearBreakdown, ...], code: str | None) -> int:
    """Return the rank of a mission in the last year, in which all that started stand in the agreement’s order."""
    codes = [mission.mission for year in reversed(years) for mission in year.missions]
    return codes.index(code)


def _figure(simulation: Simulation) -> Figure:
    groups = [BarGroup(label=f"Année {year.year}", values=amount_parts(year)) for year in simulation.result.years]
    return bars("Ce que reçoit la CPTS, par année", groups, SERIES)


# Exports --------------------------------------------------------------------------------------


def line_rows(simulation: Simulation) -> list[tuple]:
    """Return the lines of a scenario as rows of a spreadsheet, under LINE_HEADS."""
    return [
        (
            year.year,
            year.starts_on,
            year.last_day,
            year.size,
            mission.label,
            line.label,
            line.amount,
            line.rule,
            line.sentence,
            line.is_validated,
        )
        for year in breakdown(simulation.inputs, simulation.result)
        for mission in year.missions
        for line in mission.lines
    ]


def json_document(simulation: Simulation) -> dict:
    """Return the document that `simulate_funding` reads, and what it answers."""
    return {"document": simulation.document, "result": result_as_json(simulation.result)}


# Saved scenarios ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SavedScenario:
    """A saved scenario as a list shows it: computed now, or the reason why it no longer can be."""

    scenario: Scenario
    simulation: Simulation | None
    summary: str
    query: str
    error: str = ""


def saved_scenario(scenario: Scenario, agreements: Mapping[str, Agreement]) -> SavedScenario:
    """Return a saved scenario computed with the agreements of today."""
    try:
        simulation = simulate_document(scenario.inputs, agreements, advances=scenario.advances)
    except DomainError as refusal:
        return SavedScenario(scenario=scenario, simulation=None, summary="", query="", error=refusal.message)
    return SavedScenario(
        scenario=scenario,
        simulation=simulation,
        summary=summary_of(simulation),
        query=query_string(saved_fields(scenario)),
    )


def saved_fields(scenario: Scenario) -> Fields:
    """Return the fields that open a saved scenario in the simulator."""
    return fields_of(scenario.inputs, communes=scenario.communes, advances=scenario.advances)


# Comparison -----------------------------------------------------------------------------------

NAMES = ("A", "B", "C")
SUPPOSED_RATE = 60  # percent: the result that the suggestion « des résultats à 60 % » takes


@dataclass(frozen=True, kw_only=True)
class Column:
    """A scenario of a comparison: its letter, its name, what it changes to the first, and its own address."""

    letter: str
    name: str
    simulation: Simulation
    changes: tuple[str, ...]
    sentence: str
    causes: tuple[str, ...]
    query: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """An amount of a comparison under its head; `way` is "plus", "minus" or "" for what is not a difference."""

    head: str
    text: str
    way: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """A row of a comparison; `years` are the sentences that open it, year by year."""

    label: str
    cells: tuple[Cell, ...]
    is_different: bool
    years: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComparisonPage:
    """Everything that the comparison of scenarios prints."""

    columns: tuple[Column, ...]
    comparison: Comparison
    years: tuple[ComparedRow, ...]
    lines: tuple[ComparedRow, ...]
    total: ComparedRow
    figure: Figure

    @property
    def is_validated(self) -> bool:
        return all(column.simulation.result.is_validated for column in self.columns)

    @property
    def others(self) -> tuple[Column, ...]:
        return self.columns[1:]


def comparison_page(scenarios: Sequence[tuple[str, Simulation, str]]) -> ComparisonPage:
    """Return the comparison of (name, simulation, query string), the first being the reference."""
    simulations = [simulation for _name, simulation, _query in scenarios]
    comparison = compare(simulations)
    columns = tuple(
        Column(
            letter=NAMES[position],
            name=name,
            simulation=simulation,
            changes=tuple(changes(simulations[0], simulation)) if position else (),
            sentence=comparison.sentence(position) if position else "",
            causes=tuple(f"{label} : {signed(amount)}" for label, amount in comparison.causes(position))
            if position
            else (),
            query=query,
        )
        for position, (name, simulation, query) in enumerate(scenarios)
    )
    groups = [BarGroup(label=year.label, values=year.amounts) for year in comparison.years]
    return ComparisonPage(
        columns=columns,
        comparison=comparison,
        years=tuple(_compared(row) for row in comparison.years),
        lines=tuple(_compared(line, line.years) for line in comparison.lines),
        total=_compared(comparison.total),
        figure=bars("Ce que chaque scénario donne, par année", groups, [column.name for column in columns]),
    )


def signed(difference: Decimal) -> str:
    """Return a difference with its sign: « + 1 200,00 € », « − 800,00 € », « = »."""
    if not difference:
        return "="
    return f"{'+' if difference > 0 else '−'} {format_euros(abs(difference))}"


def _compared(row: Compared, years: Sequence[Compared] = ()) -> ComparedRow:
    amounts = [
        Cell(head=f"Scénario {letter}", text=euros(amount)) for letter, amount in zip(NAMES, row.amounts, strict=False)
    ]
    differences = [
        Cell(head=f"{letter} − {NAMES[0]}", text=signed(amount), way=_way(amount))
        for letter, amount in zip(NAMES[1:], row.differences, strict=False)
    ]
    return ComparedRow(
        label=row.label,
        cells=(*amounts, *differences),
        is_different=row.is_different,
        years=tuple(_year_sentence(year) for year in years if any(amount is not None for amount in year.amounts)),
    )


def _way(difference: Decimal) -> str:
    return ("plus" if difference > 0 else "minus") if difference else ""


def _year_sentence(year: Compared) -> str:
    """Return « Année 1 : A 8 678,08 € ; B 5 000,00 € (− 3 678,08 €) »."""
    words = [f"{letter} {euros(amount)}" for letter, amount in zip(NAMES, year.amounts, strict=False)]
    others = [f"{word} ({signed(gap)})" for word, gap in zip(words[1:], year.differences, strict=True)]
    return f"{year.label} : {' ; '.join([words[0], *others])}"


def comparison_rows(page: ComparisonPage) -> tuple[list[str], list[tuple]]:
    """Return the heads and the rows of a comparison for a spreadsheet: each line each year, then the totals."""
    first, *others = (column.letter for column in page.columns)
    heads = ["Année", "Ligne", *(f"{letter} (€)" for letter in (first, *others))]
    heads += [f"{letter} − {first} (€)" for letter in others]
    rows = [
        (year.label, line.label, *year.amounts, *year.differences)
        for line in page.comparison.lines
        for year in line.years
        if any(amount is not None for amount in year.amounts)
    ]
    total = page.comparison.total
    return heads, [*rows, ("", total.label, *total.amounts, *total.differences)]


def suggestions(
    fields: Fields, simulation: Simulation, agreements: Mapping[str, Agreement]
) -> list[tuple[str, Fields]]:
    """Return « et si… » questions about a scenario, each with the fields of the other scenario."""
    found = [
        (f"accord : {agreement.label}", fields | {"agreement": agreement.code})
        for agreement in agreements.values()
        if agreement.code != simulation.agreement.code
    ]
    engaged = [mission.mission for mission in simulation.inputs.missions]
    rated = [code for code in engaged if simulation.agreement.has(code, NEEDS["rate"])]
    if rated:
        found.append((f"avec des résultats à {SUPPOSED_RATE} %", _with_rate(fields, rated)))
    for size in _sizes_beside(simulation):
        kept = {name: value for name, value in fields.items() if not name.startswith("size-")}
        found.append((f"en taille {size}", kept | {"size-1": str(size)}))
    found += [
        (f"avec la mission « {terms.label} »", fields | {terms.code: "on", f"{terms.code}-rate": "100"})
        for terms in sorted(simulation.agreement.missions, key=lambda terms: terms.order)
        if terms.code not in engaged and not terms.is_core
    ]
    return found


def _with_rate(fields: Fields, codes: list[str]) -> Fields:
    kept = {name: value for name, value in fields.items() if "-rate" not in name}
    return kept | {f"{code}-rate": str(SUPPOSED_RATE) for code in codes}


def _sizes_beside(simulation: Simulation) -> list[int]:
    """Return the sizes just below and above that of the first year."""
    size = simulation.result.years[0].size
    return [other for other in (size - 1, size + 1) if other in simulation.agreement.published_totals]
