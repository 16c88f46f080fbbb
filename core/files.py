"""Files the portal takes: known by their extension and by their bytes, never by their name alone."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from core.errors import DomainError

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file: its extensions, its media type, how it begins, and the folder of an office file."""

    name: str
    extensions: tuple[str, ...]
    content_type: str
    start: bytes = b""
    folder: str = ""


KINDS = {
    "pdf": FileKind(name="PDF", extensions=("pdf",), content_type="application/pdf", start=b"%PDF-"),
    "png": FileKind(name="PNG", extensions=("png",), content_type="image/png", start=b"\x89PNG\r\n\x1a\n"),
    "jpg": FileKind(name="JPEG", extensions=("jpg", "jpeg"), content_type="image/jpeg", start=b"\xff\xd8\xff"),
    "xlsx": FileKind(name="XLSX", extensions=("xlsx",), content_type=OFFICE + "spreadsheetml.sheet", folder="xl/"),
    "docx": FileKind(
        name="DOCX",
        extensions=("docx",),
        content_type=OFFICE + "wordprocessingml.document",
        folder="word/",
    ),
    "csv": FileKind(name="CSV", extensions=("csv",), content_type="text/csv"),
}


def spoken(kinds: Sequence[str]) -> str:
    """Return the names of kinds as a sentence says them: « PDF, PNG ou XLSX »."""
    names = [KINDS[kind].name for kind in kinds]
    return " ou ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def recognise(name: str, content: bytes, kinds: Sequence[str]) -> FileKind:
    """Return the kind of a file received, among `kinds`; raise DomainError with the sentence to show."""
    if not content:
        raise DomainError("Ce fichier est vide.")
    extension = name.lower().rpartition(".")[2] if "." in name else ""
    kind = next((KINDS[key] for key in kinds if extension in KINDS[key].extensions), None)
    if kind is None:
        raise DomainError(f"Choisissez un fichier {spoken(kinds)}.")
    if not _is(kind, content):
        raise DomainError(f"Le contenu de ce fichier n’est pas du {kind.name}, malgré son nom.")
    return kind


def check_size(size: int, *, max_bytes: int) -> None:
    """Refuse a file of more than `max_bytes` bytes."""
    if size > max_bytes:
        raise DomainError(f"Ce fichier est trop lourd : {max_bytes // MEGABYTE} Mo au plus.")


def clean_name(name: str) -> str:
    """Return a file name without folders or control characters, at most 150 characters long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in base if letter.isprintable() and letter not in '"<>|:*?\u202e')
    return kept.strip(". ")[-150:] or "fichier"


def _is(kind: FileKind, content: bytes) -> bool:
    if kind.folder:
        return _is_office(content, kind.folder)
    if kind.start:
        return content.startswith(kind.start)
    return b"\x00" not in content[:4096] and not content.startswith(b"%PDF-")


def _is_office(content: bytes, folder: str) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
