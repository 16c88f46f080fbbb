"""What the end of a contract on a day changes in money, before it is decided (R19). Read only: nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from agreements.engine import FundingResult, compute
from agreements.enums import LineKind, PaymentKind
from agreements.explanations import explain
from agreements.inputs import ContractInputs, MissionInputs
from agreements.lines import Line, LineKey
from agreements.rules import ContractYear, contract_year_on
from contracts.models import Contract
from core.errors import DomainError
from funding.assemblers import forecast_inputs
from funding.schedule import payment_label

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class EndLine:
    """A line of the year cut short. `whole` is what the whole year is worth at most, `worth` what is left of it.

    `worth` is None where nothing is due without a rate of the three parties. `rest` is above zero for what is still
    to be paid, below for what the CPTS pays back.
    """

    label: str
    whole: Decimal
    worth: Decimal | None
    paid: Decimal
    rest: Decimal
    explanation: str
    is_validated: bool

    @property
    def to_confirm(self) -> bool:
        return not self.is_validated


@dataclass(frozen=True, kw_only=True)
class EndPreview:
    """The money of a contract that ends on `day`, the first one without contract; `year` is the last one.

    On an anniversary no year is cut short, and `lines` is empty: the last year is balanced as any other.
    """

    day: date
    year: ContractYear
    lines: list[EndLine]

    @property
    def last_day(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def is_on_anniversary(self) -> bool:
        return self.day == self.year.ends_on

    @property
    def balance(self) -> Decimal:
        """What is left to pay, less what is paid back."""
        return self.to_pay - self.to_repay

    @property
    def to_pay(self) -> Decimal:
        """What the fund still pays on the day."""
        return sum((line.rest for line in self.lines if line.rest > 0), ZERO)

    @property
    def to_repay(self) -> Decimal:
        """What the CPTS pays back."""
        return -sum((line.rest for line in self.lines if line.rest < 0), ZERO)


def end_preview(contract: Contract, day: date, today: date, rates: Mapping[str, Decimal] | None = None) -> EndPreview:
    """Return what an end on `day` changes for the missions that have started, with the `rates` proposed for the year.

    Takes a contract of `for_funding`. Raises DomainError when the day is not inside the contract.
    """
    if not contract.signed_on < day <= contract.ends_on:
        raise DomainError("Ce jour n’est pas dans la durée du contrat.", "effective_on")
    year = contract_year_on(contract.signed_on, day - timedelta(days=1))
    if day == year.ends_on:
        return EndPreview(day=day, year=year, lines=[])
    going_on = _started_only(contract, forecast_inputs(contract, today))
    whole, ended = compute(going_on), compute(_ended(going_on, day, year.number, rates or {}))
    lines = [_end_line(line, ended, year.number) for line in whole.year(year.number).lines]
    return EndPreview(day=day, year=year, lines=[line for line in lines if line.worth != ZERO or line.paid])


def _started_only(contract: Contract, inputs: ContractInputs) -> ContractInputs:
    """Leave out the missions still to start: nobody starts one while the end is being decided."""
    started = {row.mission for row in contract.missions.all() if row.started_on}
    missions = tuple(mission for mission in inputs.missions if mission.mission in started)
    return replace(inputs, missions=missions, terminated_on=None)


def _ended(inputs: ContractInputs, day: date, year: int, rates: Mapping[str, Decimal]) -> ContractInputs:
    """Return the inputs of the same contract ended on `day`, with the rates agreed on for the year cut short."""
    missions = tuple(_ended_mission(mission, year, rates) for mission in inputs.missions if mission.starts_on < day)
    return replace(inputs, missions=missions, terminated_on=day)


def _ended_mission(mission: MissionInputs, year: int, rates: Mapping[str, Decimal]) -> MissionInputs:
    kept = {number: rate for number, rate in mission.rates.items() if number < year}
    if mission.mission in rates:
        kept[year] = rates[mission.mission]
    indicators = {number: rows for number, rows in mission.indicators.items() if number < year}
    return replace(mission, rates=kept, indicators=indicators)


def _end_line(line: Line, ended: FundingResult, year: int) -> EndLine:
    key = line.key
    left = next((row for row in ended.year(year).lines if row.key == key), None)
    payments = [payment for payment in ended.payments_of(year) if payment.key == key]
    repaid = sum((row.amount for row in ended.repayments if _key_of(row) == key), ZERO)
    needs_rate = LineKind.VARIABLE in (line.kind, line.base)
    return EndLine(
        label=payment_label(line.mission or "", line.kind, line.base or ""),
        whole=line.amount,
        worth=left.amount if left else (None if needs_rate else ZERO),
        paid=sum((payment.amount for payment in payments if payment.kind != PaymentKind.BALANCE), ZERO),
        rest=sum((payment.amount for payment in payments if payment.kind == PaymentKind.BALANCE), ZERO) - repaid,
        explanation=explain(left) if left else "",
        is_validated=line.is_validated,
    )


def _key_of(repayment) -> LineKey:
    return (repayment.mission, repayment.line_kind, repayment.base)
