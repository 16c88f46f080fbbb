"""The schedule of a contract: what was, is and will be paid, when, why and under which condition (R6–R12).

A forecast is derived each time from the engine and never stored.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from agreements.breakdown import condition_of
from agreements.engine import FundingResult, compute
from agreements.enums import LineKind, PaymentKind
from agreements.explanations import explain, explain_payment, payment_label
from agreements.payments import PaymentLine
from agreements.rules import ContractYear, contract_year, last_day
from agreements.termination import Repayment
from contracts.models import Contract
from core.money import euros, format_euros
from funding.assemblers import forecast_inputs
from funding.enums import PaymentStatus
from funding.models import Payment, Statement

Key = tuple[int, str, str, str, str, int]
LineKey = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """A payment whose condition is met, ready to be stored. `amount` in euros, negative as in `Payment`."""

    year: int
    kind: PaymentKind
    mission: str
    line_kind: LineKind
    base: str
    due_on: date
    amount: Decimal
    explanation: str
    is_validated: bool
    revision: int = 1

    @property
    def key(self) -> Key:
        """The same as `Payment.key`."""
        return (self.year, self.kind, self.mission, self.line_kind, self.base, self.revision)

    @property
    def fields(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class ScheduleLine:
    """One payment of the schedule. `is_maximum`: the amount supposes every indicator reached.

    `deducted` is what was paid in excess before and is taken off this payment (R18); `status_words` as in `Payment`.
    """

    year: int
    due_on: date
    kind: PaymentKind
    mission: str
    line_kind: LineKind
    base: str
    amount: Decimal
    status: PaymentStatus
    explanation: str
    deducted: Decimal = Decimal(0)
    condition: str = ""
    is_maximum: bool = False
    is_validated: bool = True
    payment_id: UUID | None = None
    status_words: str = ""

    @property
    def label(self) -> str:
        return payment_label(self.mission, self.line_kind, self.base)

    @property
    def net_amount(self) -> Decimal:
        return self.amount - self.deducted


@dataclass(frozen=True, kw_only=True)
class ScheduleSums:
    """Euros of payments, deductions made; what is cancelled counts for nothing.

    `due` is to order or to pay, `to_recover` to deduct (R18) or to repay (R19), `forecast` still to come.
    `deducted` is settled without a transfer: below zero for the year paid in excess, above for the one paid less.
    """

    paid: Decimal
    due: Decimal
    to_recover: Decimal
    forecast: Decimal
    deducted: Decimal

    @property
    def total(self) -> Decimal:
        """What the payments are worth: once a year is closed and none is cancelled, the total of its statement."""
        return self.paid + self.due - self.to_recover + self.forecast + self.deducted


@dataclass(frozen=True, kw_only=True)
class ScheduleYear:
    """The payments of one contract year, its balance included, which is paid in the next one (R12).

    `is_open`: it is the running year, or something of it is to order, to pay or to recover.
    """

    year: ContractYear
    lines: tuple[ScheduleLine, ...]
    sums: ScheduleSums
    is_open: bool

    @property
    def last_day(self) -> date:
        return last_day(self.year)


def schedule_years(contract: Contract, lines: Iterable[ScheduleLine], today: date) -> list[ScheduleYear]:
    """Return the lines of a schedule by contract year, each with what it adds up to."""
    by_year: dict[int, list[ScheduleLine]] = defaultdict(list)
    for line in lines:
        by_year[line.year].append(line)
    return [_schedule_year(contract, number, tuple(by_year[number]), today) for number in sorted(by_year)]


def schedule_sums(lines: Iterable[ScheduleLine]) -> ScheduleSums:
    """Return what payments add up to, by where they stand."""
    sums = dict.fromkeys(("paid", "due", "to_recover", "forecast", "deducted"), Decimal("0.00"))
    for line in lines:
        sums["deducted"] += line.deducted
        match line.status:
            case PaymentStatus.PAID:
                sums["paid"] += line.net_amount
            case PaymentStatus.FORECAST:
                sums["forecast"] += line.net_amount
            case PaymentStatus.DUE | PaymentStatus.ORDERED if line.net_amount < 0:
                sums["to_recover"] -= line.net_amount
            case PaymentStatus.DUE | PaymentStatus.ORDERED:
                sums["due"] += line.net_amount
    return ScheduleSums(**sums)


def schedule_of(contract: Contract, today: date) -> list[ScheduleLine]:
    """Return the stored payments and the forecast of a signed contract, by date."""
    stored = list(contract.payments.all())
    known = {payment.key for payment in stored}
    result = compute(forecast_inputs(contract, today))
    closed = {statement.year for statement in contract.statements.all()}
    lines = [_stored_line(payment) for payment in stored]
    lines += [
        _forecast_line(new, condition_of(payment, terminated_on=contract.terminated_on))
        for payment in result.payments
        if (new := new_payment(payment, result)).key not in known and new.year not in closed
    ]
    return sorted(lines, key=lambda line: (line.due_on, line.year, line.mission, line.base, line.line_kind))


def advances_of(result: FundingResult, year: int) -> dict[LineKey, Decimal]:
    """R6, R7: return the euros paid before the balance for each line of a contract year, by `StatementLine.key`."""
    first = [payment for payment in result.payments_of(year) if payment.kind != PaymentKind.BALANCE]
    return {
        (payment.mission or "", payment.line_kind.value, payment.base.value if payment.base else ""): payment.amount
        for payment in first
    }


def new_payment(payment: PaymentLine, result: FundingResult) -> NewPayment:
    """Return a payment of the engine as payments are stored: nothing is an empty word."""
    line = next((line for line in result.year(payment.year).lines if line.key == payment.key), None)
    return NewPayment(
        year=payment.year,
        kind=payment.kind,
        mission=payment.mission or "",
        line_kind=payment.line_kind,
        base=payment.base.value if payment.base else "",
        due_on=payment.due_on,
        amount=payment.amount,
        explanation=f"{explain_payment(payment, line, result.agreement)} {explain(line)}" if line else "",
        is_validated=line.is_validated if line else True,
    )


def new_repayment(repayment: Repayment) -> NewPayment:
    """R19: return what the CPTS owes back, as a negative payment."""
    return NewPayment(
        year=repayment.year,
        kind=PaymentKind.REPAYMENT,
        mission=repayment.mission or "",
        line_kind=repayment.line_kind,
        base=repayment.base.value if repayment.base else "",
        due_on=repayment.due_on,
        amount=-repayment.amount,
        explanation=(
            f"Le contrat a pris fin : {format_euros(repayment.advance)} ont été avancés, "
            f"{format_euros(repayment.line_amount)} restent acquis (R19)."
        ),
        is_validated=True,
    )


def new_settlement(statement: Statement, key: LineKey, before: Decimal, after: Decimal, due_on: date) -> NewPayment:
    """R17: return the difference that a revision makes on a line; negative, it is deducted as R18."""
    mission, line_kind, base = key
    return NewPayment(
        year=statement.year,
        kind=PaymentKind.SETTLEMENT,
        mission=mission,
        line_kind=LineKind(line_kind),
        base=base,
        due_on=due_on,
        amount=after - before,
        explanation=(
            f"Révision n° {statement.revision} du décompte de l’année {statement.year} : "
            f"{format_euros(after)} au lieu de {format_euros(before)} (R17)."
        ),
        is_validated=True,
        revision=statement.revision,
    )


def _schedule_year(contract: Contract, number: int, lines: tuple[ScheduleLine, ...], today: date) -> ScheduleYear:
    year, sums = contract_year(contract.signed_on, number), schedule_sums(lines)
    is_running = year.starts_on <= today < year.ends_on
    return ScheduleYear(year=year, lines=lines, sums=sums, is_open=is_running or bool(sums.due or sums.to_recover))


def _stored_line(payment: Payment) -> ScheduleLine:
    return ScheduleLine(
        year=payment.year,
        due_on=payment.due_on,
        kind=PaymentKind(payment.kind),
        mission=payment.mission,
        line_kind=LineKind(payment.line_kind),
        base=payment.base,
        amount=payment.amount,
        deducted=payment.deducted,
        status=payment.status,
        explanation=payment.explanation,
        is_validated=payment.is_validated,
        payment_id=payment.pk,
        status_words=payment.status_words,
    )


def _forecast_line(new: NewPayment, condition: str) -> ScheduleLine:
    return ScheduleLine(
        year=new.year,
        due_on=new.due_on,
        kind=new.kind,
        mission=new.mission,
        line_kind=new.line_kind,
        base=new.base,
        amount=euros(new.amount),
        status=PaymentStatus.FORECAST,
        explanation=new.explanation,
        condition=condition,
        is_maximum=LineKind.VARIABLE in (new.line_kind, new.base),
        is_validated=new.is_validated,
    )
