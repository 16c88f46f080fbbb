"""Mails of the accounts room."""

from accounts.models import Invitation, Membership, Organisation
from core.enums import Role
from core.mails import send_mail


def send_invitation(invitation: Invitation) -> bool:
    """Send an invitation's link to its address; say whether it left."""
    return send_mail("accounts/emails/invitation", to=[invitation.email], context={"invitation": invitation})


def addresses_of(*organisations: Organisation, roles: tuple[Role, ...] | None = None) -> list[str]:
    """Return the addresses of the active people of organisations, in some roles if given."""
    people = Membership.objects.active().filter(organisation__in=organisations)
    if roles:
        people = people.filter(role__in=roles)
    return list(people.values_list("user__email", flat=True).distinct())
