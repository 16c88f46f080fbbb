"""What the pages of the simulator show, as values: the table of years, the schedule, the drawing, the exports."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from agreements.breakdown import (
    PaymentDay,
    YearBreakdown,
    amount_parts,
    breakdown,
    mission_label,
    payment_days,
)
from agreements.explanations import format_rate
from agreements.inputs import MissionInputs
from agreements.payments import ZERO
from agreements.rules import format_population
from agreements.simulation import result_as_json
from core.charts import BarGroup, Figure, bars
from core.dates import format_date
from simulator.documents import Simulation

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


def spoken_sizes(simulation: Simulation) -> str:
    """Return « taille 2 », or « taille 2, puis 3 à partir de l’année 4 »."""
    words, last = "", None
    for year in simulation.result.years:
        if last is None:
            words = f"taille {year.size}"
        elif year.size != last:
            words += f", puis {year.size} à partir de l’année {year.year}"
        last = year.size
    return words


def assumptions(simulation: Simulation) -> list[tuple[str, str]]:
    """Return, mission by mission, what the scenario supposes: its name, then a sentence."""
    agreement = simulation.agreement
    return [
        (mission_label(agreement, mission.mission), f"à partir du {format_date(mission.starts_on)}{_results(mission)}")
        for mission in simulation.inputs.missions
    ]


def _results(mission: MissionInputs) -> str:
    """Return the rates of a mission, in one figure when they are the same every year."""
    rates = {year: format_rate(Fraction(rate)) for year, rate in sorted(mission.rates.items())}
    crises = f", crise déclarée le {', le '.join(map(format_date, mission.crises))}" if mission.crises else ""
    if not rates:
        return crises
    if len(set(rates.values())) == 1:
        return f", résultats à {next(iter(rates.values()))}{crises}"
    return f", résultats à {', '.join(f'{rate} (année {year})' for year, rate in rates.items())}{crises}"


def summary_of(simulation: Simulation) -> str:
    """Return a scenario in one line, for a list or a print."""
    missions = len(simulation.inputs.missions)
    return (
        f"{simulation.agreement.label} · {format_population(simulation.inputs.population)} habitants, "
        f"{spoken_sizes(simulation)} · {missions} mission{'s' if missions > 1 else ''} · "
        f"{simulation.inputs.years} an{'s' if simulation.inputs.years > 1 else ''}"
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
