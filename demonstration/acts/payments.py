"""The accountant of the fund orders what is due, then pays it (design §3)."""

from decimal import Decimal

from agreements.enums import LineKind
from core import clock
from demonstration.cast import Dossier
from funding import actions
from funding.enums import PaymentStatus
from funding.models import Payment


def order(dossier: Dossier, *, limit: int | None = None) -> None:
    """Order what is due, or the first `limit` of it."""
    for payment in dossier.contract.payments.payable()[:limit]:
        actions.order_payment(actor=dossier.accountant, payment=payment)


def order_quarter(dossier: Dossier) -> None:
    """Order at once, under one number, what is due to every CPTS of the fund."""
    today = clock.today()
    due = list(Payment.objects.visible_to(dossier.accountant).payable().filter(due_on__lte=today))
    if due:
        actions.order_period(
            actor=dossier.accountant,
            first_day=min(payment.due_on for payment in due),
            last_day=today,
            seen_total=sum((payment.net_amount for payment in due), Decimal(0)),
        )


def pay(dossier: Dossier) -> None:
    """Record the transfer of what was ordered."""
    today = clock.today()
    for number, payment in enumerate(dossier.contract.payments.filter(status=PaymentStatus.ORDERED), start=1):
        actions.pay_payment(
            actor=dossier.accountant,
            payment=payment,
            paid_on=today,
            reference=f"VIR-{today:%Y%m%d}-{number:02}",
        )


def cancel_compensation(dossier: Dossier, year: int) -> None:
    """Cancel the compensation of a year, which the CPTS gives up (R9)."""
    actions.cancel_payment(
        actor=dossier.accountant,
        payment=dossier.contract.payments.get(line_kind=LineKind.COMPENSATION, year=year),
        reason="La CPTS renonce à cette somme : un autre dispositif avait déjà indemnisé ces professionnels.",
    )
