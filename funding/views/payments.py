"""Pages of the payments: the list, one payment, and what the accountant does with it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from contracts.permissions import can_draft
from core import clock
from core.actor import Actor
from core.enums import Side
from core.face import HistoryEntry, latest_first
from core.http import attempt, http_methods, posted, require, show, submit_form
from core.tables import table_response
from funding import actions
from funding.filters import PaymentFilter
from funding.forms import CancelForm, PayForm
from funding.lifecycle import WORDS, Transition, available
from funding.models import Payment
from funding.permissions import has_orders
from funding.tables import WHEN_DUE, OwnPaymentTable, PaymentTable


@http_methods("GET")
def payment_list(request, template_name="funding/payment_list.html"):
    payments = Payment.objects.visible_to(request.actor)
    return table_response(
        request,
        queryset=payments.waiting_first().select_related("contract__cpts"),
        table_class=OwnPaymentTable if request.actor.side == Side.CPTS else PaymentTable,
        filterset_class=PaymentFilter,
        template_name=template_name,
        context={
            "totals": payments.totals(),
            "can_pay": may(request.actor, Act.PAY),
            "has_orders": has_orders(request.actor),
        },
        table_options=_first_payment(request.actor),
    )


def _first_payment(actor: Actor) -> dict[str, str]:
    """Return what an empty list says: payments come of a signed contract, that its CPTS drafts."""
    if not can_draft(actor):
        return {"empty_text": f"{WHEN_DUE} Le premier attend que les trois parties aient signé le contrat."}
    return {
        "empty_text": f"{WHEN_DUE} Le premier suit la signature du contrat.",
        "empty_url": reverse("contracts:contract_list"),
        "empty_label": "Aller au contrat",
    }


@http_methods("GET")
def payment_detail(request, pk, template_name="funding/payment_detail.html"):
    payment = payment_of(request, pk)
    context = {
        "payment": payment,
        "can_see_order": has_orders(request.actor),
        "deductions": [*payment.deductions_received.all(), *payment.deductions_made.all()],
        **what_may_be_done(request.actor, payment),
        "history": history_of(payment),
    }
    return show(request, template_name, context)


@http_methods("POST")
def payment_order(request, pk):
    attempt(request, actions.order_payment, payment=payment_of(request, pk), success="Le versement est ordonné.")
    return redirect("funding:payment_detail", pk)


@http_methods("GET", "POST")
def payment_pay(request, pk, template_name="funding/payment_form.html"):
    payment = payment_of(request, pk)
    require(may(request.actor, Act.PAY))
    if away := not_open(request, payment, "can_pay"):
        return away
    form = PayForm(posted(request), actor=request.actor, payments=[payment], initial={"paid_on": clock.today()})
    if request.method == "POST" and submit_form(
        request, form, actions.pay_payment, payment=payment, success="Le paiement est enregistré."
    ):
        return redirect("funding:payment_detail", pk)
    context = {"payment": payment, "form": form, "heading": "Enregistrer le paiement", "submit": "Marquer comme payé"}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def payment_cancel(request, pk, template_name="funding/payment_form.html"):
    payment = payment_of(request, pk)
    require(may(request.actor, Act.PAY))
    if away := not_open(request, payment, "can_cancel"):
        return away
    form = CancelForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.cancel_payment, payment=payment, success="Le versement est annulé."
    ):
        return redirect("funding:payment_detail", pk)
    context = {"payment": payment, "form": form, "heading": "Annuler le versement", "submit": "Annuler le versement"}
    return show(request, template_name, context)


def payment_of(request, pk) -> Payment:
    """Return a payment in the actor's scope, or answer 404."""
    return get_object_or_404(
        Payment.objects.visible_to(request.actor)
        .select_related("contract__cpts", "contract__fund", "order")
        .prefetch_related("deductions_received__source", "deductions_made__target"),
        pk=pk,
    )


def not_open(request, payment: Payment, right: str):
    """Return where to go instead of a form that the state of a payment no longer takes, else None."""
    if request.method == "POST" or what_may_be_done(request.actor, payment)[right]:
        return None
    messages.info(request, f"Ce versement est à l’état « {payment.status.label} » : cette étape n’y est pas ouverte.")
    return redirect("funding:payment_detail", payment.pk)


def what_may_be_done(actor: Actor, payment: Payment) -> dict[str, bool]:
    """Return what the page offers to the accountant, as the actions allow it."""
    transitions = available(payment.status, actor.side) if may(actor, Act.PAY) else []
    return {
        "can_order": Transition.ORDER in transitions and not payment.is_to_deduct,
        "can_pay": Transition.PAY in transitions,
        "can_cancel": Transition.CANCEL in transitions and not payment.deducted,
    }


def history_of(payment: Payment) -> list[HistoryEntry]:
    """Return the transitions of a payment."""
    return latest_first(
        HistoryEntry.of(step, WORDS[step.transition], comment=step.comment) for step in payment.transitions.all()
    )
