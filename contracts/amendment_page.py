"""What the pages of an amendment show: the comparison, whose turn it is, the three parties."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from contracts import amending, amendment_words, permissions
from contracts.enums import AmendmentStatus
from contracts.models import Amendment, Contract
from contracts.panels import (
    WHO,
    awaited_words,
    consent_lines,
    short_code,
    spoken_list,
    too_late_to_sign,
)
from core import clock
from core.actor import Actor
from core.enums import PARTIES
from core.face import PartyLine, Turn
from core.fingerprints import fingerprint
from core.wording import Lack
from documents.panels import circuit_of, signature_lines
from documents.permissions import can_remind


@dataclass(frozen=True, kw_only=True)
class AmendmentPage:
    """The content of an amendment in words, its fingerprint, what is missing, and the three parties."""

    words: dict[str, Any]
    digest: str
    code: str
    missing: list[Lack]
    consents: list[PartyLine]
    signatures: list[PartyLine]


def page_of(amendment: Amendment) -> AmendmentPage:
    """Return what the page of an amendment shows."""
    content = amending.amendment_content(amendment)
    digest = amendment.agreed_hash or fingerprint(content)
    return AmendmentPage(
        words=amendment_words.words_of(content),
        digest=digest,
        code=short_code(digest),
        missing=amending.missing_items(amendment),
        consents=consent_lines(amendment.contract, digest, amendment),
        signatures=signature_lines(amendment.document),
    )


def may_consent_now(actor: Actor, amendment: Amendment) -> bool:
    """The actor may consent, has not done so, and nothing is missing."""
    if not permissions.can_consent_to_amendment(actor, amendment) or amending.missing_items(amendment):
        return False
    return actor.side not in _consented(amendment)


def turn_of(actor: Actor, amendment: Amendment) -> Turn | None:
    """Return whose turn it is, as the person who looks should read it; None when nothing is expected."""
    match amendment.status:
        case AmendmentStatus.DRAFT:
            return _drafting(actor, amendment)
        case AmendmentStatus.SIGNING:
            return _signing(actor, amendment)
        case _:
            return None


def may_sign_now(actor: Actor, amendment: Amendment) -> bool:
    """The amendment waits for the signature of the actor's party, and she may give it."""
    return permissions.can_sign_amendment(actor, amendment) and amendment.document.awaits(actor)


def signature_context(actor: Actor, amendment: Amendment) -> dict[str, Any]:
    """Return what the page of a signature shows, but for the form."""
    return {
        "amendment": amendment,
        "contract": amendment.contract,
        "document": amendment.document,
        "code": short_code(amendment.agreed_hash),
        "words": amendment_words.words_of(amending.amendment_content(amendment)),
        "signatures": signature_lines(amendment.document),
        **circuit_of(actor, amendment.document),
        "can_remind": can_remind(actor, amendment.document),
        "can_sign": may_sign_now(actor, amendment),
    }


def initial_values(contract: Contract, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form holds at first, by field name: what is stored, or what the contract says."""
    version = stored.get("agreement_version")
    clauses = amending.situation_of(contract, contract.year_on(clock.today())).clauses
    return {
        **stored,
        "takes_effect_year": stored.get("takes_effect_year") or 0,
        "agreement_version": version.code if version else "",
        "local_clauses": stored["local_clauses"] if stored.get("rewrites_clauses") else clauses,
        **{f"add_{code}": True for code in stored.get("added", ())},
        **{f"start_{code}": day for code, day in stored.get("added", {}).items()},
        **{f"drop_{code}": True for code in stored.get("dropped", ())},
    }


def _consented(amendment: Amendment) -> set[str]:
    digest = amending.amendment_hash(amendment)
    given = amendment.consents.filter(withdrawn_at__isnull=True, content_hash=digest)
    return set(given.values_list("side", flat=True))


def _drafting(actor: Actor, amendment: Amendment) -> Turn:
    if amending.missing_items(amendment):
        text = "L’avenant est à reprendre avant que les parties y consentent."
        url = reverse("contracts:amendment_edit", args=[amendment.pk])
        is_mine = permissions.can_edit_amendment(actor, amendment)
        return Turn(text=text, is_mine=is_mine, url=url if is_mine else "", label="Reprendre l’avenant")
    waiting = [side for side in PARTIES if side not in _consented(amendment)]
    if actor.side in waiting and permissions.can_consent_to_amendment(actor, amendment):
        detail = "Au troisième consentement, il part à la signature."
        return Turn(text="À vous\u00a0: relisez l’avenant, puis consentez à son contenu.", detail=detail)
    names = spoken_list([WHO[side] for side in waiting])
    return Turn(text=f"Chez {names}\u00a0: consentement attendu.", is_mine=False)


def _signing(actor: Actor, amendment: Amendment) -> Turn:
    if not amendment.document.is_ready:
        return Turn(text="Le document de l’avenant est en cours de préparation.", is_mine=False)
    if too_late := too_late_to_sign(amendment.document, "il retourne à la rédaction"):
        return too_late
    if may_sign_now(actor, amendment):
        url = reverse("contracts:amendment_sign", args=[amendment.pk])
        return Turn(text="À vous\u00a0: signez l’avenant.", url=url, label="Lire et signer l’avenant")
    return Turn(text=f"Chez {awaited_words(amendment.document)}\u00a0: signature attendue.", is_mine=False)
