"""Pages of the spending room: a year by envelope, its expenses, the professionals and their ceiling."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from contracts.models import Contract
from core import clock
from core.http import http_methods, require, show, submit_form
from core.tables import table_response
from spending import actions, pages
from spending.assemblers import CLOSED, is_closed, running_year, years_of
from spending.filters import ExpenseFilter, ProfessionalFilter
from spending.forms import CancelForm, ExpenseForm, ProfessionalForm, ReceiptForm, ReplaceForm
from spending.models import Expense, Professional
from spending.permissions import may_enter
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
    form = ExpenseForm(_sent(request), _files(request), actor=request.actor, contract=contract)
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
        _sent(request),
        _files(request),
        actor=request.actor,
        contract=expense.contract,
        initial=ReplaceForm.values_of(expense),
    )
    success = "La dépense est corrigée : l’ancienne est gardée, annulée, avec votre motif."
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
    form = CancelForm(_sent(request), actor=request.actor)
    if submit_form(request, form, actions.cancel_expense, expense=expense, success="La dépense est annulée."):
        return redirect(DETAIL, pk)
    context = {"expense": expense, "form": form, "heading": "Annuler la dépense", "submit": "Annuler la dépense"}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def receipt_attach(request, pk, template_name="spending/expense_act.html"):
    expense = _expense(request, pk)
    if refused := _refuse_change(request, expense):
        return refused
    form = ReceiptForm(_sent(request), _files(request), actor=request.actor)
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
        filterset_class=ProfessionalFilter,
        template_name=template_name,
        context=_professionals_context(request, contract, year, years, ceiling),
        export_name=f"professionnels-{contract.number}-{year}",
    )


@http_methods("GET", "POST")
def professional_create(request, pk, template_name="spending/professional_form.html"):
    contract = _contract(request, pk)
    require(may_enter(request.actor, contract))
    form = ProfessionalForm(_sent(request), actor=request.actor)
    success = "Le professionnel est ajouté à la liste."
    if submit_form(request, form, actions.add_professional, contract=contract, success=success):
        return redirect("spending:professional_list", pk)
    return show(request, template_name, {"contract": contract, "form": form})


# What these pages share ---------------------------------------------------------------------------------------


def _sent(request):
    """Return what was posted, None on a page that is only read."""
    return request.POST if request.method == "POST" else None


def _files(request):
    return request.FILES if request.method == "POST" else None


def _contract(request, pk) -> Contract:
    """Return a signed contract in the actor's scope, or answer 404."""
    contracts = Contract.objects.visible_to(request.actor).signed().with_parties()
    return get_object_or_404(contracts.select_related("agreement_version").prefetch_related("missions"), pk=pk)


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
