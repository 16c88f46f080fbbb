"""What the pages of the spending room show, as values: the year and its neighbours, the figure, the history."""

from dataclasses import dataclass
from datetime import date

from contracts.models import Contract
from core import clock
from core.actor import Actor
from core.charts import BarGroup, Figure, bars
from core.errors import DomainError
from core.face import HistoryEntry
from spending.assemblers import balance_of, ceiling_of, is_closed, years_of
from spending.models import Expense
from spending.permissions import may_enter
from spending.rules import Ceiling, YearBalance

SERIES = ("Dépensé", "Reçu", "Prévu")


@dataclass(frozen=True, kw_only=True)
class YearPage:
    """A contract year of a CPTS: its dates, its balance, what the reader may do."""

    contract: Contract
    year: int
    years: list[int]
    starts_on: date
    ends_on: date
    is_closed: bool
    has_begun: bool
    can_enter: bool
    balance: YearBalance

    @property
    def figure(self) -> Figure | None:
        """Draw what was spent, received and planned by envelope; None while there is nothing to draw."""
        groups = [
            BarGroup(label=line.envelope.label, values=(line.spent, line.received, line.planned))
            for line in self.balance.lines
            if line.spent or line.received or line.planned
        ]
        return bars(f"Dépensé, reçu et prévu, année {self.year}", groups, SERIES) if groups else None


def year_page(actor: Actor, contract: Contract, year: int) -> YearPage:
    """Return what the page of a year shows. Takes a signed contract, in the actor's scope, with its missions."""
    today = clock.today()
    closed = is_closed(contract, year)
    return YearPage(
        contract=contract,
        year=year,
        years=years_of(contract, today),
        starts_on=contract.anniversary(year - 1),
        ends_on=contract.anniversary(year),
        is_closed=closed,
        has_begun=contract.anniversary(year - 1) <= today,
        can_enter=may_enter(actor, contract) and not closed,
        balance=balance_of(contract, year),
    )


def known_ceiling(year: int) -> Ceiling | None:
    """Return the cap of a calendar year, None when it is not known: the page says so (R20)."""
    try:
        return ceiling_of(year)
    except DomainError:
        return None


def calendar_years(contract: Contract, today: date) -> list[int]:
    """Return the calendar years since the signature, the latest first."""
    return list(range(today.year, contract.signed_on.year - 1, -1))


def history_of(expense: Expense) -> list[HistoryEntry]:
    """Return what happened to an expense: entered, cancelled."""
    name = expense.contract.cpts.name
    entries = [
        HistoryEntry(
            at=expense.entered_at,
            who=_name(expense.entered_by),
            what="a saisi la dépense",
            organisation=name,
            side=expense.contract.cpts.side,
        )
    ]
    if expense.cancelled_at:
        entries.append(
            HistoryEntry(
                at=expense.cancelled_at,
                who=_name(expense.cancelled_by),
                what="a annulé la dépense",
                organisation=name,
                side=expense.contract.cpts.side,
                comment=expense.cancel_reason,
            )
        )
    return entries[::-1]


def _name(user) -> str:
    return user.get_full_name() if user else "Portail CPTS"
