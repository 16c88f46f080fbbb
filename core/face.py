"""Plain values that the components of the pages print: built by views and assemblers, never by templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.enums import Side

LONG_DIFFERENCE = 120  # characters


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Whose turn it is: one sentence, a deadline in `detail`, and the button when it is mine."""

    text: str
    detail: str = ""
    url: str = ""
    label: str = ""
    is_mine: bool = True
    by_post: bool = False


@dataclass(frozen=True, kw_only=True)
class PartyLine:
    """One party in a three-way panel: what it did, or what is `missing`."""

    side: Any
    organisation: str
    tone: str
    state: str
    who: str = ""
    at: date | datetime | None = None
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """Who did what, for which organisation, when and why; `what` begins with its verb, after the name."""

    at: datetime
    who: str
    what: str
    organisation: str = ""
    side: Any = None
    comment: str = ""

    @classmethod
    def of(cls, row: Any, what: str, *, comment: str = "") -> "HistoryEntry":
        """Return the entry of a row that names who wrote it, as `core.models.Signed` does; the portal has no side."""
        return cls(
            at=row.at,
            who=row.user_name,
            what=what,
            organisation=row.organisation_name,
            side=None if row.side == Side.SYSTEM else Side(row.side),
            comment=comment,
        )


def latest_first(entries: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Return a history as it is read; of two entries of the same instant, the one written last comes first."""
    return sorted(entries, key=lambda entry: entry.at)[::-1]


@dataclass(frozen=True, kw_only=True)
class TodoItem:
    """One thing that waits for the reader, with the date by which it is expected."""

    text: str
    url: str
    due: date | None = None
    detail: str = ""
    dossier: str = ""
    is_late: bool = False
    side: Any = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a long path; `state` is "done", "current" or "todo"."""

    label: str
    state: str
    url: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field of a stale form: what the other person saved, and what was typed here; `note` says what comes of it."""

    label: str
    theirs: str
    yours: str
    note: str = ""

    @property
    def is_long(self) -> bool:
        """Too much to compare by eye: the words that differ are marked."""
        return min(len(self.theirs), len(self.yours)) > LONG_DIFFERENCE
