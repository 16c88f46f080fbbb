"""The schedule of a contract: what was, is and will be paid, when, why and under which condition (R6–R12).

A forecast is derived each time from the engine and never stored.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from agreements.engine import FundingResult, compute
from agreements.enums import LineKind, MissionCode, PaymentKind
from agreements.explanations import explain, explain_payment
from agreements.payments import PaymentLine
from contracts.models import Contract
from core.money import euros
from funding.assemblers import forecast_inputs
from funding.enums import PaymentStatus
from funding.models import Payment

Key = tuple[int, str, str, str, str]

CONDITIONS = {
    PaymentKind.FULL: "à cette date",
    PaymentKind.ADVANCE: "à cette date, si la mission a démarré",
    PaymentKind.BALANCE: "après la clôture du dialogue annuel",
}


@dataclass(frozen=True, kw_only=True)
class ScheduleLine:
    """One payment of the schedule. `is_maximum`: the amount supposes every indicator reached."""

    year: int
    due_on: date
    kind: PaymentKind
    mission: str
    line_kind: LineKind
    base: str
    amount: Decimal
    status: PaymentStatus
    explanation: str
    condition: str = ""
    is_maximum: bool = False
    is_validated: bool = True
    payment_id: UUID | None = None

    @property
    def label(self) -> str:
        return payment_label(self.mission, self.line_kind, self.base)


def payment_label(mission: str, line_kind: str, base: str) -> str:
    """« Accès aux soins, volet fixe », as pages, documents and exports say it."""
    kind = LineKind(line_kind).label if not base else f"{LineKind(line_kind).label} ({LineKind(base).label.lower()})"
    return f"{MissionCode(mission).label}, {kind.lower()}" if mission else kind


def schedule_of(contract: Contract, today: date) -> list[ScheduleLine]:
    """Return the stored payments and the forecast of a signed contract, by date."""
    stored = list(contract.payments.all())
    known = {payment_key(payment) for payment in stored}
    lines = [_stored_line(payment) for payment in stored]
    if contract.terminated_on is None:
        result = compute(forecast_inputs(contract, today))
        closed = {statement.year for statement in contract.statements.all()}
        lines += [
            _forecast_line(payment, result)
            for payment in result.payments
            if engine_key(payment) not in known and payment.year not in closed
        ]
    return sorted(lines, key=lambda line: (line.due_on, line.year, line.mission, line.line_kind))


def payment_key(payment: Payment) -> Key:
    return (payment.year, payment.kind, payment.mission, payment.line_kind, payment.base)


def engine_key(payment: PaymentLine) -> Key:
    """Return the key of an engine's payment as payments are stored: nothing is an empty word."""
    base = payment.base.value if payment.base else ""
    return (payment.year, payment.kind.value, payment.mission or "", payment.line_kind.value, base)


def explanation_of(payment: PaymentLine, result: FundingResult) -> tuple[str, bool]:
    """Return the sentence that explains a payment, and whether its figures are validated."""
    line = next(
        (line for line in result.year(payment.year).lines if line.key == payment.key),
        None,
    )
    if line is None:
        return "", True
    return f"{explain_payment(payment, line)} {explain(line)}", line.is_validated


def _stored_line(payment: Payment) -> ScheduleLine:
    return ScheduleLine(
        year=payment.year,
        due_on=payment.due_on,
        kind=PaymentKind(payment.kind),
        mission=payment.mission,
        line_kind=LineKind(payment.line_kind),
        base=payment.base,
        amount=payment.amount,
        status=payment.status,
        explanation=payment.explanation,
        payment_id=payment.pk,
        is_validated="à confirmer" not in payment.explanation,
    )


def _forecast_line(payment: PaymentLine, result: FundingResult) -> ScheduleLine:
    explanation, is_validated = explanation_of(payment, result)
    return ScheduleLine(
        year=payment.year,
        due_on=payment.due_on,
        kind=payment.kind,
        mission=payment.mission or "",
        line_kind=payment.line_kind,
        base=payment.base.value if payment.base else "",
        amount=euros(payment.amount),
        status=PaymentStatus.FORECAST,
        explanation=explanation,
        condition=CONDITIONS.get(payment.kind, ""),
        is_maximum=LineKind.VARIABLE in (payment.line_kind, payment.base),
        is_validated=is_validated,
    )
