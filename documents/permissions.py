"""Who may do what to a document: asked by the actions. Signing is `accounts.permissions.Act.SIGN`."""

from collections.abc import Iterable

from accounts.enums import DelegationState, Power
from accounts.models import Delegation
from accounts.permissions import Act, check, may
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.enums import PARTIES, Role, Side
from core.errors import NotAllowed
from documents.models import Document


def may_retry(actor: Actor) -> bool:
    """Whoever works for a party starts a failed layout again; who only reads changes nothing."""
    return actor.side == Side.SYSTEM or (actor.side in PARTIES and actor.role != Role.READER)


def check_may_retry(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may start a failed layout again."""
    if not may_retry(actor):
        raise NotAllowed("Votre rôle est de lire : demandez à une personne de votre organisation de relancer.")


def may_remind(actor: Actor) -> bool:
    """Whoever works for a party reminds the two others."""
    return actor.side in PARTIES and actor.role != Role.READER


def can_remind(actor: Actor, document: Document) -> bool:
    """There is another party to remind, that was not reminded today."""
    today = clock.today()
    others = [row for row in document.awaited if row.organisation_id != actor.organisation_id]
    return may_remind(actor) and any(row.reminded_on != today for row in others)


def offered(actor: Actor, document: Document) -> dict[str, bool]:
    """Return what the card of a document offers to `actor`, by the names its template knows."""
    is_awaited = any(row.organisation_id == actor.organisation_id for row in document.awaited)
    return {
        "can_retry": may_retry(actor),
        "can_remind": can_remind(actor, document),
        "awaits_another": is_awaited and not may(actor, Act.SIGN),
    }


def check_may_remind(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may remind those who are to sign."""
    if not may_remind(actor):
        raise NotAllowed("Votre rôle est de lire : demandez à une personne de votre organisation d’envoyer le rappel.")


def check_may_sign(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may sign, with what became of the delegation she had, if she had one."""
    if may(actor, Act.SIGN):
        return
    received = Delegation.objects.filter(
        grantee__user=actor.user_id, grantee__organisation=actor.organisation_id, power=Power.SIGN
    )
    if last := _last_to_count(received):
        raise NotAllowed(_why_not(last))
    check(actor, Act.SIGN)


def _last_to_count(received: Iterable[Delegation]) -> Delegation | None:
    """Return the delegation to speak of: one to come, else the one that counted last, else one that never did."""
    to_come = [row for row in received if row.state == DelegationState.TO_COME]
    over = [row for row in received if row.state == DelegationState.OVER]
    if to_come:
        return min(to_come, key=lambda row: row.starts_on)
    return max(over, key=lambda row: (row.has_counted, row.last_day), default=None)


def _why_not(delegation: Delegation) -> str:
    if delegation.state == DelegationState.TO_COME:
        return f"Votre délégation de signature ne vaut qu’à partir du {format_date(delegation.starts_on)}."
    if not delegation.has_counted:
        return f"Votre délégation de signature a été {delegation.counted_words}."
    ended_on = format_date(delegation.last_day)
    return (
        f"Votre délégation de signature a pris fin le {ended_on}\u00a0: qui l’a donnée peut en donner une autre, "
        "depuis la page Équipe."
    )
