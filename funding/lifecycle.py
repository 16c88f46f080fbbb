"""The lifecycle of a payment (design §3), as a table."""

from dataclasses import dataclass
from enum import StrEnum

from core.enums import Side
from core.errors import TransitionNotAllowed
from funding.enums import PaymentStatus


class Transition(StrEnum):
    """What the accountant of the fund does with a payment, and the portal with what is wholly deducted (R18)."""

    ORDER = "order"
    PAY = "pay"
    CANCEL = "cancel"
    OFFSET = "offset"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """From which states, to which one, by which sides, with a comment or not."""

    sources: tuple[PaymentStatus, ...]
    target: PaymentStatus
    sides: tuple[Side, ...] = (Side.FUND,)
    comment_required: bool = False


RULES: dict[Transition, Rule] = {
    Transition.ORDER: Rule(sources=(PaymentStatus.DUE,), target=PaymentStatus.ORDERED),
    Transition.PAY: Rule(sources=(PaymentStatus.ORDERED,), target=PaymentStatus.PAID),
    Transition.CANCEL: Rule(
        sources=(PaymentStatus.DUE, PaymentStatus.ORDERED), target=PaymentStatus.CANCELLED, comment_required=True
    ),
    Transition.OFFSET: Rule(sources=(PaymentStatus.DUE,), target=PaymentStatus.OFFSET, sides=(Side.SYSTEM,)),
}


WORDS: dict[Transition, str] = {
    Transition.ORDER: "a ordonné le versement",
    Transition.PAY: "a enregistré le paiement",
    Transition.CANCEL: "a annulé le versement",
    Transition.OFFSET: "a soldé le versement par déduction",
}


def available(status: PaymentStatus, side: Side) -> list[Transition]:
    """Return what `side` may do in `status`."""
    return [name for name, rule in RULES.items() if status in rule.sources and side in rule.sides]


def target_of(transition: Transition, *, status: PaymentStatus, side: Side, comment: str = "") -> PaymentStatus:
    """Return the state after `transition`; raise TransitionNotAllowed with the reason otherwise."""
    rule = RULES[transition]
    if side not in rule.sides:
        raise TransitionNotAllowed("Seule la caisse ordonne, paie ou annule un versement.")
    if status not in rule.sources:
        raise TransitionNotAllowed(f"Ce versement est déjà à l’état « {PaymentStatus(status).label} ».")
    if rule.comment_required and not comment.strip():
        raise TransitionNotAllowed("Indiquez le motif.", field="reason")
    return rule.target
