"""Pages of the orders: what is due in a period, ordered at once, then paid at once."""

from decimal import Decimal

from django.contrib import messages
from django.db.models import Min
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from core import clock
from core.actor import Actor
from core.http import http_methods, posted, require, show, submit_form
from core.tables import table_response
from funding import actions
from funding.forms import OrderForm, PayOrderForm, PeriodForm
from funding.models import Payment, PaymentOrder
from funding.permissions import has_orders
from funding.tables import WHAT_AN_ORDER_IS, OrderedTable, PaymentOrderTable


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
