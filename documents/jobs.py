"""Work that the worker does for this room, found by row and safe to do twice."""

import logging
from collections import Counter
from datetime import timedelta
from itertools import takewhile
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from core import audit
from core.actor import SYSTEM
from core.locking import read_locked
from core.models import JobState
from documents import inventory, storage, tasks
from documents.enums import Stamp
from documents.layout.attachment import AttachedData, attached_data
from documents.layout.pdf import RenderError, SignatureField, render_pdf
from documents.models import Document, StoredFile
from documents.signing import engine

logger = logging.getLogger(__name__)

NAME_LENGTH = 120  # of a file, which a folder and a mail must take
LEASE = timedelta(minutes=3)  # longer than the hard time limit of a task
INVENTORY_SECONDS = 60  # shorter than the soft one


@shared_task
def render_document(document_id: str) -> None:
    """Make the PDF of a document, unless it is made or someone else is at it."""
    document = take(document_id)
    if document is None:
        return
    try:
        content = render(document)
    except RenderError as error:
        put_back(document, str(error))
        return
    try:
        finish(document, content)
    except storage.StorageUnavailable:
        wait_for_storage(document)


@shared_task
def resume_documents() -> int:
    """Wake the renderer for each document left behind by a lost worker or message; return how many."""
    waiting = Document.objects.filter(
        Q(job_state=JobState.QUEUED) | Q(job_state=JobState.RUNNING, lease_until__lt=timezone.now())
    )
    for pk in waiting.values_list("pk", flat=True):
        tasks.wake_renderer(pk)
    return len(waiting)


@shared_task
def take_inventory() -> None:
    """Go on with the inventory of the store for a minute, then again until it is over."""
    if inventory.take_inventory(seconds=INVENTORY_SECONDS) == inventory.Outcome.UNFINISHED:
        tasks.wake_inventory()


@shared_task
def stamp_document(document_id: str) -> bool:
    """Add the time stamp that a document is owed; an authority that does not answer is asked again later. Idempotent.

    Return whether the authority answered, or was not asked.
    """
    engine.load_engine()  # before the row is locked
    try:
        add_stamp(document_id)
    except engine.StampPending:
        return False
    except engine.SigningError:
        logger.exception("time stamp impossible", extra={"document": document_id})
    return True


@shared_task
def stamp_documents() -> int:
    """Ask for the time stamp of each document still owed one, until the authority is silent; return how many came."""
    waiting = Document.objects.awaiting_stamp().values_list("pk", flat=True)
    return len(list(takewhile(stamp_document, waiting)))


@transaction.atomic
def add_stamp(document_id: str) -> None:
    """Time-stamp a document: those who signed meanwhile waited for the row, the stamp covers them all."""
    document = read_locked(Document.objects.select_related("file"), document_id)
    if not Document.objects.awaiting_stamp().filter(pk=document.pk).exists():
        return
    stamped = engine.stamp_document(storage.read(document.file))
    for signature in document.signatures.filter(stamp=Stamp.PENDING):
        signature.set_stamp(stamped.stamp)
        signature.save()
    if document.stamp == Stamp.PENDING:
        document.set_stamp(stamped.stamp)
    document.file = store(document, stamped.content)
    document.save()
    after = {"sha256": document.file.sha256, "authority": stamped.stamp.authority, "at": stamped.stamp.at}
    audit.record(SYSTEM, "document.stamp", document, after=after)


def store(document: Document, content: bytes) -> StoredFile:
    """Store a PDF that the portal made of a document, for its readers."""
    stored = StoredFile.objects.create(
        name=f"{slugify(document.title)[:NAME_LENGTH]}.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=storage.write(content),
        document=document,
    )
    stored.readers.set(document.readers.all())
    return stored


@transaction.atomic
def take(document_id: str) -> Document | None:
    """Reserve a document for this worker; None when there is nothing to do."""
    document = Document.objects.select_for_update(of=("self",)).filter(pk=document_id).first()
    if document is None or document.job_state in (JobState.DONE, JobState.FAILED):
        return None
    now = timezone.now()
    if document.job_state == JobState.RUNNING and document.lease_until > now:
        return None
    if document.attempts >= Document.MAX_ATTEMPTS:
        document.job_state = JobState.FAILED
        document.error = "La mise en page s’est interrompue trois fois. Relancez-la, ou signalez-le."
    else:
        document.job_state, document.step, document.progress = JobState.RUNNING, "Mise en page", 30
        document.attempts += 1
        document.lease_until = now + LEASE
    document.save()
    return document if document.job_state == JobState.RUNNING else None


def render(document: Document) -> bytes:
    """Return the PDF of a document from its frozen data."""
    return render_pdf(**layout_of(document))


def layout_of(document: Document) -> dict[str, Any]:
    """Return what `render_pdf` takes of a document: plain values, that another process may receive."""
    return {
        "template_name": document.template_name,
        "context": {**document.payload, "document_code": document.code},
        "title": document.title,
        "issued_at": document.issued_at,
        "signature_fields": signature_fields(document),
        "data": data_of(document),
    }


def signature_fields(document: Document) -> list[SignatureField]:
    """Return the empty places of a document; a party that signs by several people has them numbered."""
    places = list(document.signatures.all())
    asked = Counter(item.organisation_id for item in places)
    given = Counter()
    fields = []
    for item in places:
        given[item.organisation_id] += 1
        count = asked[item.organisation_id]
        rank = f"signataire {given[item.organisation_id]} sur {count}" if count > 1 else ""
        fields.append(SignatureField(name=item.field_name, party=item.organisation_name, rank=rank))
    return fields


def data_of(document: Document) -> AttachedData | None:
    """Return the data that a document attaches, None for one that has nothing to compute with (minutes)."""
    if "content" not in document.payload:
        return None
    return attached_data(
        kind=document.kind,
        code=document.code,
        title=document.title,
        issued_at=document.issued_at,
        content=document.payload["content"],
    )


@transaction.atomic
def finish(document: Document, content: bytes) -> None:
    """Store the PDF once: a second worker that comes late changes nothing."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.job_state == JobState.DONE:
        return
    stored = store(document, content)
    document.file, document.job_state, document.step, document.progress = stored, JobState.DONE, "Prêt", 100
    document.lease_until = None
    document.save()
    audit.record(SYSTEM, "document.render", document, after={"sha256": stored.sha256})


@transaction.atomic
def wait_for_storage(document: Document) -> None:
    """A store that is out of reach is no fault of the document: the sweep tries again until it answers."""
    document.job_state, document.step, document.lease_until = JobState.QUEUED, "En attente du stockage", None
    document.attempts -= 1
    document.save(update_fields=["job_state", "step", "lease_until", "attempts", "updated_at"])


@transaction.atomic
def put_back(document: Document, error: str) -> None:
    """A page that cannot be laid out fails at once, visibly: trying again changes nothing by itself."""
    document.job_state, document.error, document.lease_until = JobState.FAILED, error, None
    document.save(update_fields=["job_state", "error", "lease_until", "updated_at"])
