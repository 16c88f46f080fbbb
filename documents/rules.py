"""What may be stored: recognised by its first bytes, never by its name alone."""

from dataclasses import dataclass

from core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file the portal accepts."""

    extensions: tuple[str, ...]
    content_type: str
    signatures: tuple[bytes, ...]


OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "pdf": FileKind(extensions=("pdf",), content_type="application/pdf", signatures=(b"%PDF-",)),
    "png": FileKind(extensions=("png",), content_type="image/png", signatures=(b"\x89PNG\r\n\x1a\n",)),
    "jpg": FileKind(extensions=("jpg", "jpeg"), content_type="image/jpeg", signatures=(b"\xff\xd8\xff",)),
    "xlsx": FileKind(extensions=("xlsx",), content_type=OFFICE + "spreadsheetml.sheet", signatures=(b"PK\x03\x04",)),
    "docx": FileKind(
        extensions=("docx",), content_type=OFFICE + "wordprocessingml.document", signatures=(b"PK\x03\x04",)
    ),
    "csv": FileKind(extensions=("csv",), content_type="text/csv", signatures=()),
}


def recognise(name: str, content: bytes, kinds: tuple[str, ...], *, max_bytes: int) -> FileKind:
    """Return the kind of a file received, or raise DomainError with the sentence to show.

    Takes its name, its bytes, the kinds accepted and the size limit in bytes.
    """
    if not content:
        raise DomainError("Ce fichier est vide.")
    if len(content) > max_bytes:
        raise DomainError(f"Ce fichier dépasse {max_bytes // 1024 // 1024} Mo.")
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    for kind in (KINDS[key] for key in kinds):
        if extension in kind.extensions and _begins_like(content, kind):
            return kind
    accepted = ", ".join(extension for key in kinds for extension in KINDS[key].extensions)
    raise DomainError(f"Ce fichier n’est pas d’un type accepté ({accepted}), ou son contenu n’y correspond pas.")


def clean_name(name: str) -> str:
    """Return a file name without folders or control characters, at most 150 characters long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in base if letter.isprintable() and letter not in '"<>|:*?\u202e')
    return kept.strip(". ")[-150:] or "fichier"


def _begins_like(content: bytes, kind: FileKind) -> bool:
    if kind.signatures:
        return content.startswith(kind.signatures)
    return b"\x00" not in content[:4096]
