"""What the codes of this room mean in the journal (core.journal)."""

from funding.lifecycle import Transition

WORDS = {
    "payment.deduct": "a imputé un trop-perçu sur un versement",
    "payment.due": "a constaté qu’un versement est dû",
    "payment_order.create": "a émis un bordereau",
    "statement.issue": "a émis un décompte annuel",
    "statement.revise": "a révisé un décompte annuel",
    f"payment.{Transition.ORDER}": "a ordonné un versement",
    f"payment.{Transition.PAY}": "a enregistré un paiement",
    f"payment.{Transition.CANCEL}": "a annulé un versement",
    f"payment.{Transition.OFFSET}": "a compensé un versement par un trop-perçu",
}
FIELDS = {"payments": "versements", "source": "repris de"}
