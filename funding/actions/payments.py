"""What the accountant of a fund does with payments: order and pay them, one by one or together, or cancel one."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from accounts.models import Organisation
from accounts.permissions import Act, check
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError, NotAllowed
from core.locking import read_locked
from funding import transitions
from funding.lifecycle import Transition
from funding.models import Payment, PaymentOrder
from funding.rules import check_paid_on


@transaction.atomic
def order_payment(*, actor: Actor, payment: Payment) -> Payment:
    """The accountant orders a payment that is due; for a repayment (R19), claims it from the CPTS."""
    payment = _lock(actor, payment)
    return _order(actor, payment)


@transaction.atomic
def order_period(*, actor: Actor, first_day: date, last_day: date, seen_total: Decimal) -> PaymentOrder:
    """Order all that is due between two days, both included, as one numbered order of the accountant's fund.

    `seen_total` is the sum that the accountant read, in euros: another one is refused. Repayments are claimed one by
    one. Raises DomainError when nothing is due in the period.
    """
    check(actor, Act.PAY)
    if last_day < first_day:
        raise DomainError("La période se termine avant de commencer.", field="last_day")
    if last_day > clock.today():
        raise DomainError("Un versement ne s’ordonne pas avant le jour où il est dû.", field="last_day")
    fund = Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    due = Payment.objects.visible_to(actor).payable().due_within(first_day, last_day)
    payments = list(due.select_for_update(of=("self",)).select_related("contract"))
    total = sum((payment.net_amount for payment in payments), Decimal(0))
    if not payments:
        raise DomainError("Aucun versement n’est dû sur cette période.", field="last_day")
    if total != seen_total:
        raise DomainError("Les versements dus ont changé depuis que vous les avez lus : relisez la liste.")
    order = PaymentOrder.objects.create(
        number=1 + (PaymentOrder.objects.filter(organisation=fund).aggregate(last=Max("number"))["last"] or 0),
        first_day=first_day,
        last_day=last_day,
        ordered_on=clock.today(),
        total=total,
        **audit.signed_by(actor),
    )
    for payment in payments:
        _order(actor, payment, order=order)
    audit.record(actor, "payment_order.create", order, after={"total": total, "payments": len(payments)})
    return order


@transaction.atomic
def pay_payment(*, actor: Actor, payment: Payment, paid_on: date, reference: str) -> Payment:
    """The accountant records that an ordered payment was made, with its date and reference."""
    payment = _lock(actor, payment)
    return _pay(actor, payment, paid_on, reference)


@transaction.atomic
def pay_order(*, actor: Actor, order: PaymentOrder, paid_on: date, reference: str, seen_total: Decimal) -> PaymentOrder:
    """The accountant records that all that remains to pay of an order was paid on one day, under one reference.

    `seen_total` is the sum that she read, in euros: another one is refused. Raises DomainError when nothing remains.
    """
    check(actor, Act.PAY)
    if actor.organisation_id != order.organisation_id:
        raise NotAllowed("Ce bordereau relève d’une autre caisse.")
    payments = list(order.payments.to_pay().select_for_update(of=("self",)).select_related("contract"))
    if not payments:
        raise DomainError("Tous les versements de ce bordereau sont déjà payés ou annulés.")
    if sum(payment.net_amount for payment in payments) != seen_total:
        raise DomainError("Les versements à payer ont changé depuis que vous les avez lus : relisez le bordereau.")
    for payment in payments:
        _pay(actor, payment, paid_on, reference)
    return order


@transaction.atomic
def cancel_payment(*, actor: Actor, payment: Payment, reason: str) -> Payment:
    """The accountant cancels a payment, with the reason."""
    payment = _lock(actor, payment)
    if payment.deducted:
        raise DomainError("Une déduction a déjà été faite sur ce versement : il ne s’annule plus.")
    return transitions.move(payment, actor, Transition.CANCEL, comment=reason, cancel_reason=reason.strip())


def _lock(actor: Actor, payment: Payment) -> Payment:
    """Lock a payment of the accountant's fund; raise NotAllowed for anyone else."""
    check(actor, Act.PAY)
    payment = read_locked(Payment.objects.select_related("contract"), payment.pk)
    if actor.organisation_id != payment.contract.fund_id:
        raise NotAllowed("Ce versement relève d’une autre caisse.")
    return payment


def _pay(actor: Actor, payment: Payment, paid_on: date, reference: str) -> Payment:
    if not reference.strip():
        raise DomainError("Indiquez la référence du virement.", field="reference")
    check_paid_on(paid_on, ordered_on=payment.ordered_on, today=clock.today())
    return transitions.move(payment, actor, Transition.PAY, paid_on=paid_on, reference=reference.strip())


def _order(actor: Actor, payment: Payment, order: PaymentOrder | None = None) -> Payment:
    if payment.is_to_deduct:
        raise DomainError("Cette somme se déduit des prochains versements : elle ne s’ordonne pas (R18).")
    return transitions.move(payment, actor, Transition.ORDER, ordered_on=clock.today(), order=order)
