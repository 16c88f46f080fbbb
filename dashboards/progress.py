"""How far the parties are with the indicators of a contract: entered, contested, confirmed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from contracts.models import Contract, ContractYear
from core.actor import Actor
from core.enums import PARTIES, Side
from dashboards.due import running_year
from indicators.enums import ProgrammeStatus, Usage, ValueStatus
from indicators.models import Indicator


@dataclass(frozen=True, kw_only=True)
class OwnerCount:
    """How far one party is with the values it enters."""

    side: Side
    total: int
    entered: int
    confirmed: int
    contested: int

    @property
    def missing(self) -> int:
        """Not entered yet, or contested: to enter again."""
        return self.total - self.entered + self.contested

    @property
    def to_confirm(self) -> int:
        return self.entered - self.confirmed - self.contested


@dataclass(frozen=True, kw_only=True)
class YearCount:
    """The indicators of a contract year; `results` are those that carry money."""

    year: ContractYear
    owners: list[OwnerCount]
    results: int

    @property
    def is_running(self) -> bool:
        """Values are being entered and confirmed."""
        return self.year.programme.status == ProgrammeStatus.OPEN

    @property
    def is_counted(self) -> bool:
        """Values are entered, or were: before, there is nothing to count but the indicators."""
        return self.is_running or self.year.programme.status == ProgrammeStatus.CLOSED

    @property
    def total(self) -> int:
        return sum(owner.total for owner in self.owners)

    @property
    def entered(self) -> int:
        return sum(owner.entered for owner in self.owners)

    @property
    def contested(self) -> int:
        return sum(owner.contested for owner in self.owners)

    @property
    def confirmed(self) -> int:
        return sum(owner.confirmed for owner in self.owners)


def indicators_block(actor: Actor, contract: Contract, today: date) -> list[YearCount]:
    """Return the counts of the running year, after those of an earlier year that is not closed."""
    running = running_year(contract, today) or 1
    years = [
        year
        for year in contract.years.all()
        if year.number == running or (year.number < running and year.programme.status != ProgrammeStatus.CLOSED)
    ]
    rows = list(_counts(actor, [year.programme_id for year in years]))
    return [_year_count(year, [row for row in rows if row["programme"] == year.programme_id]) for year in years]


def _counts(actor: Actor, programmes: list) -> QuerySet:
    rows = Indicator.objects.visible_to(actor).filter(programme_mission__programme__in=programmes).order_by()
    return rows.values("owner", programme=F("programme_mission__programme")).annotate(
        total=Count("pk"),
        results=Count("pk", filter=Q(usage=Usage.RESULT)),
        entered=Count("value"),
        confirmed=Count("value", filter=Q(value__status=ValueStatus.CONFIRMED)),
        contested=Count("value", filter=Q(value__status=ValueStatus.CONTESTED)),
    )


def _year_count(year: ContractYear, rows: list[dict]) -> YearCount:
    by_side = {row["owner"]: row for row in rows}
    names = ("total", "entered", "confirmed", "contested")
    owners = [
        OwnerCount(side=side, **{name: by_side[side][name] for name in names}) for side in PARTIES if side in by_side
    ]
    return YearCount(year=year, owners=owners, results=sum(row["results"] for row in rows))
