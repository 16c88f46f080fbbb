"""The expenses, one at a time: entered, corrected, cancelled, their receipt joined."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse

from core import clock
from core.http import http_methods, posted, posted_files, require, show, submit_form
from spending import actions, pages
from spending.assemblers import CLOSED, is_closed, running_year
from spending.forms import (
    CancelForm,
    ExpenseForm,
    ReceiptForm,
    ReplaceForm,
)
from spending.models import Expense
from spending.permissions import may_enter
from spending.views.access import DETAIL, YEAR, contract_of, expense_of


@http_methods("GET", "POST")
def expense_create(request, pk, template_name="spending/expense_form.html"):
    contract = contract_of(request, pk)
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
    expense = expense_of(request, pk)
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
    expense = expense_of(request, pk)
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
    expense = expense_of(request, pk)
    if refused := _refuse_change(request, expense):
        return refused
    form = CancelForm(posted(request), actor=request.actor)
    if submit_form(request, form, actions.cancel_expense, expense=expense, success="La dépense est annulée."):
        return redirect(DETAIL, pk)
    context = {"expense": expense, "form": form, "heading": "Annuler la dépense", "submit": "Annuler la dépense"}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def receipt_attach(request, pk, template_name="spending/expense_act.html"):
    expense = expense_of(request, pk)
    if refused := _refuse_change(request, expense):
        return refused
    form = ReceiptForm(posted(request), posted_files(request), actor=request.actor)
    if submit_form(request, form, actions.attach_receipt, expense=expense, success="La pièce est jointe."):
        return redirect(DETAIL, pk)
    context = {"expense": expense, "form": form, "heading": "Joindre la pièce", "submit": "Joindre la pièce"}
    return show(request, template_name, context)


def _refuse_change(request, expense: Expense):
    """Return where to go instead of a page that changes an expense; 403 for who never changes it.

    What was typed meanwhile stays in its form: the action refuses it there.
    """
    require(may_enter(request.actor, expense.contract))
    if request.method == "POST":
        return None
    if is_closed(expense.contract, expense.year):
        messages.error(request, CLOSED.format(year=expense.year))
    elif expense.cancelled_at:
        messages.error(request, "Cette dépense est déjà annulée.")
    else:
        return None
    return redirect(DETAIL, expense.pk)
