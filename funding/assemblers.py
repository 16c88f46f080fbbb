"""From the rows of a contract to the values of the engine, and from its lines to what is stored."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from agreements.engine import YearResult
from agreements.enums import MissionCode
from agreements.explanations import explain
from agreements.inputs import ContractInputs, MissionInputs
from agreements.lines import Line
from agreements.rules import contract_years
from contracts.models import DURATION_YEARS, Contract, ContractMission, ContractYear
from core.errors import DomainError
from core.fingerprints import fingerprint
from indicators.assemblers import indicator_inputs
from indicators.enums import ProgrammeStatus

FULL_RATE = Decimal(1)


def contract_inputs(contract: Contract, *, through_year: int = DURATION_YEARS) -> ContractInputs:
    """Return what is known of a signed contract: missions really started, years really closed.

    Takes `through_year` (1 to 5): the years to compute. Raises DomainError when the contract is not signed.
    """
    started = [mission for mission in contract.missions.all() if mission.started_on]
    return _inputs(contract, {mission: mission.started_on for mission in started}, through_year, forecast=False)


def forecast_inputs(contract: Contract, today: date) -> ContractInputs:
    """Return the same with what is planned: planned starts, and full rates for the years not closed.

    A planned start that is past is taken as today: a mission cannot start before its dialogue.
    """
    starts = {}
    for mission in contract.missions.all():
        if mission.started_on:
            starts[mission] = mission.started_on
        elif mission.planned_start:
            starts[mission] = max(mission.planned_start, today, contract.signed_on)
    return _inputs(contract, starts, DURATION_YEARS, forecast=True)


def line_rows(lines: YearResult) -> list[dict]:
    """Return the lines of a year of the engine as a statement stores them."""
    return [
        {
            "position": position,
            **dict(zip(("mission", "kind", "base"), line_key(line), strict=True)),
            "amount": line.amount,
            "rule": line.rule,
            "explanation": explain(line),
            "is_validated": line.is_validated,
        }
        for position, line in enumerate(lines.lines, start=1)
    ]


def line_key(line: Line) -> tuple[str, str, str]:
    """Return what identifies a line of the engine as `StatementLine.key` does: nothing is an empty word."""
    return (line.mission or "", line.kind.value, line.base.value if line.base else "")


def statement_fingerprint(document: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Return the fingerprint of a statement: what was given to the engine, and its lines (R17)."""
    lines = [{**row, "amount": str(row["amount"])} for row in rows]
    return fingerprint({"inputs": document, "lines": lines})


def _inputs(
    contract: Contract, starts: dict[ContractMission, date], through_year: int, *, forecast: bool
) -> ContractInputs:
    if contract.signed_on is None:
        raise DomainError("Ce contrat n’est pas encore signé : rien n’est dû.")
    years = {year.number: year for year in contract.years.all() if year.number <= through_year}
    # A forecast says nothing of a year whose statement is issued: its results need not be read again.
    stated = {statement.year for statement in contract.statements.all()} if forecast else set()
    results = {
        year: indicator_inputs(year.programme)
        for number, year in years.items()
        if number not in stated and year.programme.status == ProgrammeStatus.CLOSED
    }
    amended = {number: size for number, size in contract.amended_sizes().items() if number <= through_year}
    crises = tuple(crisis.declared_on for crisis in contract.crises.all())
    return ContractInputs(
        agreement=contract.agreement_version.as_value(),
        signed_on=contract.signed_on,
        population=contract.population,
        size=contract.size,
        sizes={**amended, **{number: year.size for number, year in years.items() if year.size}},
        advance_sizes={number: year.opening_size for number, year in years.items() if year.opening_size},
        agreements={number: value for number, value in contract.agreements_by_year().items() if number <= through_year},
        members=_members(years, through_year) if forecast else {number: year.members for number, year in years.items()},
        advance_members={
            number: year.opening_members for number, year in years.items() if year.opening_members is not None
        },
        years=through_year,
        terminated_on=contract.terminated_on,
        missions=tuple(
            _mission(contract, mission, starts_on, results, crises, through_year, forecast=forecast)
            for mission, starts_on in starts.items()
        ),
    )


def _members(years: dict[int, ContractYear], through_year: int) -> dict[int, int]:
    """R11: return the members of each year of a forecast: a year not open yet is expected to have the last ones."""
    members = {number: year.members for number, year in years.items()}
    last = max(members)
    return members | dict.fromkeys(range(last + 1, through_year + 1), members[last])


def _mission(
    contract: Contract,
    mission: ContractMission,
    starts_on: date,
    results: dict[ContractYear, dict[str, tuple]],
    crises: tuple[date, ...],
    through_year: int,
    *,
    forecast: bool,
) -> MissionInputs:
    is_crisis = mission.mission == MissionCode.HEALTH_CRISIS
    agreed = {} if is_crisis else _agreed_rates(contract, mission, starts_on)
    closed = {} if is_crisis else _closed_years(mission, starts_on, results)
    indicators = {number: rows for number, rows in closed.items() if number not in agreed}
    full = _full_rates(contract, mission, starts_on, indicators, through_year) if forecast else {}
    return MissionInputs(
        mission=mission.mission,
        starts_on=starts_on,
        ends_on=mission.withdrawn_from,
        indicators=indicators,
        rates={} if is_crisis else full | agreed,
        triage_starts_on=mission.triage_starts_on,
        compensation_starts_on=mission.compensation_starts_on,
        compensation_actual=_declared(contract, mission, through_year),
        crises=crises if is_crisis else (),
    )


def _declared(contract: Contract, mission: ContractMission, through_year: int) -> dict[int, Decimal]:
    """R9: return what was declared for each contract year in which the compensation of professionals counts."""
    starts_on = mission.compensation_starts_on
    return {
        year.number: year.declared_compensation
        for year in contract.years.all()
        if starts_on
        and year.declared_compensation is not None
        and year.number <= through_year
        and year.starts_on < (contract.terminated_on or date.max)
        and starts_on < contract.end_of_year(year.number)
    }


def _closed_years(
    mission: ContractMission, starts_on: date, results: dict[ContractYear, dict[str, tuple]]
) -> dict[int, tuple]:
    """Return the indicators of a mission, year by year, among the results of the closed programmes."""
    return {
        year.number: tuple(by_mission[mission.mission])
        for year, by_mission in results.items()
        if starts_on < year.ends_on and by_mission.get(mission.mission)
    }


def _full_rates(
    contract: Contract, mission: ContractMission, starts_on: date, indicators: dict, through_year: int
) -> dict[int, Decimal]:
    """Return the rate 1 for each whole year to come in which the mission is active: the most it may earn."""
    end = min(contract.terminated_on or date.max, mission.withdrawn_from or date.max)
    return {
        year.number: FULL_RATE
        for year in contract_years(contract.signed_on, through_year)
        if starts_on < year.ends_on <= end and year.number not in indicators
    }


def _agreed_rates(contract: Contract, mission: ContractMission, starts_on: date) -> dict[int, Decimal]:
    """R19: return the rate that the three parties agreed on for the year that the end of the contract cut short."""
    rate = contract.agreed_rates().get(mission.mission) if contract.terminated_on else None
    if rate is None or starts_on >= contract.terminated_on:
        return {}
    last_day = contract.terminated_on - timedelta(days=1)
    return {contract.year_on(last_day): rate}
