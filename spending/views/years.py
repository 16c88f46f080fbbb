"""The page of a contract year, and its budget."""

from django.shortcuts import redirect
from django.urls import reverse

from core.dates import format_date
from core.http import http_methods, posted, show, submit_form
from core.tables import table_response
from spending import actions, pages
from spending.assemblers import budget_of
from spending.enums import Category
from spending.filters import ExpenseFilter
from spending.forms import (
    BudgetForm,
)
from spending.models import Expense
from spending.tables import ExpenseTable
from spending.views.access import YEAR, contract_of, refuse_budget, require_year


@http_methods("GET")
def year_detail(request, pk, year, template_name="spending/year_detail.html"):
    contract = contract_of(request, pk)
    require_year(contract, year)
    page = pages.year_page(request.actor, contract, year)
    expenses = Expense.objects.visible_to(request.actor).filter(contract=contract).of_year(year)
    return table_response(
        request,
        queryset=expenses.with_receipt().select_related("professional"),
        table_class=ExpenseTable,
        filterset_class=ExpenseFilter,
        template_name=template_name,
        context={"page": page},
        table_options=_first_step(page),
        export_name=f"depenses-{contract.number}-annee-{year}",
    )


def _first_step(page: pages.YearPage) -> dict[str, str]:
    """Return what an empty list says: the button to who may enter an expense, to others who does it and when."""
    if not page.has_begun:
        first_day = format_date(page.starts_on)
        return {"empty_text": f"Les dépenses se saisissent à partir du {first_day}, premier jour de l’année."}
    if not page.can_enter:
        return {"empty_text": "La coordination ou la trésorerie de la CPTS les saisit, avec leurs pièces."}
    address = reverse("spending:expense_create", args=[page.contract.pk])
    return {"empty_url": address, "empty_label": "Saisir une dépense"}


@http_methods("GET", "POST")
def budget_edit(request, pk, year, template_name="spending/budget_form.html"):
    contract = contract_of(request, pk)
    if refused := refuse_budget(request, contract, year, is_typed=True):
        return refused
    budget = budget_of(contract, year)
    typed = request.GET if request.htmx and request.method == "GET" else posted(request)
    form = BudgetForm(typed, actor=request.actor, contract=contract, year=year, budget=budget)
    if request.htmx and request.method == "GET":  # what the grid holds while it is being written
        return show(request, template_name, {"form": form, "fragment": "spending/partials/budget_total.html"})
    success = f"Le budget de l’année {year} est enregistré."
    if submit_form(request, form, actions.save_budget, contract=contract, year=year, success=success):
        return redirect(YEAR, pk, year)
    context = {"contract": contract, "year": year, "form": form, "categories": Category, "has_budget": bool(budget)}
    return show(request, template_name, context)
