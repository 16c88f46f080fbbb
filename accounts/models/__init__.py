"""Organisations of the four sides, people, and the place of a person in an organisation."""

from accounts.models.delegation import Delegation, DelegationQuerySet
from accounts.models.invitation import Invitation, InvitationQuerySet, new_token
from accounts.models.membership import Membership, MembershipQuerySet
from accounts.models.organisation import MOST_SIGNATORIES, Organisation, OrganisationQuerySet, PartyScopedQuerySet
from accounts.models.user import User, UserManager

__all__ = [
    "MOST_SIGNATORIES",
    "Delegation",
    "DelegationQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Organisation",
    "OrganisationQuerySet",
    "PartyScopedQuerySet",
    "User",
    "UserManager",
    "new_token",
]
