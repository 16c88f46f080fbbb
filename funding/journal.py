"""What the codes of this room mean in the journal (core.journal)."""

from funding.lifecycle import WORDS as TRANSITION_WORDS

WORDS = {
    "payment.deduct": "a imputé un trop-perçu sur un versement",
    "payment.due": "a constaté qu’un versement est dû",
    "payment_order.create": "a émis un bordereau",
    "statement.issue": "a émis un décompte annuel",
    "statement.revise": "a révisé un décompte annuel",
    **{f"payment.{transition}": words for transition, words in TRANSITION_WORDS.items()},
}
FIELDS = {"payments": "versements", "source": "repris de"}
