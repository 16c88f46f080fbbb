"""What the page of the delegations shows, read from the rows."""

from dataclasses import dataclass

from accounts.models import Delegation
from core.actor import Actor
from documents.models import DelegationDeed, StoredFile


@dataclass(frozen=True, kw_only=True)
class DelegationRow:
    """A delegation, and its deed where it was deposited."""

    delegation: Delegation
    deed: StoredFile | None


def delegation_rows(actor: Actor) -> list[DelegationRow]:
    """Return the delegations of the actor's organisation, the latest first."""
    deeds = {row.delegation_id: row.file for row in DelegationDeed.objects.visible_to(actor).select_related("file")}
    rows = Delegation.objects.visible_to(actor).select_related("grantor__user", "grantee__user")
    return [DelegationRow(delegation=row, deed=deeds.get(row.pk)) for row in rows]
