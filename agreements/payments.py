"""When the lines of a contract year are paid: in full, advance, balance (R6, R7, R11, R12, R18). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from agreements.agreement import Agreement
from agreements.enums import LineKind, PaymentKind
from agreements.lines import ADVANCED_KINDS, Line, LineKey, YearTerms, line_order
from agreements.rules import DIALOGUE_MONTHS
from core.dates import add_months
from core.money import round_cents

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class PaymentLine:
    """Euros due on a day for one line of a contract year.

    A balance is paid at the latest two calendar months after `due_on` (`latest_on`, R12); it is negative only
    after a review of the size (R18). What is due before the balance is due on its day.
    """

    due_on: date
    latest_on: date
    kind: PaymentKind
    mission: str | None
    line_kind: LineKind
    base: LineKind | None
    year: int
    amount: Decimal

    @property
    def key(self) -> LineKey:
        return (self.mission, self.line_kind, self.base)


def first_payments(terms: YearTerms, lines: Iterable[Line]) -> list[PaymentLine]:
    """R6, R7, R11: return what is paid before the balance for the lines of the year as they stood then."""
    payments = []
    for line in lines:
        if line.kind == LineKind.OPERATING:
            payments.append(_operating_payment(terms, line))
        elif (line.base or line.kind) in ADVANCED_KINDS:
            amount = advance_of(terms.agreement, line.amount)
            payments.append(_payment(line, PaymentKind.ADVANCE, line.explanation.starts_on, amount))
    return payments


def advance_of(agreement: Agreement, amount: Decimal) -> Decimal:
    """R7: return the advance on a rounded line."""
    return round_cents(Fraction(amount) * Fraction(agreement.advance_rate))


def balance_payment(line: Line, due_on: date, amount: Decimal, *, settles: bool) -> PaymentLine:
    """R12: return the balance of a line. A termination settles on its day (R19)."""
    latest_on = due_on if settles else add_months(due_on, DIALOGUE_MONTHS)
    return _payment(line, PaymentKind.BALANCE, due_on, amount, latest_on=latest_on)


def listed(agreement: Agreement, payments: Iterable[PaymentLine]) -> list[PaymentLine]:
    """Return the payments of a contract year that are not 0.00, by date, mission and kind."""
    return sorted(
        (payment for payment in payments if payment.amount),
        key=lambda payment: (payment.due_on, *line_order(agreement, payment.key)),
    )


def _operating_payment(terms: YearTerms, line: Line) -> PaymentLine:
    """R6: 75 % when a mission started before the first day of a year after the first; in full otherwise."""
    day = terms.year.starts_on
    started = any(mission.starts_on < day for mission in terms.inputs.missions)
    if terms.year.number > 1 and started:
        return _payment(line, PaymentKind.ADVANCE, day, advance_of(terms.agreement, line.amount))
    return _payment(line, PaymentKind.FULL, day, line.amount)


def _payment(
    line: Line, kind: PaymentKind, due_on: date, amount: Decimal, *, latest_on: date | None = None
) -> PaymentLine:
    return PaymentLine(
        due_on=due_on,
        latest_on=latest_on or due_on,
        kind=kind,
        mission=line.mission,
        line_kind=line.kind,
        base=line.base,
        year=line.year,
        amount=amount,
    )
