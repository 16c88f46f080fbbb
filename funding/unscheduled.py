"""Unscheduled care under the first agreement, as a page shows it: what each day and each declaration brings (R9)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from agreements.engine import FundingResult, compute
from agreements.enums import AmountKind, LineKind, MissionCode
from agreements.inputs import ContractInputs
from agreements.rules import contract_years
from contracts.models import Contract, ContractMission
from funding.assemblers import contract_inputs

BEYOND = Decimal("99999999.99")  # more than any ceiling: what is then paid is the ceiling itself


@dataclass(frozen=True, kw_only=True)
class UnscheduledYear:
    """A contract year: its two lines in euros, None where there is none. `owed` is pending until declared."""

    number: int
    starts_on: date
    ends_on: date
    triage: Decimal | None
    ceiling: Decimal | None
    declared: Decimal | None
    owed: Decimal | None
    is_open: bool

    @property
    def may_be_declared(self) -> bool:
        return self.is_open and self.ceiling is not None

    @property
    def is_capped(self) -> bool:
        return self.declared is not None and self.owed is not None and self.owed < self.declared


@dataclass(frozen=True, kw_only=True)
class UnscheduledPage:
    """The mission, the agreement's lines that may begin, and the years begun."""

    mission: ContractMission
    may_begin: list[AmountKind]
    years: list[UnscheduledYear]


def line_starts(contract: Contract) -> dict[AmountKind, date | None]:
    """R9: return the day from which triage and compensation count; `contract` is read with its missions."""
    mission = next(row for row in contract.missions.all() if row.mission == MissionCode.ACCESS_TO_CARE)
    return {AmountKind.TRIAGE: mission.triage_starts_on, AmountKind.COMPENSATION: mission.compensation_starts_on}


def has_unscheduled_lines(contract: Contract) -> bool:
    """Return whether an agreement of the contract pays triage or the compensation of professionals (R2, R9)."""
    agreements = [contract.agreement_version.as_value(), *contract.agreements_by_year().values()]
    return any(agreement.has(MissionCode.ACCESS_TO_CARE, AmountKind.TRIAGE) for agreement in agreements)


def awaits_declaration(contract: Contract, number: int) -> bool:
    """R9: tell whether what was paid to professionals in a contract year is still to be declared by the CPTS.

    Until it is, the compensation of the year is pending and its statement cannot be issued.
    """
    if not any(row.compensation_starts_on for row in contract.missions.all()):
        return False
    pending = compute(contract_inputs(contract, through_year=number)).pending
    return any(item.year == number and item.kind == LineKind.COMPENSATION for item in pending)


def unscheduled_page(contract: Contract, today: date) -> UnscheduledPage:
    """Return what the page shows of a signed contract, read with `for_funding`."""
    mission = next(row for row in contract.missions.all() if row.mission == MissionCode.ACCESS_TO_CARE)
    last = min(contract.year_on(today), contract.last_year)
    inputs = contract_inputs(contract, through_year=last)
    known, most = compute(inputs), compute(_at_the_ceiling(inputs))
    days = line_starts(contract)
    return UnscheduledPage(
        mission=mission,
        may_begin=[kind for kind, day in days.items() if mission.started_on and (day is None or day > today)],
        years=[
            UnscheduledYear(
                number=row.number,
                starts_on=row.starts_on,
                ends_on=contract.end_of_year(row.number),
                triage=_amount(known, row.number, LineKind.TRIAGE),
                ceiling=_amount(most, row.number, LineKind.COMPENSATION),
                declared=row.declared_compensation,
                owed=_amount(known, row.number, LineKind.COMPENSATION),
                is_open=row.programme.is_open,
            )
            for row in contract.years.all()
            if row.number <= last
        ],
    )


def _at_the_ceiling(inputs: ContractInputs) -> ContractInputs:
    """Return the same contract, with more declared than any ceiling in each year the compensation counts."""
    missions = tuple(
        replace(mission, compensation_actual=dict.fromkeys(_years_of(inputs, mission.compensation_starts_on), BEYOND))
        for mission in inputs.missions
    )
    return replace(inputs, missions=missions)


def _years_of(inputs: ContractInputs, starts_on: date | None) -> list[int]:
    if starts_on is None:
        return []
    end = inputs.terminated_on or date.max
    years = contract_years(inputs.signed_on, inputs.years)
    return [year.number for year in years if year.starts_on < end and starts_on < min(year.ends_on, end)]


def _amount(result: FundingResult, number: int, kind: LineKind) -> Decimal | None:
    year = result.year(number)
    lines = [line.amount for line in year.lines if line.kind == kind] if year else []
    return sum(lines, Decimal(0)) if lines else None
