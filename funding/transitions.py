"""How the state of a payment changes: under lock, by the table, with the facts that go with it and both traces."""

from typing import Any

from contracts.models import Contract
from core import audit
from core.actor import Actor
from funding import lifecycle
from funding.lifecycle import Transition
from funding.models import Payment, PaymentTransition


def lock_payments(contract: Contract) -> None:
    """Lock the payments of a locked contract, in the order in which an order of payments takes them."""
    list(contract.payments.select_for_update(of=("self",)))


def move(payment: Payment, actor: Actor, transition: Transition, comment: str = "", **facts: Any) -> Payment:
    """Change the state of a locked payment; TransitionNotAllowed when the table refuses."""
    source = payment.status
    payment.status = lifecycle.target_of(transition, status=source, side=actor.side, comment=comment)
    for name, value in facts.items():
        setattr(payment, name, value)
    payment.save(update_fields=["status", "updated_at", *facts])
    audit.log_transition(PaymentTransition, actor, payment, transition, source=source, comment=comment)
    after = {"status": payment.status, **{name: getattr(value, "pk", value) for name, value in facts.items()}}
    audit.record(actor, f"payment.{transition}", payment, before={"status": source}, after=after)
    return payment
