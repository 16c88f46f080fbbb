"""An archive of stored files: each once, whole and checked, under a name that any system takes. One file at a time."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.utils import timezone
from django.utils.text import slugify

from core import clock
from documents import storage
from documents.models import StoredFile

CHECKSUMS = "SHA256SUMS"
NAME_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stored file and what it is there for: the folder it goes to, its words, and a detail."""

    folder: str
    label: str
    detail: str = ""
    file: StoredFile


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A piece and its path in the archive: two pieces of the same bytes have the same."""

    piece: Piece
    path: str


def place(pieces: Iterable[Piece]) -> list[Placed]:
    """Give each piece its path: « 2-valeurs/03-registre-des-appels.pdf », numbered in its folder."""
    paths: dict[str, str] = {}
    counts: dict[str, int] = {}
    placed = []
    for piece in pieces:
        if piece.file.sha256 not in paths:
            counts[piece.folder] = counts.get(piece.folder, 0) + 1
            paths[piece.file.sha256] = f"{piece.folder}/{counts[piece.folder]:02}-{_safe_name(piece.file.name)}"
        placed.append(Placed(piece=piece, path=paths[piece.file.sha256]))
    return placed


def write_archive(target: BinaryIO, placed: Sequence[Placed], sheets: Mapping[str, bytes]) -> None:
    """Write a ZIP of `sheets` (made now, by name), of the placed files, and of their checksums.

    Raises AlteredFile or StorageUnavailable (documents.storage): an archive is complete or is not given.
    """
    files = {item.path: item.piece.file for item in placed}
    sums = "".join(f"{file.sha256}  {path}\n" for path, file in sorted(files.items()))
    now = timezone.localtime(clock.now())
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {**sheets, CHECKSUMS: sums.encode()}.items():
            archive.writestr(_entry(name, now), content, zipfile.ZIP_DEFLATED)
        for path, file in files.items():
            with archive.open(_entry(path, timezone.localtime(file.created_at)), "w", force_zip64=True) as entry:
                storage.copy(file, entry)


def _entry(name: str, moment) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, moment.timetuple()[:6])


def _safe_name(name: str) -> str:
    """Return a name in plain letters: what a person typed never becomes a path."""
    stem, _dot, extension = name.rpartition(".")
    return f"{slugify(stem or extension)[:NAME_LENGTH] or 'fichier'}.{slugify(extension)[:5] or 'bin'}"
