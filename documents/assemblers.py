"""What the page of the delegations shows, read from the rows."""

from dataclasses import dataclass

from accounts.enums import DelegationState
from accounts.models import Delegation, User
from core.actor import Actor
from documents.models import DelegationDeed, StoredFile


@dataclass(frozen=True, kw_only=True)
class DelegationRow:
    """A delegation, its deed where it was deposited, and who lost her access, so that it does not count meanwhile."""

    delegation: Delegation
    deed: StoredFile | None
    without_access: User | None


def delegation_rows(actor: Actor) -> list[DelegationRow]:
    """Return the delegations of the actor's organisation, the latest first."""
    deeds = {row.delegation_id: row.file for row in DelegationDeed.objects.visible_to(actor).select_related("file")}
    rows = Delegation.objects.visible_to(actor).select_related("grantor__user", "grantee__user")
    return [DelegationRow(delegation=row, deed=deeds.get(row.pk), without_access=_without_access(row)) for row in rows]


def _without_access(delegation: Delegation) -> User | None:
    """Return who, of the two, has no access any more; None once the delegation is over, which says enough."""
    if delegation.state == DelegationState.OVER:
        return None
    places = (delegation.grantor, delegation.grantee)
    return next((place.user for place in places if not (place.is_active and place.user.is_active)), None)
