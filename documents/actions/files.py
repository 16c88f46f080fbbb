"""A file received from a person, or a state of a document."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from accounts.models import Organisation
from core import audit, files
from core.actor import Actor
from documents import storage
from documents.models import Document, StoredFile

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
    stored = store(actor, files.clean_name(name), kind.content_type, content, readers)
    audit.record(actor, "file.store", stored, after={"sha256": stored.sha256, "size": stored.size})
    return stored


def store(
    actor: Actor, name: str, content_type: str, content: bytes, readers, document: Document | None = None
) -> StoredFile:
    """Store bytes for their readers, once checked by the caller; `document` when they are a state of one."""
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
