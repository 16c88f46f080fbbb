"""The amendments of a contract as its dossier and the home page show them (R18)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from accounts.permissions import Act, may
from contracts import amending
from contracts.enums import AmendmentStatus
from contracts.models import OPEN_AMENDMENTS, Amendment, Contract
from core.actor import Actor
from dashboards.waiting import Waiting, awaits_signature_of, of_dossier


def amendment_items(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    """Return what the open amendments ask of the actor: to read and consent, then to sign."""
    if contract and not any(row.status in OPEN_AMENDMENTS for row in contract.amendments.all()):
        return
    mine = Amendment.objects.visible_to(actor).filter(pk=OuterRef("pk"))
    rows = Amendment.objects.visible_to(actor).open().select_related("contract__cpts", "document")
    rows = rows.annotate(
        my_consent=Subquery(
            mine.filter(consents__side=actor.side, consents__withdrawn_at__isnull=True).values(
                "consents__content_hash"
            )[:1]
        ),
        awaits_my_signature=awaits_signature_of(actor),
    )
    for row in rows.filter(contract=contract) if contract else rows:
        if item := _item(actor, row):
            yield replace(
                item, due=row.takes_effect_on, is_late=bool(row.takes_effect_on) and row.takes_effect_on <= today
            )


def _item(actor: Actor, amendment: Amendment) -> Waiting | None:
    match amendment.status:
        case AmendmentStatus.DRAFT if may(actor, Act.CONSENT) and not _stands(amendment):
            text = f"Relire l’{amendment.label[0].lower()}{amendment.label[1:]} et consentir à son contenu"
            return _of(amendment, text, "Relire et consentir", "amendment_detail")
        case AmendmentStatus.SIGNING if may(actor, Act.SIGN) and amendment.awaits_my_signature:
            if amendment.document.is_ready and not amendment.document.has_expired:
                text = f"Signer l’{amendment.label[0].lower()}{amendment.label[1:]}"
                return _of(amendment, text, "Lire et signer", "amendment_sign")
    return None


def _stands(amendment: Amendment) -> bool:
    """The actor's party consented to the amendment as it is: what changed since is to be read again."""
    if not amendment.my_consent:
        return False
    whole = Amendment.objects.with_page().get(pk=amendment.pk)
    return amendment.my_consent == amending.amendment_hash(whole)


def _of(amendment: Amendment, text: str, label: str, page: str) -> Waiting:
    item = of_dossier(amendment.contract, text, label, detail=amendment.reason[:120])
    return replace(item, url=reverse(f"contracts:{page}", args=[amendment.pk]))
