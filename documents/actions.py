"""Writes of the documents room: store a file, issue a document, sign it."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.db import transaction

from accounts.models import Organisation, User
from accounts.permissions import Act, check
from core import audit, clock, files
from core.actor import Actor
from core.enums import PARTIES
from core.errors import DomainError
from core.models import JobState
from documents import permissions, signing, storage, tasks
from documents.authority import current_authority
from documents.enums import Stamp
from documents.models import Document, Signature, StoredFile
from documents.signing import SignedPdf

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
) -> Document:
    """Freeze the data of a document and ask the worker for its PDF; the same `key` gives the same document.

    `signatories` sign in the order given; `readers` may read it, the signatories among them.
    """
    document, created = Document.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "title": title,
            "template_name": template_name,
            "payload": payload,
            "issued_at": clock.now(),
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
def sign_document(*, actor: Actor, document: Document) -> Document:
    """Put the signature of the actor's organisation on the bytes the others already signed.

    The row is locked: two people signing at the same instant sign one after the other, and none is lost.
    Raises NotAllowed, or DomainError when the document is not ready or the party has signed.
    """
    check(actor, Act.SIGN)
    document = Document.objects.select_for_update(of=("self",)).select_related("file").get(pk=document.pk)
    signature = _signature_of(actor, document)
    signer = User.objects.get(pk=actor.user_id)
    now = clock.now()
    signed = signing.sign_pdf(
        pdf=storage.read(document.file),
        field_name=signature.field_name,
        signer=current_authority().signer_for(signer.get_full_name(), signature.organisation.name, signer.email),
        signer_name=signer.get_full_name(),
        reason=document.title,
        location=signature.organisation.name,
        signed_at=now,
        certify=not document.signatures.filter(signed_at__isnull=False).exists(),
    )
    stored = _store(actor, document.file.name, "application/pdf", signed.content, document.readers.all(), document)
    signature.signed_at, signature.signer, signature.file = now, signer, stored
    signature.signer_name, signature.signer_title = signer.get_full_name(), signer.job_title
    _keep_signature(actor, document, signature, signed)
    return Document.objects.with_signatures().get(pk=document.pk)


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
    audit.record(actor, "document.sign", document, after=after)
    if Stamp.PENDING in (document.stamp, signature.stamp):
        transaction.on_commit(partial(tasks.wake_stamper, document.pk))


def _signature_of(actor: Actor, document: Document) -> Signature:
    if not document.is_ready:
        raise DomainError("Le document est en cours de préparation : il pourra être signé dans un instant.")
    signature = (
        document.signatures.select_related("organisation")
        .filter(side__in=PARTIES, organisation=actor.organisation_id)
        .first()
    )
    if signature is None:
        raise DomainError("Votre organisation n’est pas signataire de ce document.")
    if signature.signed_at:
        raise DomainError("Votre organisation a déjà signé ce document.")
    if document.signatures.filter(signer=actor.user_id).exists():
        raise DomainError("Une même personne ne signe pas pour deux parties.")
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
