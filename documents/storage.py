"""Where bytes live: found by their SHA-256, written once, checked when read.

The store is a folder or an S3 bucket by settings (`documents.stores`); both raise OSError.
"""

import errno
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.errors import DomainError
from documents.models import StoredFile

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024  # bytes held at a time while a file is hashed
FULL = "Le stockage des fichiers est plein : rien n’a été enregistré. Prévenez l’administrateur du portail."
SILENT = "Le stockage des fichiers ne répond pas : réessayez dans quelques minutes. Rien n’a été enregistré ni perdu."


class StorageUnavailable(DomainError):
    """The store does not answer, refuses or is full. Nothing was written."""


class AlteredFile(DomainError):
    """The stored bytes are no longer those that were stored."""


def write(content: bytes) -> str:
    """Store `content` under its SHA-256 and return it; the same bytes are stored once.

    Raises StorageUnavailable; nothing is half stored then.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = StoredFile(sha256=digest).path
    with spoken_refusals():
        if default_storage.exists(path):
            if digest_of(path) == digest:
                return digest
            default_storage.delete(path)  # what a crash left behind: never what the name says
        default_storage.save(path, ContentFile(content))
    return digest


def read(stored_file: StoredFile) -> bytes:
    """Return the bytes of a file; raise AlteredFile when they are not the ones stored, or StorageUnavailable."""
    try:
        with spoken_refusals(), default_storage.open(stored_file.path) as stream:
            content = stream.read()
    except FileNotFoundError as error:
        raise AlteredFile("Ce fichier manque dans le stockage.") from error
    if hashlib.sha256(content).hexdigest() != stored_file.sha256:
        raise AlteredFile("Ce fichier a été altéré dans le stockage.")
    return content


def copy(stored_file: StoredFile, target: BinaryIO) -> None:
    """Write the bytes of a file into `target`, piece by piece; raises as `read` does, `target` being half written."""
    digest = hashlib.sha256()
    try:
        with spoken_refusals(), default_storage.open(stored_file.path) as stream:
            for chunk in stream.chunks(CHUNK):
                digest.update(chunk)
                target.write(chunk)
    except FileNotFoundError as error:
        raise AlteredFile(f"Un fichier manque dans le stockage : {stored_file.name}.") from error
    if digest.hexdigest() != stored_file.sha256:
        raise AlteredFile(f"Un fichier a été altéré dans le stockage : {stored_file.name}.")


def digest_of(path: str) -> str:
    """Return the SHA-256 of what is stored at `path`, read piece by piece. Raises FileNotFoundError, OSError."""
    digest = hashlib.sha256()
    with default_storage.open(path) as stream:
        for chunk in stream.chunks(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def spoken_refusals() -> Iterator[None]:
    """Turn what the store refuses into a sentence; a missing file stays a FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        logger.exception("file store unavailable")
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise StorageUnavailable(FULL if is_full else SILENT) from error
