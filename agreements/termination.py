"""The end of a contract inside a contract year (R19). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from agreements.enums import LineKind
from agreements.lines import Line, LineKey
from agreements.payments import ZERO, PaymentLine, balance_payment


@dataclass(frozen=True, kw_only=True)
class Repayment:
    """What the CPTS owes back on a line: the advance it was paid, above what the line is worth at the end."""

    due_on: date
    year: int
    mission: str | None
    line_kind: LineKind
    base: LineKind | None
    advance: Decimal
    line_amount: Decimal

    @property
    def amount(self) -> Decimal:
        return self.advance - self.line_amount


def keep_operating(lines: Iterable[Line], paid: Mapping[LineKey, Decimal], terminated_on: date) -> list[Line]:
    """R19: what was paid of the operating grant on the first day of the year is kept, and is the line."""
    return [
        replace(
            line,
            amount=paid[line.key],
            explanation=replace(line.explanation, kept=True, terminated_on=terminated_on),
        )
        if line.kind == LineKind.OPERATING
        else line
        for line in lines
    ]


def settlement(
    lines: Iterable[Line], paid: Mapping[LineKey, Decimal], terminated_on: date
) -> tuple[list[PaymentLine], list[Repayment]]:
    """R19: settle each line on the day of the termination, in one sense or the other."""
    payments, repayments = [], []
    for line in lines:
        advance = paid.get(line.key, ZERO)
        if line.amount >= advance:
            rest = line.amount - advance
            payments.append(balance_payment(line, terminated_on, rest, settles=True))
        else:
            repayments.append(
                Repayment(
                    due_on=terminated_on,
                    year=line.year,
                    mission=line.mission,
                    line_kind=line.kind,
                    base=line.base,
                    advance=advance,
                    line_amount=line.amount,
                )
            )
    return payments, repayments
