"""What is owed for the running year of a contract, and since its signature."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from contracts.models import DURATION_YEARS, Contract
from core.bars import BarGroup, bars
from core.figures import Figure
from core.wording import without_note
from funding.enums import PaymentStatus
from funding.models import Statement
from funding.schedule import ScheduleLine, schedule_of

OPEN_PAYMENTS = (PaymentStatus.DUE, PaymentStatus.ORDERED)


def running_year(contract: Contract, today: date) -> int | None:
    """Return the contract year that holds `today` (R3), None before the signature."""
    return contract.year_on(today) if contract.signed_on else None


@dataclass(frozen=True, kw_only=True)
class DueBlock:
    """What is owed for the running year, what is left of the years before, and the sums since the signature."""

    year: int
    lines: list[ScheduleLine]
    coming: list[ScheduleLine]
    earlier: list[ScheduleLine]
    paid: Decimal
    expected: Decimal
    paid_in_all: Decimal
    owed_in_all: Decimal
    figure: Figure | None
    statements: list[Statement]

    @property
    def coming_total(self) -> Decimal:
        return _total(self.coming, PaymentStatus.FORECAST)


def due_block(contract: Contract, today: date) -> DueBlock | None:
    """Return the money of the running year, line by line (R6 to R12); None before the signature."""
    year = running_year(contract, today)
    if year is None:
        return None
    lines = [_readable(line) for line in schedule_of(contract, today)]
    current = [line for line in lines if line.year == year and line.status != PaymentStatus.CANCELLED]
    unpaid = (PaymentStatus.FORECAST, *OPEN_PAYMENTS)
    return DueBlock(
        year=year,
        lines=[line for line in current if line.status != PaymentStatus.FORECAST],
        coming=[line for line in current if line.status == PaymentStatus.FORECAST],
        earlier=[line for line in lines if line.year < year and line.status in unpaid],
        paid=_total(current, PaymentStatus.PAID),
        expected=_total(current, PaymentStatus.PAID, *unpaid),
        paid_in_all=_total(lines, PaymentStatus.PAID),
        owed_in_all=_total(lines, *OPEN_PAYMENTS),
        figure=_money_figure(lines, year),
        statements=list(contract.statements.all()),
    )


def _readable(line: ScheduleLine) -> ScheduleLine:
    """Say « à confirmer » once: as a note beside the figure."""
    return replace(line, explanation=without_note(line.explanation))


def _total(lines: Iterable[ScheduleLine], *statuses: PaymentStatus) -> Decimal:
    return sum((line.amount - line.deducted for line in lines if line.status in statuses), Decimal(0))


def _money_figure(lines: list[ScheduleLine], year: int) -> Figure | None:
    """Draw what was paid and what is still owed or forecast, a year after the other."""
    groups = []
    for number in range(1, DURATION_YEARS + 1):
        of_year = [line for line in lines if line.year == number]
        values = (
            _total(of_year, PaymentStatus.PAID),
            _total(of_year, *OPEN_PAYMENTS) if number <= year else None,
            _total(of_year, PaymentStatus.FORECAST),
        )
        if any(values):
            groups.append(BarGroup(label=f"Année {number}", values=values))
    return bars("Versé, dû et prévu par année", groups, ("Versé", "À payer", "Prévisionnel")) if groups else None
