"""Whose consents stand: to be counted, to warn of before a change, to be told once it has withdrawn them."""

from collections.abc import Collection

from django.utils.text import capfirst

from contracts.assemblers import content_hash
from contracts.models import Amendment, AmendmentConsent, Consent, Contract
from core.enums import PARTIES
from core.wording import of, spoken_list, the


def current_consents(subject: Contract | Amendment) -> list[Consent | AmendmentConsent]:
    """Return the consents that nobody withdrew, stale ones included."""
    return list(subject.consents.filter(withdrawn_at__isnull=True))


def standing_consents(subject: Contract | Amendment, digest: str | None = None) -> list[Consent | AmendmentConsent]:
    """Return the consents given to the content as it is now; a consent to another content does not count.

    `digest` is that of the content, read from the contract when it is not given; an amendment has to give its own.
    """
    digest = digest or content_hash(subject)
    return [consent for consent in current_consents(subject) if consent.content_hash == digest]


def consenting_parties(subject: Contract | Amendment) -> list[str]:
    """Return the names of the parties whose consent nobody withdrew: « la CPTS du Val », « l’ARS Bretagne »."""
    contract = subject.contract if isinstance(subject, Amendment) else subject
    sides = {consent.side for consent in current_consents(subject)}
    return [the(contract.party(side).name) for side in PARTIES if side in sides]


def withdrawal_words(parties: Collection[str]) -> str:
    """Return « le consentement de la CPTS du Val » of these parties, as `consenting_parties` names them."""
    if not parties:
        return ""
    whose = spoken_list([of(name) for name in parties])
    return f"le consentement {whose}" if len(parties) == 1 else f"les consentements {whose}"


def withdrawn_words(before: Collection[str], subject: Contract | Amendment) -> str:
    """Return the sentence that names whose consents a change has withdrawn, among those who had consented `before`."""
    fallen = [name for name in before if name not in consenting_parties(subject)]
    if not fallen:
        return ""
    are = "est retiré : cette partie devra" if len(fallen) == 1 else "sont retirés : ces parties devront"
    return f"Le contenu a changé. {capfirst(withdrawal_words(fallen))} {are} consentir de nouveau."
