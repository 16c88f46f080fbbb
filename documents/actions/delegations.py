"""A delegation given with the deed that allows it."""

from datetime import date

from django.db import transaction

from accounts.actions import grant_delegation
from accounts.enums import Power
from accounts.models import Delegation, Membership, Organisation
from accounts.permissions import RIGHTS, Act
from core.actor import Actor
from core.errors import DomainError
from documents.actions.files import store_file
from documents.models import DelegationDeed


@transaction.atomic
def grant_delegation_with_deed(
    *,
    actor: Actor,
    copy: tuple[str, bytes],
    grantee: Membership,
    power: Power,
    deed: str,
    deed_on: date,
    starts_on: date,
    ends_on: date | None = None,
) -> Delegation:
    """Give a power as `accounts.actions.grant_delegation` does, and keep the deed: `copy` is a PDF (name, bytes).

    The deed is read by the actor's organisation; the parties of a document read it once a delegate has signed.
    """
    own = Organisation.objects.get(pk=actor.organisation_id)

    def keep_deed(delegation: Delegation) -> None:
        name, content = copy
        file = store_file(actor=actor, name=name, content=content, readers=[own], kinds=("pdf",))
        DelegationDeed.objects.create(delegation=delegation, file=file)

    return grant_delegation(
        actor=actor,
        grantee=grantee,
        power=power,
        deed=deed,
        deed_on=deed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        keep_deed=keep_deed,
    )


def mandate_of(signatory: Actor) -> DelegationDeed | None:
    """Return the deed by which a delegate signs today, None for who signs in her own right.

    Raises DomainError when nothing that she received counts any more, or when the deed was never deposited.
    """
    if signatory.role in RIGHTS[Act.SIGN].get(signatory.side, ()):
        return None
    received = Delegation.objects.in_force().filter(
        grantee__user=signatory.user_id, grantee__organisation=signatory.organisation_id, power=Power.SIGN
    )
    if not received.exists():
        raise DomainError("Votre délégation ne vaut plus : la personne qui l’a donnée n’a plus accès au portail.")
    deeds = DelegationDeed.objects.filter(delegation__in=received).select_related("delegation__grantor__user", "file")
    deed = deeds.order_by("delegation__starts_on", "delegation__created_at").first()
    if deed is None:
        raise DomainError(
            "L’acte de votre délégation n’est pas déposé : qui l’a donnée y met fin et la donne avec lui."
        )
    return deed
