"""The accountant of the fund orders what is due, then pays it (design §3)."""

from core import clock
from demonstration.cast import Dossier
from funding import actions
from funding.enums import PaymentStatus


def order(dossier: Dossier, *, limit: int | None = None) -> None:
    """Order what is due, or the first `limit` of it."""
    for payment in dossier.contract.payments.filter(status=PaymentStatus.DUE, amount__gt=0)[:limit]:
        actions.order_payment(actor=dossier.accountant, payment=payment)


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
