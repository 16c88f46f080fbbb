"""Mails of the documents room."""

from accounts.enums import Power
from accounts.notifications import addresses_of
from core.enums import Role
from core.mails import send_mail
from documents.models import Signature

SIGNERS = (Role.PRESIDENT, Role.SIGNATORY)


def signature_turn(signature: Signature) -> bool:
    """Tell those who may sign for an organisation that its turn has come; say whether one left."""
    return send_mail(
        "documents/emails/signature_turn",
        to=addresses_of(signature.organisation, roles=SIGNERS, power=Power.SIGN),
        context={"signature": signature, "document": signature.document},
    )


def signature_reminder(signature: Signature, organisation_name: str) -> bool:
    """Remind those who may sign for an organisation that a document waits for them; say whether one left."""
    return send_mail(
        "documents/emails/signature_reminder",
        to=addresses_of(signature.organisation, roles=SIGNERS, power=Power.SIGN),
        context={"signature": signature, "document": signature.document, "reminded_by": organisation_name},
    )
