"""What the pages of the spending room show, as values: the year and its neighbours, the figure, the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from django.db.models import Sum

from contracts.models import Contract
from core import clock
from core.actor import Actor
from core.bars import BarGroup, bars
from core.errors import DomainError
from core.face import HistoryEntry, latest_first
from core.figures import Figure
from spending import actions
from spending.assemblers import (
    balance_of,
    budget_of,
    ceiling_of,
    envelopes_of,
    figures_of,
    is_closed,
    planned_amounts,
    years_of,
)
from spending.enums import Category
from spending.models import Expense, Professional
from spending.permissions import may_enter
from spending.rules import Ceiling, YearBalance
from spending.sheets import BUDGET_HEADS, EXPENSE_HEADS, Line, Rows, read_budget, read_expenses, with_refusals

SERIES = ("Dépensé", "Reçu", "Prévu")


@dataclass(frozen=True, kw_only=True)
class CategoryLine:
    """A category of a contract year, all envelopes together, in euros; None when nothing is planned."""

    label: str
    planned: Decimal | None
    spent: Decimal


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
    categories: list[CategoryLine]

    @property
    def figures(self) -> dict:
        """Return the balance as its table prints it."""
        return figures_of(self.balance)

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
        categories=category_lines(contract, year),
    )


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A file before it is saved: its heads, its lines, and whether all of them are good."""

    heads: Sequence[str]
    lines: list[Line]

    @property
    def rows(self) -> list[tuple[Line, list[tuple[str, str]]]]:
        """Return each line with its cells under their heads."""
        return [(line, list(zip(self.heads, line.cells, strict=True))) for line in self.lines]

    @property
    def wrong(self) -> int:
        return sum(1 for line in self.lines if line.errors)

    @property
    def doubtful(self) -> int:
        return sum(1 for line in self.lines if line.warning and not line.errors)

    @property
    def is_good(self) -> bool:
        return not self.wrong


def expense_preview(actor: Actor, contract: Contract, rows: Rows) -> Preview:
    """Return the lines of a file of expenses, each with what is wrong; the rules are tried and undone."""
    people = Professional.objects.visible_to(actor).filter(cpts=contract.cpts_id)
    known = Expense.objects.visible_to(actor).filter(contract=contract).counted()
    lines = read_expenses(rows, envelopes_of(contract), people, known)
    readable = [(line.number, line.told) for line in lines if not line.errors]
    refusals = actions.refusals_of(actor=actor, contract=contract, lines=readable)
    return Preview(heads=EXPENSE_HEADS, lines=with_refusals(lines, refusals))


def budget_preview(contract: Contract, year: int, rows: Rows) -> Preview:
    """Return the lines of the file of a budget, each with what is wrong."""
    return Preview(heads=BUDGET_HEADS, lines=read_budget(rows, envelopes_of(contract, year)))


def category_lines(contract: Contract, year: int) -> list[CategoryLine]:
    """Return what was planned and spent by category; the categories without anything are left out."""
    planned: dict[str, Decimal] = {}
    for (_envelope, category), amount in planned_amounts(budget_of(contract, year)).items():
        planned[category] = planned.get(category, Decimal(0)) + amount
    rows = Expense.objects.filter(contract=contract).of_year(year).counted().order_by()
    spent = {row["category"]: row["sum"] for row in rows.values("category").annotate(sum=Sum("amount"))}
    return [
        CategoryLine(label=category.label, planned=planned.get(category), spent=spent.get(category, Decimal(0)))
        for category in Category
        if category in planned or category in spent
    ]


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
    entry = partial(HistoryEntry, organisation=expense.contract.cpts.name, side=expense.contract.cpts.side)
    entries = [entry(at=expense.entered_at, who=_name(expense.entered_by), what="a saisi la dépense")]
    if expense.cancelled_at:
        who = _name(expense.cancelled_by)
        entries.append(
            entry(at=expense.cancelled_at, who=who, what="a annulé la dépense", comment=expense.cancel_reason)
        )
    return latest_first(entries)


def _name(user) -> str:
    return user.get_full_name() if user else "Portail CPTS"
