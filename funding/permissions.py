"""Who reads the orders of the funding room; who orders and pays is an act (accounts.permissions)."""

from core.actor import Actor
from core.enums import Side


def has_orders(actor: Actor) -> bool:
    """A fund has its orders; the national observer reads them all."""
    return actor.side in (Side.FUND, Side.NATIONAL)
