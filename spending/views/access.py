"""What the pages of spending may reach: a contract, a year, an expense, or the reason why not."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect

from contracts.models import AMENDMENT_ROWS, Contract
from core import clock
from core.http import require
from spending.assemblers import CLOSED, is_closed, years_of
from spending.models import Expense
from spending.permissions import may_enter

DETAIL, YEAR = "spending:expense_detail", "spending:year_detail"


def contract_of(request, pk) -> Contract:
    """Return a signed contract in the actor's scope, or answer 404."""
    contracts = Contract.objects.visible_to(request.actor).signed().with_parties()
    return get_object_or_404(
        contracts.select_related("agreement_version").prefetch_related("missions", *AMENDMENT_ROWS), pk=pk
    )


def require_year(contract: Contract, year: int) -> None:
    """Answer 404 for a year that this contract does not have yet."""
    if year not in years_of(contract, clock.today()):
        raise Http404


def expense_of(request, pk) -> Expense:
    """Return an expense in the actor's scope, or answer 404."""
    expenses = Expense.objects.visible_to(request.actor).select_related(
        "contract__cpts", "contract__agreement_version", "professional", "receipt", "entered_by", "cancelled_by"
    )
    return get_object_or_404(expenses.select_related("replaces"), pk=pk)


def refuse_budget(request, contract: Contract, year: int, *, is_typed: bool = False):
    """Return where to go instead of a page that writes the budget of a closed year; 403 for who never writes it.

    `is_typed`: what was sent stays in its form, where the action refuses it.
    """
    require(may_enter(request.actor, contract))
    require_year(contract, year)
    if not is_closed(contract, year) or (is_typed and request.method == "POST"):
        return None
    messages.error(request, CLOSED.format(year=year))
    return redirect(YEAR, contract.pk, year)
