"""Writes of the documents room: store a file, issue a document, sign it."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.enums import Power
from accounts.models import Delegation, Membership, Organisation, User
from accounts.permissions import RIGHTS, Act, check
from core import audit, clock, files
from core.actor import Actor
from core.dates import format_date
from core.enums import PARTIES
from core.errors import DomainError
from core.models import JobState
from documents import notifications, permissions, storage, tasks
from documents.enums import SigningState, Stamp
from documents.models import Document, Signature, StoredFile
from documents.signing import engine
from documents.signing.authority import current_authority
from documents.signing.engine import SignedPdf
from documents.verification.outside import OutsideFile, accepted_signature

ANY_KIND = tuple(files.KINDS)


@transaction.atomic
def store_file(
    *,
    actor: Actor,
    name: str,
    content: bytes,
    readers: Sequence[Organisation],
    kinds: Sequence[str] = ANY_KIND,
) -> StoredFile:
    """Store a file received from a person, readable by `readers`.

    Raises DomainError when its type, its content or its size is refused.
    """
    files.check_size(len(content), max_bytes=settings.EVIDENCE_MAX_BYTES)
    kind = files.recognise(name, content, kinds)
    stored = _store(actor, files.clean_name(name), kind.content_type, content, readers)
    audit.record(actor, "file.store", stored, after={"sha256": stored.sha256, "size": stored.size})
    return stored


@transaction.atomic
def issue_document(
    *,
    actor: Actor,
    kind: str,
    key: str,
    title: str,
    template_name: str,
    payload: dict,
    signatories: Sequence[Organisation],
    readers: Sequence[Organisation],
    in_order: bool = False,
    expires_on: date | None = None,
    former_round: Document | None = None,
) -> Document:
    """Freeze the data of a document and ask the worker for its PDF; the same `key` gives the same document.

    `signatories` sign when they like, or each after the one before where `in_order`, until `expires_on` included.
    `readers` may read it, the signatories among them. `former_round` is the document that this one is signed instead
    of: it stays as it is, and the new one prints which of its signatures are void.
    """
    document, created = Document.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "title": title,
            "template_name": template_name,
            "payload": {**payload, "former_round": _void_signatures(former_round)} if former_round else payload,
            "issued_at": clock.now(),
            "in_order": in_order,
            "expires_on": expires_on,
            "former_round": former_round,
        },
    )
    if not created:
        return document
    document.readers.set([*readers, *signatories])
    for position, organisation in enumerate(signatories, start=1):
        Signature.objects.create(
            document=document, side=organisation.side, organisation=organisation, position=position
        )
    audit.record(actor, "document.issue", document, after={"kind": kind, "key": key, "code": document.code})
    transaction.on_commit(partial(tasks.wake_renderer, document.pk))
    return document


def _void_signatures(former: Document) -> dict[str, Any]:
    """Return what a new round prints of the former one: its code, and the signatures that bind nobody any more."""
    given = former.signatures.filter(signed_at__isnull=False).select_related("organisation")
    return {
        "code": former.code,
        "issued_on": format_date(timezone.localdate(former.issued_at)),
        "signatures": [
            f"{row.signer_name}, pour {row.organisation.name}, le {format_date(timezone.localdate(row.signed_at))}"
            for row in given
        ],
    }


@transaction.atomic
def replace_document(*, actor: Actor, document: Document | None, by: Document) -> None:
    """Say that `by` takes the place of a document, or amends it: its verification says so from now on.

    Called by the room above when it takes effect. `by` replaces one document, a document may be amended many times;
    without a former document (a contract taken over from paper) there is nothing to say.
    """
    if document is None or by.replaces_id == document.pk:
        return
    if by.replaces_id is not None:
        raise DomainError("Ce document en remplace déjà un autre.")
    by.replaces = document
    by.save(update_fields=["replaces", "updated_at"])
    audit.record(actor, "document.replace", document, after={"by": by.code})


@transaction.atomic
def retry_document(*, actor: Actor, document: Document) -> Document:
    """Put a failed document back in the queue. Raises DomainError when it did not fail, NotAllowed to a reader."""
    permissions.check_may_retry(actor)
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.job_state != JobState.FAILED:
        raise DomainError("Ce document n’est pas en échec.")
    document.job_state, document.attempts, document.error = JobState.QUEUED, 0, ""
    document.save(update_fields=["job_state", "attempts", "error", "updated_at"])
    audit.record(actor, "document.retry", document)
    transaction.on_commit(partial(tasks.wake_renderer, document.pk))
    return document


@transaction.atomic
def sign_document(*, actor: Actor, document: Document, outside: OutsideFile | None = None) -> Document:
    """Put the signature of the actor's organisation on the bytes the others already signed.

    `outside` is the file signed elsewhere, with the signatory's own certificate, instead of the portal's.
    The row is locked: two people signing at the same instant sign one after the other, and none is lost.
    Raises NotAllowed, or DomainError when the document is not ready, the party has signed, or the file is refused.
    """
    check(actor, Act.SIGN)
    document = _locked(document)
    signature = _signature_of(actor, document)
    signer = User.objects.get(pk=actor.user_id)
    now = clock.now()
    _keep_delegation(actor, signature)
    make = partial(_sign_outside, outside) if outside else partial(_sign_here, signer, now)
    signed = make(document, signature)
    stored = _store(actor, document.file.name, "application/pdf", signed.content, document.readers.all(), document)
    signature.signed_at, signature.signer, signature.file = now, signer, stored
    signature.signer_name, signature.signer_title = signer.get_full_name(), signer.job_title
    _keep_signature(actor, document, signature, signed)
    return Document.objects.with_signatures().get(pk=document.pk)


def _keep_delegation(actor: Actor, signature: Signature) -> None:
    """Write by whose delegation, and by which deed, a signature is given; nothing for who signs in her own right.

    Raises DomainError when who delegated has left: a delegation does not outlive the power it comes from.
    """
    if actor.role in RIGHTS[Act.SIGN][actor.side]:
        return
    today = clock.today()
    given = Delegation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        grantee__user=actor.user_id,
        grantee__organisation=actor.organisation_id,
        power=Power.SIGN,
        starts_on__lte=today,
        grantor__in=Membership.objects.active().filter(organisation=actor.organisation_id),
    )
    delegation = given.select_related("grantor__user").first()
    if delegation is None:
        raise DomainError("Votre délégation ne vaut plus : la personne qui l’a donnée n’a plus accès au portail.")
    until = f" au {format_date(delegation.ends_on)}" if delegation.ends_on else ""
    signature.delegated_by = str(delegation.grantor.user)
    signature.delegation_deed = f"{delegation.deed}, à compter du {format_date(delegation.starts_on)}{until}"


def _sign_here(signer: User, signed_at: datetime, document: Document, signature: Signature) -> SignedPdf:
    organisation = signature.organisation.name
    return engine.sign_pdf(
        pdf=storage.read(document.file),
        field_name=signature.field_name,
        signer=current_authority().signer_for(signer.get_full_name(), organisation, signer.email),
        signer_name=" par délégation de ".join(filter(None, [signer.get_full_name(), signature.delegated_by])),
        reason=document.title,
        location=organisation,
        signed_at=signed_at,
        certify=not document.signatures.filter(signed_at__isnull=False).exists(),
    )


def _sign_outside(outside: OutsideFile, document: Document, signature: Signature) -> SignedPdf:
    """Take the signature made elsewhere, and what its certificate says of itself."""
    added = accepted_signature(document, signature, storage.read(document.file), outside)
    subject, issuer = engine.certificate_names(outside.content, added.field)
    signature.certificate_subject, signature.certificate_issuer = subject, issuer
    signature.is_certificate_known = added.trusted
    stamp = engine.stamp_of(outside.content, added.field) if added.is_timestamped else None
    awaits = bool(settings.TSA_URL) and stamp is None
    return SignedPdf(content=outside.content, stamp=stamp, awaits_stamp=awaits)


@transaction.atomic
def refuse_document(*, actor: Actor, document: Document, reason: str) -> Document:
    """Refuse to sign for the actor's organisation: who, when and why are kept, and nobody signs this document any more.

    Called by the room above, which says what becomes of what the document binds. A signature given is not taken back.
    """
    check(actor, Act.SIGN)
    if not reason.strip():
        raise DomainError("Indiquez la raison : elle est lue par les trois parties.", "reason")
    document = _locked(document)
    signature = _place_of(actor, document)
    signature.refused_at, signature.refused_by, signature.refusal_reason = clock.now(), actor.user_name, reason.strip()
    signature.save()
    audit.record(actor, "document.refuse", document, after={"side": signature.side, "reason": reason.strip()})
    return Document.objects.with_signatures().get(pk=document.pk)


@transaction.atomic
def close_round(*, actor: Actor, document: Document | None, because: str) -> None:
    """Close a round of signature without effect: what it was to bind has changed. Idempotent.

    A round that is signed, refused or closed stays what it is.
    """
    if document is None:
        return
    document = _locked(document)
    if document.signing_state not in (SigningState.OPEN, SigningState.EXPIRED):
        return
    document.closed_at, document.closed_because = clock.now(), because
    document.save(update_fields=["closed_at", "closed_because", "updated_at"])
    audit.record(actor, "document.close_round", document, after={"because": because})


@transaction.atomic
def remind_signatories(*, actor: Actor, document: Document) -> list[Signature]:
    """Send a mail to those whose signature is awaited, at most once a day each; return the places reminded.

    Raises DomainError when nobody else is awaited, or all were reminded today.
    """
    permissions.check_may_remind(actor)
    document = _locked(document)
    others = [row for row in document.awaited if row.organisation_id != actor.organisation_id]
    if not others:
        raise DomainError("Aucune autre signature n’est attendue sur ce document.")
    today = clock.today()
    due = [row for row in others if row.reminded_on != today]
    if not due:
        raise DomainError("Un rappel est déjà parti aujourd’hui : vous pourrez en envoyer un autre demain.")
    for row in due:
        row.reminded_on = today
        row.save(update_fields=["reminded_on", "updated_at"])
        audit.record(
            actor, "document.remind", document, after={"side": row.side, "organisation": row.organisation.name}
        )
        transaction.on_commit(partial(notifications.signature_reminder, row, actor.organisation_name))
    return due


def _locked(document: Document) -> Document:
    """Read a document again under lock, with its signatures as they are now."""
    return Document.objects.with_signatures().select_for_update(of=("self",)).get(pk=document.pk)


def _keep_signature(actor: Actor, document: Document, signature: Signature, signed: SignedPdf) -> None:
    """Write a signature with what vouches for its time; ask the worker for the time stamp that the document is owed."""
    if signed.stamp:
        signature.set_stamp(signed.stamp)
    elif signed.awaits_stamp:
        signature.stamp = Stamp.PENDING
    signature.save()
    document.file = signature.file
    if settings.TSA_URL and not document.signatures.filter(signed_at__isnull=True).exists():
        document.stamp = Stamp.PENDING
    document.save(update_fields=["file", "stamp", "updated_at"])
    after = {"side": signature.side, "sha256": signature.file.sha256, "stamp": signature.stamp}
    if signature.delegated_by:
        after |= {"delegated_by": signature.delegated_by, "deed": signature.delegation_deed}
    if signature.is_made_outside:
        after["certificate"] = signature.certificate_subject
    audit.record(actor, "document.sign", document, after=after)
    if Stamp.PENDING in (document.stamp, signature.stamp):
        transaction.on_commit(partial(tasks.wake_stamper, document.pk))


def _signature_of(actor: Actor, document: Document) -> Signature:
    """Return the place where the actor may sign now."""
    if not document.is_ready:
        raise DomainError("Le document est en cours de préparation : il pourra être signé dans un instant.")
    signature = _place_of(actor, document)
    if document.signatures.filter(signer=actor.user_id).exists():
        raise DomainError("Une même personne ne signe pas pour deux parties.")
    first = document.awaited[0]
    if document.in_order and first != signature:
        raise DomainError(f"Ce document se signe dans l’ordre : la signature de {first.organisation} vient d’abord.")
    return signature


def _place_of(actor: Actor, document: Document) -> Signature:
    """Return the place of the actor's organisation, free, in a document that may still be signed."""
    places = (row for row in document.signature_list if row.organisation_id == actor.organisation_id)
    signature = next(places, None) if actor.side in PARTIES else None
    if signature is None:
        raise DomainError("Votre organisation n’est pas signataire de ce document.")
    if signature.signed_at:
        raise DomainError("Votre organisation a déjà signé ce document.")
    if document.signing_state != SigningState.OPEN:
        raise DomainError(f"Ce document ne se signe plus. Il est à l’état « {document.signing_state.label} ».")
    return signature


def _store(
    actor: Actor, name: str, content_type: str, content: bytes, readers, document: Document | None = None
) -> StoredFile:
    stored = StoredFile.objects.create(
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=storage.write(content),
        stored_by_id=actor.user_id,
        document=document,
    )
    stored.readers.set(readers)
    return stored
