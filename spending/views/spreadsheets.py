"""Budgets and expenses by spreadsheet: the template, the file that comes back, its lines checked, then saved."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from contracts.models import Contract
from core import clock
from core.http import attempt, http_methods, posted, posted_files, require, show
from core.spreadsheets import CONTENT_TYPES
from core.wording import counted
from spending import actions, pages, sheets
from spending.assemblers import budget_of, envelopes_of, planned_amounts, running_year
from spending.forms import (
    RowsForm,
    SheetForm,
)
from spending.models import Professional
from spending.permissions import may_enter
from spending.sheets import budget_amounts
from spending.views.access import YEAR, contract_of, refuse_budget, require_year


@http_methods("GET")
def budget_template(request, pk, year):
    contract = contract_of(request, pk)
    require(may_enter(request.actor, contract))
    require_year(contract, year)
    amounts = planned_amounts(budget_of(contract, year))
    return _workbook(
        f"budget-{contract.number}-annee-{year}", sheets.budget_template(envelopes_of(contract, year), amounts)
    )


@http_methods("GET", "POST")
def budget_import(request, pk, year, template_name="spending/sheet_import.html"):
    contract = contract_of(request, pk)
    if refused := refuse_budget(request, contract, year):
        return refused
    form = SheetForm(posted(request), posted_files(request), actor=request.actor, heads=sheets.BUDGET_HEADS)
    context = _budget_sheet(contract, year, form)
    if form.is_valid():
        budget, rows = budget_of(contract, year), form.cleaned_data["rows"]
        context |= _to_save(rows, pages.budget_preview(contract, year, rows), budget.lock_version if budget else 0)
    return show(request, template_name, context)


@http_methods("POST")
def budget_import_save(request, pk, year, template_name="spending/sheet_import.html"):
    contract = contract_of(request, pk)
    if refused := refuse_budget(request, contract, year):
        return refused
    checked = RowsForm(request.POST, heads=sheets.BUDGET_HEADS)
    if not checked.is_valid():
        return _file_again(request, "spending:budget_import", pk, year)
    rows, version = checked.cleaned_data["rows"], checked.cleaned_data["version"]
    preview = pages.budget_preview(contract, year, rows)
    if preview.is_good:
        fields = {"contract": contract, "year": year, "version": version, "amounts": budget_amounts(preview.lines)}
        success = f"Le budget de l’année {year} est enregistré."
        if attempt(request, actions.save_budget, success=success, **fields):
            return redirect(YEAR, pk, year)
    form = SheetForm(actor=request.actor, heads=sheets.BUDGET_HEADS)
    return show(request, template_name, _budget_sheet(contract, year, form) | _to_save(rows, preview, version))


@http_methods("GET")
def expense_template(request, pk):
    contract = contract_of(request, pk)
    require(may_enter(request.actor, contract))
    people = Professional.objects.visible_to(request.actor).filter(cpts=contract.cpts_id)
    return _workbook(f"depenses-{contract.number}", sheets.expense_template(envelopes_of(contract), people))


@http_methods("GET", "POST")
def expense_import(request, pk, template_name="spending/sheet_import.html"):
    contract = contract_of(request, pk)
    require(may_enter(request.actor, contract))
    form = SheetForm(posted(request), posted_files(request), actor=request.actor, heads=sheets.EXPENSE_HEADS)
    context = _expense_sheet(contract, form)
    if form.is_valid():
        rows = form.cleaned_data["rows"]
        context |= _to_save(rows, pages.expense_preview(request.actor, contract, rows))
    return show(request, template_name, context)


@http_methods("POST")
def expense_import_save(request, pk, template_name="spending/sheet_import.html"):
    contract = contract_of(request, pk)
    require(may_enter(request.actor, contract))
    checked = RowsForm(request.POST, heads=sheets.EXPENSE_HEADS)
    if not checked.is_valid():
        return _file_again(request, "spending:expense_import", pk)
    rows = checked.cleaned_data["rows"]
    preview = pages.expense_preview(request.actor, contract, rows)
    if preview.is_good:
        lines = [(line.number, line.told) for line in preview.lines]
        entered = attempt(request, actions.import_expenses, contract=contract, lines=lines, success=_entered(lines))
        if entered:
            return redirect(YEAR, pk, max(expense.year for expense in entered))
    form = SheetForm(actor=request.actor, heads=sheets.EXPENSE_HEADS)
    return show(request, template_name, _expense_sheet(contract, form) | _to_save(rows, preview))


def _workbook(name: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(content, content_type=CONTENT_TYPES["xlsx"], headers=headers)


def _budget_sheet(contract: Contract, year: int, form: SheetForm) -> dict:
    return {
        "contract": contract,
        "form": form,
        "heading": f"Budget de l’année {year} par tableur",
        "template_url": reverse("spending:budget_template", args=[contract.pk, year]),
        "save_url": reverse("spending:budget_import_save", args=[contract.pk, year]),
        "back": reverse(YEAR, args=[contract.pk, year]),
        "is_budget": True,
        "preview": None,
    }


def _expense_sheet(contract: Contract, form: SheetForm) -> dict:
    return {
        "contract": contract,
        "form": form,
        "heading": "Dépenses par tableur",
        "template_url": reverse("spending:expense_template", args=[contract.pk]),
        "save_url": reverse("spending:expense_import_save", args=[contract.pk]),
        "back": reverse(YEAR, args=[contract.pk, running_year(contract, clock.today())]),
        "is_budget": False,
        "preview": None,
    }


def _to_save(rows, preview: pages.Preview, version: int | str = "") -> dict:
    """Return what the page needs to show the lines of a file, and to save them if all are good."""
    saving = RowsForm(initial={"rows": rows, "version": version}, heads=preview.heads)
    return {"preview": preview, "saving": saving}


def _file_again(request, view_name: str, *args):
    messages.error(request, "Ce fichier n’est plus lisible : déposez-le à nouveau.")
    return redirect(view_name, *args)


def _entered(lines: list) -> str:
    return f"{counted(len(lines), 'dépense')} sont enregistrées." if len(lines) > 1 else "La dépense est enregistrée."
