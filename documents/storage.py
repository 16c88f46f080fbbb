"""Where bytes live: found by their SHA-256, written once, checked when read."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.errors import DomainError
from documents.models import StoredFile


class AlteredFile(DomainError):
    """The stored bytes are no longer those that were stored."""


def write(content: bytes) -> str:
    """Store `content` under its SHA-256 and return it; the same bytes are stored once."""
    digest = hashlib.sha256(content).hexdigest()
    path = StoredFile(sha256=digest).path
    if default_storage.exists(path):
        if _digest_of(path) == digest:
            return digest
        default_storage.delete(path)  # what a crash left behind: never what the name says
    default_storage.save(path, ContentFile(content))
    return digest


def read(stored_file: StoredFile) -> bytes:
    """Return the bytes of a file; raise AlteredFile when they are not the ones stored."""
    try:
        with default_storage.open(stored_file.path) as stream:
            content = stream.read()
    except FileNotFoundError as error:
        raise AlteredFile("Ce fichier manque dans le stockage.") from error
    if hashlib.sha256(content).hexdigest() != stored_file.sha256:
        raise AlteredFile("Ce fichier a été altéré dans le stockage.")
    return content


def _digest_of(path: str) -> str:
    with default_storage.open(path) as stream:
        return hashlib.sha256(stream.read()).hexdigest()
