"""Mails of the accounts room."""

from accounts.enums import Power
from accounts.models import Delegation, Invitation, Membership, Organisation, User
from core.enums import Role
from core.mails import send_mail


def send_invitation(invitation: Invitation) -> bool:
    """Send an invitation's link to its address; say whether it left."""
    return send_mail("accounts/emails/invitation", to=[invitation.email], context={"invitation": invitation})


def second_factor_reset(user: User, reason: str) -> bool:
    """Tell a person that her second factor was taken away, and why; say whether the mail left."""
    context = {"user": user, "reason": reason}
    return send_mail("accounts/emails/second_factor_reset", to=[user.email], context=context)


def security_changed(user: User, sentence: str, *, to: str = "") -> bool:
    """Tell a person what changed of her means of signing in, at `to` or at her address; say whether the mail left."""
    context = {"user": user, "sentence": sentence}
    return send_mail("accounts/emails/security_changed", to=[to or user.email], context=context)


def address_changed(user: User, former: str) -> None:
    """Tell a person, at both addresses, which one opens her account from now on."""
    for address in (former, user.email):
        security_changed(user, f"L’adresse de votre compte est maintenant {user.email}, et elle seule.", to=address)


def delegation_granted(delegation: Delegation) -> bool:
    """Tell a person that a power is delegated to her, by which deed and for how long; say whether the mail left."""
    return _tell_delegate("accounts/emails/delegation_granted", delegation)


def delegation_ended(delegation: Delegation) -> bool:
    """Tell a person that someone ended her delegation; say whether the mail left."""
    return _tell_delegate("accounts/emails/delegation_ended", delegation)


def _tell_delegate(event: str, delegation: Delegation) -> bool:
    return send_mail(event, to=[delegation.grantee.user.email], context={"delegation": delegation})


def addresses_of(
    *organisations: Organisation, roles: tuple[Role, ...] | None = None, power: Power | None = None
) -> list[str]:
    """Return the addresses of the active people of organisations, in some roles if given, and of those to whom `power`
    is delegated today."""
    people = Membership.objects.active().filter(organisation__in=organisations)
    chosen = people.filter(role__in=roles) if roles else people
    addresses = set(chosen.values_list("user__email", flat=True))
    if power:
        delegates = people.select_related("user").prefetch_related("delegations_received")
        addresses.update(member.user.email for member in delegates if power in member.powers())
    return sorted(addresses)
