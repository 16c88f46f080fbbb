"""Pages of the funding room: payments, the schedule of a contract, the statement of a year."""

from django.shortcuts import get_object_or_404, redirect

from accounts.permissions import Act, may
from contracts.models import Contract
from core import clock
from core.face import HistoryEntry
from core.http import attempt, http_methods, require, show, submit_form
from core.tables import table_response
from funding import actions
from funding.enums import PaymentStatus
from funding.filters import PaymentFilter
from funding.forms import CancelForm, PayForm
from funding.models import Payment, Statement
from funding.schedule import payment_label, schedule_of
from funding.tables import PaymentTable


@http_methods("GET")
def payment_list(request, template_name="funding/payment_list.html"):
    payments = Payment.objects.visible_to(request.actor)
    return table_response(
        request,
        queryset=payments.select_related("contract__cpts"),
        table_class=PaymentTable,
        filterset_class=PaymentFilter,
        template_name=template_name,
        context={"totals": payments.totals(), "can_pay": may(request.actor, Act.PAY)},
    )


@http_methods("GET")
def payment_detail(request, pk, template_name="funding/payment_detail.html"):
    payment = payment_of(request, pk)
    context = {
        "payment": payment,
        "label": payment_label(payment.mission, payment.line_kind, payment.base),
        "can_order": may(request.actor, Act.PAY) and payment.status == PaymentStatus.DUE,
        "can_pay": may(request.actor, Act.PAY) and payment.status == PaymentStatus.ORDERED,
        "can_cancel": may(request.actor, Act.PAY) and payment.status in (PaymentStatus.DUE, PaymentStatus.ORDERED),
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
    form = PayForm(request.POST or None, actor=request.actor, initial={"paid_on": clock.today()})
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
    form = CancelForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.cancel_payment, payment=payment, success="Le versement est annulé."
    ):
        return redirect("funding:payment_detail", pk)
    context = {"payment": payment, "form": form, "heading": "Annuler le versement", "submit": "Annuler le versement"}
    return show(request, template_name, context)


@http_methods("GET")
def schedule(request, pk, template_name="funding/schedule.html"):
    contracts = Contract.objects.visible_to(request.actor).signed().for_funding()
    contract = get_object_or_404(contracts, pk=pk)
    return show(request, template_name, {"contract": contract, "lines": schedule_of(contract, clock.today())})


@http_methods("GET")
def statement_detail(request, pk, template_name="funding/statement_detail.html"):
    statements = Statement.objects.visible_to(request.actor).select_related("contract__cpts", "agreement_version")
    statement = get_object_or_404(statements, pk=pk)
    lines = [(line, payment_label(line.mission, line.kind, line.base)) for line in statement.lines.all()]
    return show(request, template_name, {"statement": statement, "lines": lines})


def payment_of(request, pk) -> Payment:
    """Return a payment in the actor's scope, or answer 404."""
    return get_object_or_404(
        Payment.objects.visible_to(request.actor).select_related("contract__cpts", "contract__fund"), pk=pk
    )


def history_of(payment: Payment) -> list[HistoryEntry]:
    """Return the transitions of a payment as the history component shows them."""
    words = {"order": "a ordonné le versement", "pay": "a enregistré le paiement", "cancel": "a annulé le versement"}
    return [
        HistoryEntry(
            at=step.at,
            who=step.user_name,
            what=words[step.transition],
            organisation=step.organisation_name,
            side=step.side,
            comment=step.comment,
        )
        for step in payment.transitions.all()
    ]
