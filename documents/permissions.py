"""Who may do what to a document: asked by the actions. Signing is `accounts.permissions.Act.SIGN`."""

from core.actor import Actor
from core.enums import PARTIES, Role, Side
from core.errors import NotAllowed


def may_retry(actor: Actor) -> bool:
    """Whoever works for a party starts a failed layout again; who only reads changes nothing."""
    return actor.side == Side.SYSTEM or (actor.side in PARTIES and actor.role != Role.READER)


def check_may_retry(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may start a failed layout again."""
    if not may_retry(actor):
        raise NotAllowed("Votre rôle est de lire : demandez à une personne de votre organisation de relancer.")
