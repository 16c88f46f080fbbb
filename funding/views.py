"""Pages of the funding room: payments, the schedule of a contract, the statement of a year."""

from decimal import Decimal

from django.contrib import messages
from django.db.models import Min
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from agreements.enums import AmountKind
from contracts import actions as contract_actions
from contracts.enums import ContractStatus
from contracts.models import Contract
from contracts.permissions import can_draft, is_party
from core import clock
from core.actor import Actor
from core.enums import Side
from core.face import HistoryEntry, latest_first
from core.http import attempt, http_methods, posted, require, show, submit_form
from core.spreadsheets import CONTENT_TYPES, spreadsheet_response
from core.tables import table_response
from funding import actions
from funding.filters import PaymentFilter
from funding.forms import CancelForm, CompensationForm, LineStartForm, OrderForm, PayForm, PayOrderForm, PeriodForm
from funding.lifecycle import WORDS, Transition, available
from funding.models import Payment, PaymentOrder, Statement
from funding.schedule import schedule_of, schedule_sums, schedule_years
from funding.sheets import schedule_sheet, statement_sheet
from funding.statements import opened_lines, revised_lines
from funding.tables import WHAT_AN_ORDER_IS, WHEN_DUE, OrderedTable, OwnPaymentTable, PaymentOrderTable, PaymentTable
from funding.unscheduled import has_unscheduled_lines, line_starts, unscheduled_page

STARTED_LINES = (AmountKind.TRIAGE, AmountKind.COMPENSATION)


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


@http_methods("GET")
def order_list(request, template_name="funding/order_list.html"):
    require(has_orders(request.actor))
    return table_response(
        request,
        queryset=PaymentOrder.objects.visible_to(request.actor),
        table_class=PaymentOrderTable,
        template_name=template_name,
        context={"can_pay": may(request.actor, Act.PAY)},
        table_options=_first_order(request.actor),
    )


def _first_order(actor: Actor) -> dict[str, str]:
    if not may(actor, Act.PAY):
        return {"empty_text": f"{WHAT_AN_ORDER_IS} La comptabilité de la caisse le prépare."}
    return {
        "empty_text": f"{WHAT_AN_ORDER_IS} Il se prépare à partir des versements dus.",
        "empty_url": reverse("funding:order_create"),
        "empty_label": "Préparer un bordereau",
    }


@http_methods("GET", "POST")
def order_create(request, template_name="funding/order_form.html"):
    """Show what is due in a period, then order it as it was shown."""
    require(may(request.actor, Act.PAY))
    period = PeriodForm(request.GET or initial_period(request.actor), actor=request.actor)
    payments = payments_of_period(request.actor, period)
    total = sum((payment.net_amount for payment in payments), Decimal(0))
    seen = {name: period[name].value() for name in period.fields} | {"seen_total": total}
    form = OrderForm(posted(request), actor=request.actor, initial=seen, auto_id="order-%s")
    if request.method == "POST" and (
        order := submit_form(request, form, actions.order_period, success="Les versements sont ordonnés.")
    ):
        return redirect("funding:order_detail", order.pk)
    count = len(payments)
    submit = f"Ordonner ces {count} versements" if count > 1 else "Ordonner ce versement"
    context = {"period": period, "form": form, "payments": payments, "total": total, "submit": submit}
    return show(request, template_name, context)


@http_methods("GET")
def order_detail(request, pk, template_name="funding/order_detail.html"):
    order = order_of(request, pk)
    return table_response(
        request,
        queryset=order.payments.select_related("contract__cpts"),
        table_class=OrderedTable,
        template_name=template_name,
        context={"order": order, "can_pay": may(request.actor, Act.PAY) and order.payments.to_pay().exists()},
        export_name=f"bordereau-{order.number}",
    )


@http_methods("GET", "POST")
def order_pay(request, pk, template_name="funding/order_pay.html"):
    """Pay at once what remains to pay of an order, as it was shown."""
    order = order_of(request, pk)
    require(may(request.actor, Act.PAY))
    payments = list(order.payments.to_pay())
    if request.method == "GET" and not payments:
        messages.info(request, f"{order} : tous ses versements sont déjà payés ou annulés.")
        return redirect("funding:order_detail", pk)
    total = sum((payment.net_amount for payment in payments), Decimal(0))
    initial = {"paid_on": clock.today(), "seen_total": total}
    form = PayOrderForm(posted(request), actor=request.actor, payments=payments, initial=initial)
    if request.method == "POST" and submit_form(
        request, form, actions.pay_order, order=order, success="Les paiements sont enregistrés."
    ):
        return redirect("funding:order_detail", pk)
    return show(request, template_name, {"order": order, "form": form, "count": len(payments), "total": total})


@http_methods("GET")
def schedule(request, pk, template_name="funding/schedule.html"):
    contracts = Contract.objects.visible_to(request.actor).signed().for_funding()
    contract = get_object_or_404(contracts, pk=pk)
    lines = schedule_of(contract, clock.today())
    if (kind := request.GET.get("_export")) in CONTENT_TYPES:
        return spreadsheet_response(kind, f"echeancier-{contract.number}", "Échéancier", *schedule_sheet(lines))
    years = schedule_years(contract, lines, clock.today())
    context = {
        "contract": contract,
        "years": years,
        "sums": schedule_sums(lines),
        "has_deductions": any(year.sums.deducted for year in years),
    }
    return show(request, template_name, context)


@http_methods("GET")
def unscheduled_care(request, pk, template_name="funding/unscheduled_care.html"):
    """R9: triage and the compensation of professionals, year by year."""
    contract = unscheduled_contract(request, pk)
    is_active = contract.status == ContractStatus.ACTIVE
    context = {
        "contract": contract,
        "has_lines": has_unscheduled_lines(contract),
        "page": unscheduled_page(contract, clock.today()),
        "can_start": is_active and is_party(request.actor, contract) and may(request.actor, Act.START_TRIAGE),
        "can_declare": is_party(request.actor, contract) and may(request.actor, Act.ENTER_SPENDING),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def line_start(request, pk, kind, template_name="funding/unscheduled_form.html"):
    """R9: record from which day a line counts."""
    contract = unscheduled_contract(request, pk)
    require(is_party(request.actor, contract) and may(request.actor, Act.START_TRIAGE))
    if kind not in STARTED_LINES:
        raise Http404
    line = AmountKind(kind)
    form = LineStartForm(posted(request), actor=request.actor, values={"starts_on": line_starts(contract)[line]})
    fields = {"contract": contract, "kind": line, "success": f"{line.label} : le premier jour est enregistré."}
    if request.method == "POST" and submit_form(request, form, contract_actions.start_line, **fields):
        return redirect("funding:unscheduled_care", pk)
    heading = f"{line.label} : premier jour"
    context = {"contract": contract, "form": form, "heading": heading, "submit": "Enregistrer", "row": None}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def compensation_declare(request, pk, year, template_name="funding/unscheduled_form.html"):
    """R9: declare what was really paid to professionals in a contract year."""
    contract = unscheduled_contract(request, pk)
    require(is_party(request.actor, contract) and may(request.actor, Act.ENTER_SPENDING))
    rows = {row.number: row for row in unscheduled_page(contract, clock.today()).years}
    if year not in rows:
        raise Http404
    form = CompensationForm(posted(request), actor=request.actor, values={"amount": rows[year].declared})
    fields = {"contract": contract, "number": year, "success": "Le montant est déclaré."}
    if request.method == "POST" and submit_form(request, form, contract_actions.declare_compensation, **fields):
        return redirect("funding:unscheduled_care", pk)
    heading = f"Compensation des professionnels, année {year}"
    context = {"contract": contract, "form": form, "heading": heading, "submit": "Déclarer", "row": rows[year]}
    return show(request, template_name, context)


def unscheduled_contract(request, pk) -> Contract:
    """Return a signed contract in the actor's scope, or answer 404."""
    return get_object_or_404(Contract.objects.visible_to(request.actor).signed().for_funding(), pk=pk)


@http_methods("GET")
def statement_detail(request, pk, template_name="funding/statement_detail.html"):
    related = ("contract__cpts", "agreement_version", "document__file")
    statements = Statement.objects.visible_to(request.actor).select_related(*related)
    statement = get_object_or_404(statements, pk=pk)
    if (kind := request.GET.get("_export")) in CONTENT_TYPES:
        return spreadsheet_response(kind, f"decompte-annee-{statement.year}", "Décompte", *statement_sheet(statement))
    revisions = list(statement.contract.statements.filter(year=statement.year))
    previous = next((row for row in revisions if row.revision == statement.revision - 1), None)
    context = {
        "statement": statement,
        "lines": opened_lines(statement),
        "revisions": [row for row in revisions if row != statement],
        "previous": previous,
        "difference": statement.total - previous.total if previous else None,
        "revised": [row for row in revised_lines(statement, previous) if row.difference] if previous else [],
    }
    return show(request, template_name, context)


def has_orders(actor: Actor) -> bool:
    """A fund has its orders; the national observer reads them all."""
    return actor.side in (Side.FUND, Side.NATIONAL)


def initial_period(actor: Actor) -> dict[str, str]:
    """Return, as the form reads them, the days from the oldest payment due to today."""
    today = clock.today()
    due = Payment.objects.visible_to(actor).payable().filter(due_on__lte=today)
    first_day = due.aggregate(first=Min("due_on"))["first"] or today
    return {"first_day": first_day.isoformat(), "last_day": today.isoformat()}


def order_of(request, pk) -> PaymentOrder:
    """Return an order in the actor's scope, or answer 404."""
    return get_object_or_404(PaymentOrder.objects.visible_to(request.actor), pk=pk)


def payments_of_period(actor: Actor, period: PeriodForm) -> list[Payment]:
    """Return what an order of this period would hold; nothing for a period that is not one."""
    if not period.is_valid():
        return []
    due = Payment.objects.visible_to(actor).payable().due_within(**period.cleaned_data)
    return list(due.select_related("contract__cpts"))


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
