"""Short ways to write contracts for the tests of the engine."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from agreements import catalogue
from agreements.engine import FundingResult, compute
from agreements.inputs import ContractInputs, MissionInputs

SIGNED_ON = date(2021, 3, 1)  # years of 365 days, but the third: 366


def funding(*missions: MissionInputs, agreement: str = "aci-2019", size: int = 2, **changes: Any) -> FundingResult:
    """Return the result for a contract signed on 1 March 2021, of two years unless told."""
    defaults = {"signed_on": SIGNED_ON, "population": 65_000, "years": 2}
    return compute(
        ContractInputs(agreement=catalogue.agreement(agreement), size=size, missions=missions, **(defaults | changes))
    )


def mission(code: str = "ACCESS_TO_CARE", starts_on: date = SIGNED_ON, **details: Any) -> MissionInputs:
    return MissionInputs(mission=code, starts_on=starts_on, **details)


def lines_of(result: FundingResult, year: int) -> dict[tuple[str | None, str], Decimal]:
    """Return the lines of a year by mission and kind; a bonus is named after the line it raises."""
    return {
        (line.mission, line.kind.value + (f"/{line.base.value}" if line.base else "")): line.amount
        for line in result.year(year).lines
    }


def payments_of(result: FundingResult, year: int) -> list[tuple[str, str, str | None, str, str]]:
    return [
        (
            payment.due_on.isoformat(),
            payment.kind.value,
            payment.mission,
            payment.line_kind.value + (f"/{payment.base.value}" if payment.base else ""),
            str(payment.amount),
        )
        for payment in result.payments_of(year)
    ]


def pending_of(result: FundingResult) -> Iterable[tuple[int, str, str]]:
    return [(pending.year, pending.mission, pending.kind.value) for pending in result.pending]
