"""Mails of the documents room."""

from accounts.enums import Power
from accounts.models import Membership
from accounts.notifications import addresses_of
from core.enums import Role
from core.mails import send_mail
from documents.models import Signature

SIGNERS = (Role.PRESIDENT, Role.SIGNATORY)


def signature_reminder(signature: Signature, organisation_name: str) -> bool:
    """Remind those who may sign for an organisation that a document waits for them; say whether all left."""
    organisation = signature.organisation
    members = Membership.objects.active().filter(organisation=organisation).select_related("user")
    holders = members.prefetch_related("delegations_received")
    delegates = [member.user.email for member in holders if Power.SIGN in member.powers()]
    return send_mail(
        "documents/emails/signature_reminder",
        to=[*addresses_of(organisation, roles=SIGNERS), *delegates],
        context={"signature": signature, "document": signature.document, "reminded_by": organisation_name},
    )
