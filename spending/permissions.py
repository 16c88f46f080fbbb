"""Who tells what the money was spent on (design §1)."""

from accounts.permissions import Act, check, may
from contracts.models import Contract
from core.actor import Actor
from core.errors import NotAllowed


def may_enter(actor: Actor, contract: Contract) -> bool:
    """Return whether the actor enters the budget and the spending of this contract: its own CPTS alone."""
    return may(actor, Act.ENTER_SPENDING) and actor.organisation_id == contract.cpts_id


def check_may_enter(actor: Actor, contract: Contract) -> None:
    """Raise NotAllowed unless the actor enters the spending of this contract."""
    check(actor, Act.ENTER_SPENDING)
    if actor.organisation_id != contract.cpts_id:
        raise NotAllowed("Ces dépenses sont celles d’une autre CPTS.")
