"""Pages of the spending room: a year by envelope, its expenses, the professionals and their ceiling."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from contracts.models import AMENDMENT_ROWS, Contract
from core import clock
from core.http import attempt, http_methods, posted, posted_files, require, show, submit_form
from core.spreadsheets import CONTENT_TYPES
from core.tables import table_response
from core.wording import counted
from spending import actions, pages, sheets
from spending.assemblers import (
    CLOSED,
    budget_of,
    envelopes_of,
    is_closed,
    planned_amounts,
    running_year,
    years_of,
)
from spending.enums import Category
from spending.filters import ExpenseFilter
from spending.forms import (
    BudgetForm,
    CancelForm,
    ExpenseForm,
    ProfessionalForm,
    ReceiptForm,
    ReplaceForm,
    RowsForm,
    SheetForm,
)
from spending.models import Expense, Professional
from spending.permissions import may_enter
from spending.sheets import budget_amounts
from spending.tables import ExpenseTable, ProfessionalTable

DETAIL, YEAR = "spending:expense_detail", "spending:year_detail"


@http_methods("GET")
def year_detail(request, pk, year, template_name="spending/year_detail.html"):
    contract = _contract(request, pk)
    _require_year(contract, year)
    page = pages.year_page(request.actor, contract, year)
    first_step = {"empty_url": reverse("spending:expense_create", args=[pk]), "empty_label": "Saisir une dépense"}
    expenses = Expense.objects.visible_to(request.actor).filter(contract=contract).of_year(year)
    return table_response(
        request,
        queryset=expenses.with_receipt().select_related("professional"),
        table_class=ExpenseTable,
        filterset_class=ExpenseFilter,
        template_name=template_name,
        context={"page": page},
        table_options=first_step if page.can_enter and page.has_begun else {},
        export_name=f"depenses-{contract.number}-annee-{year}",
    )


@http_methods("GET", "POST")
def expense_create(request, pk, template_name="spending/expense_form.html"):
    contract = _contract(request, pk)
    require(may_enter(request.actor, contract))
    form = ExpenseForm(posted(request), posted_files(request), actor=request.actor, contract=contract)
    expense = submit_form(request, form, actions.add_expense, contract=contract, success="La dépense est enregistrée.")
    if expense:
        again = "encore" in request.POST
        return redirect("spending:expense_create", pk) if again else redirect(YEAR, pk, expense.year)
    year = running_year(contract, clock.today())
    context = {"contract": contract, "form": form, "expense": None, "back": reverse(YEAR, args=[pk, year])}
    return show(request, template_name, context)


@http_methods("GET")
def expense_detail(request, pk, template_name="spending/expense_detail.html"):
    expense = _expense(request, pk)
    can_change = may_enter(request.actor, expense.contract) and not expense.cancelled_at
    context = {
        "expense": expense,
        "can_change": can_change and not is_closed(expense.contract, expense.year),
        "replacement": Expense.objects.visible_to(request.actor).filter(replaces=expense).first(),
        "history": pages.history_of(expense),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def expense_replace(request, pk, template_name="spending/expense_form.html"):
    expense = _expense(request, pk)
    if refused := _refuse_change(request, expense):
        return refused
    form = ReplaceForm(
        posted(request),
        posted_files(request),
        actor=request.actor,
        contract=expense.contract,
        initial=ReplaceForm.values_of(expense),
    )
    success = "La dépense est corrigée : l’ancienne est gardée, annulée, avec votre motif."
    right = submit_form(request, form, actions.replace_expense, expense=expense, success=success)
    if right:
        return redirect(DETAIL, right.pk)
    context = {"contract": expense.contract, "form": form, "expense": expense, "back": reverse(DETAIL, args=[pk])}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def expense_cancel(request, pk, template_name="spending/expense_act.html"):
    expense = _expense(request, pk)
    if refused := _refuse_change(request, expense):
        return refused
    form = CancelForm(posted(request), actor=request.actor)
    if submit_form(request, form, actions.cancel_expense, expense=expense, success="La dépense est annulée."):
        return redirect(DETAIL, pk)
    context = {"expense": expense, "form": form, "heading": "Annuler la dépense", "submit": "Annuler la dépense"}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def receipt_attach(request, pk, template_name="spending/expense_act.html"):
    expense = _expense(request, pk)
    if refused := _refuse_change(request, expense):
        return refused
    form = ReceiptForm(posted(request), posted_files(request), actor=request.actor)
    if submit_form(request, form, actions.attach_receipt, expense=expense, success="La pièce est jointe."):
        return redirect(DETAIL, pk)
    context = {"expense": expense, "form": form, "heading": "Joindre la pièce", "submit": "Joindre la pièce"}
    return show(request, template_name, context)


@http_methods("GET")
def professional_list(request, pk, template_name="spending/professional_list.html"):
    contract = _contract(request, pk)
    years = pages.calendar_years(contract, clock.today())
    asked = request.GET.get("annee", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else years[0]
    ceiling = pages.known_ceiling(year)
    people = Professional.objects.visible_to(request.actor).filter(cpts=contract.cpts_id).with_received(year)
    return table_response(
        request,
        queryset=people.with_left(ceiling.amount if ceiling else None),
        table_class=ProfessionalTable,
        template_name=template_name,
        context=_professionals_context(request, contract, year, years, ceiling),
        table_options={} if may_enter(request.actor, contract) else {"exclude": ("correct",)},
        export_name=f"professionnels-{contract.number}-{year}",
    )


@http_methods("GET", "POST")
def professional_create(request, pk, template_name="spending/professional_form.html"):
    contract = _contract(request, pk)
    require(may_enter(request.actor, contract))
    form = ProfessionalForm(posted(request), actor=request.actor)
    success = "Le professionnel est ajouté à la liste."
    if submit_form(request, form, actions.add_professional, contract=contract, success=success):
        return redirect("spending:professional_list", pk)
    return show(request, template_name, {"contract": contract, "form": form, "professional": None})


@http_methods("GET", "POST")
def professional_correct(request, pk, template_name="spending/professional_form.html"):
    professional = get_object_or_404(Professional.objects.visible_to(request.actor), pk=pk)
    contract = _last_contract(request, professional)
    require(may_enter(request.actor, contract))
    values = {"name": professional.name, "profession": professional.profession}
    form = ProfessionalForm(posted(request), actor=request.actor, initial=values)
    fields = {"contract": contract, "professional": professional, "success": "Le professionnel est corrigé."}
    if submit_form(request, form, actions.correct_professional, **fields):
        return redirect("spending:professional_list", contract.pk)
    return show(request, template_name, {"contract": contract, "form": form, "professional": professional})


# The budget of a year -----------------------------------------------------------------------------------------


@http_methods("GET", "POST")
def budget_edit(request, pk, year, template_name="spending/budget_form.html"):
    contract = _contract(request, pk)
    if refused := _refuse_budget(request, contract, year):
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


@http_methods("GET")
def budget_template(request, pk, year):
    contract = _contract(request, pk)
    require(may_enter(request.actor, contract))
    _require_year(contract, year)
    amounts = planned_amounts(budget_of(contract, year))
    return _workbook(
        f"budget-{contract.number}-annee-{year}", sheets.budget_template(envelopes_of(contract, year), amounts)
    )


@http_methods("GET", "POST")
def budget_import(request, pk, year, template_name="spending/sheet_import.html"):
    contract = _contract(request, pk)
    if refused := _refuse_budget(request, contract, year):
        return refused
    form = SheetForm(posted(request), posted_files(request), actor=request.actor, heads=sheets.BUDGET_HEADS)
    context = _budget_sheet(contract, year, form)
    if form.is_valid():
        budget, rows = budget_of(contract, year), form.cleaned_data["rows"]
        context |= _to_save(rows, pages.budget_preview(contract, year, rows), budget.lock_version if budget else 0)
    return show(request, template_name, context)


@http_methods("POST")
def budget_import_save(request, pk, year, template_name="spending/sheet_import.html"):
    contract = _contract(request, pk)
    if refused := _refuse_budget(request, contract, year):
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


# Expenses from a spreadsheet ----------------------------------------------------------------------------------


@http_methods("GET")
def expense_template(request, pk):
    contract = _contract(request, pk)
    require(may_enter(request.actor, contract))
    people = Professional.objects.visible_to(request.actor).filter(cpts=contract.cpts_id)
    return _workbook(f"depenses-{contract.number}", sheets.expense_template(envelopes_of(contract), people))


@http_methods("GET", "POST")
def expense_import(request, pk, template_name="spending/sheet_import.html"):
    contract = _contract(request, pk)
    require(may_enter(request.actor, contract))
    form = SheetForm(posted(request), posted_files(request), actor=request.actor, heads=sheets.EXPENSE_HEADS)
    context = _expense_sheet(contract, form)
    if form.is_valid():
        rows = form.cleaned_data["rows"]
        context |= _to_save(rows, pages.expense_preview(request.actor, contract, rows))
    return show(request, template_name, context)


@http_methods("POST")
def expense_import_save(request, pk, template_name="spending/sheet_import.html"):
    contract = _contract(request, pk)
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


# What these pages share ---------------------------------------------------------------------------------------


def _contract(request, pk) -> Contract:
    """Return a signed contract in the actor's scope, or answer 404."""
    contracts = Contract.objects.visible_to(request.actor).signed().with_parties()
    return get_object_or_404(
        contracts.select_related("agreement_version").prefetch_related("missions", *AMENDMENT_ROWS), pk=pk
    )


def _last_contract(request, professional: Professional) -> Contract:
    """Return the last signed contract of the CPTS that pays a professional, or answer 404."""
    contracts = Contract.objects.visible_to(request.actor).signed().with_parties().filter(cpts=professional.cpts_id)
    contract = contracts.order_by("-signed_on").first()
    if contract is None:
        raise Http404
    return contract


def _require_year(contract: Contract, year: int) -> None:
    """Answer 404 for a year that this contract does not have yet."""
    if year not in years_of(contract, clock.today()):
        raise Http404


def _expense(request, pk) -> Expense:
    """Return an expense in the actor's scope, or answer 404."""
    expenses = Expense.objects.visible_to(request.actor).select_related(
        "contract__cpts", "contract__agreement_version", "professional", "receipt", "entered_by", "cancelled_by"
    )
    return get_object_or_404(expenses.select_related("replaces"), pk=pk)


def _refuse_change(request, expense: Expense):
    """Return where to go instead of a page that changes an expense; 403 for who never changes it."""
    require(may_enter(request.actor, expense.contract))
    if is_closed(expense.contract, expense.year):
        messages.error(request, CLOSED.format(year=expense.year))
    elif expense.cancelled_at:
        messages.error(request, "Cette dépense est déjà annulée.")
    else:
        return None
    return redirect(DETAIL, expense.pk)


def _professionals_context(request, contract: Contract, year: int, years: list[int], ceiling) -> dict:
    return {
        "contract": contract,
        "year": year,
        "years": years,
        "ceiling": ceiling,
        "can_enter": may_enter(request.actor, contract),
        "contract_year": running_year(contract, clock.today()),
    }


def _refuse_budget(request, contract: Contract, year: int):
    """Return where to go instead of a page that writes the budget of a closed year; 403 for who never writes it."""
    require(may_enter(request.actor, contract))
    _require_year(contract, year)
    if not is_closed(contract, year):
        return None
    messages.error(request, CLOSED.format(year=year))
    return redirect(YEAR, contract.pk, year)


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
