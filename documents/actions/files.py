"""A file received from a person, or a state of a document."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction

from accounts.models import Organisation
from core import audit, files
from core.actor import Actor
from core.errors import DomainError
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
    stored = _kept(actor, name, content, readers, kinds)
    _record(actor, stored)
    return stored


@transaction.atomic
def store_files(
    *,
    actor: Actor,
    files: Iterable[tuple[str, bytes]],
    readers: Sequence[Organisation],
    kinds: Sequence[str] = ANY_KIND,
) -> list[StoredFile]:
    """Store several files (name, bytes) as `store_file` does, all or none.

    Their bytes are written before the journal is held (ADR 2): nobody else waits for the store. Raises DomainError on
    `files`, with the name of the one that is refused.
    """
    stored = []
    for name, content in files:
        try:
            stored.append(_kept(actor, name, content, readers, kinds))
        except DomainError as error:
            raise DomainError(f"« {name} » : {error.message}", "files") from error
    for file in stored:
        _record(actor, file)
    return stored


def _kept(actor: Actor, name: str, content: bytes, readers: Sequence[Organisation], kinds: Sequence[str]) -> StoredFile:
    files.check_size(len(content), max_bytes=settings.EVIDENCE_MAX_BYTES)
    kind = files.recognise(name, content, kinds)
    return store(actor, files.clean_name(name), kind.content_type, content, readers)


def _record(actor: Actor, stored: StoredFile) -> None:
    audit.record(actor, "file.store", stored, after={"sha256": stored.sha256, "size": stored.size})


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
