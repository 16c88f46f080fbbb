"""The data of a document, attached to its PDF as JSON: what the page shows, for programs (PDF/A-3, associated file)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

DATA_NAME = "donnees.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class AttachedData:
    """The bytes of the attached file, and its date: that of the document, so that the same input gives the same PDF."""

    content: bytes
    at: datetime

    @property
    def sha256(self) -> str:
        """What the page prints, and what `sha256sum donnees.json` gives."""
        return sha256(self.content).hexdigest()


def attached_data(*, kind: str, code: str, title: str, issued_at: datetime, content: dict[str, Any]) -> AttachedData:
    """Return the data that a document attaches: what its parties agreed on (`content`), and which document it is.

    docs/schemas/donnees-1.json describes it.
    """
    envelope = {
        "format": FORMAT,
        "kind": kind,
        "code": code,
        "title": title,
        "issued_at": issued_at.astimezone(UTC).isoformat(timespec="seconds"),
        "content": content,
    }
    return AttachedData(content=_written(envelope), at=issued_at)


def _written(envelope: dict[str, Any]) -> bytes:
    """Write JSON that a person can read, in an order that the database cannot change."""
    return (json.dumps(envelope, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
