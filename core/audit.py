"""The journal: each write leaves an event, chained by SHA-256 to the one before.

Whoever writes in it keeps the others waiting until the end of the transaction. An action therefore locks all the rows
it will change before its first entry: locked after it, a row held by someone who waits for the journal would never
come free (docs/adr/0002-actions.md).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models

from core import clock
from core.actor import Actor
from core.fingerprints import fingerprint
from core.models import AuditEvent, TransitionLog

GENESIS = "0" * 64
ADVISORY_LOCK = 7_203_441  # one writer at a time: the chain has no fork and no gap


def record(
    actor: Actor,
    action: str,
    obj: models.Model,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append « `actor` did `action` on `obj` » to the journal, in the caller's transaction.

    Takes `before` and `after` as the fields that changed; values are stored as JSON text.
    """
    _wait_for_turn()
    last = AuditEvent.objects.order_by("-sequence").first()
    event = AuditEvent(
        sequence=last.sequence + 1 if last else 1,
        at=clock.now(),
        user_id=actor.user_id,
        user_name=actor.user_name,
        organisation_id=actor.organisation_id,
        organisation_name=actor.organisation_name,
        side=actor.side,
        action=action,
        object_type=obj._meta.label,
        object_id=str(obj.pk),
        object_label=str(obj)[:250],
        before=_plain(before),
        after=_plain(after),
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    return event


def digest(event: AuditEvent) -> str:
    """Return SHA-256 of the event's canonical JSON, the previous hash included."""
    content = {
        field.attname: _plain(getattr(event, field.attname))
        for field in event._meta.concrete_fields
        if field.attname != "hash"
    }
    return fingerprint(content)


def log_transition(
    log: type[TransitionLog], actor: Actor, subject: models.Model, transition: str, *, source: str, comment: str = ""
) -> TransitionLog:
    """Keep one change of state in the log of its room, signed by `actor`; `subject` already has its new state."""
    return log.objects.create(
        subject=subject,
        transition=str(transition),
        source=source,
        target=subject.status,
        comment=comment.strip(),
        **signed_by(actor),
    )


def first_bad_entry(events: Iterable[AuditEvent]) -> tuple[int, str] | None:
    """Return the number and the reason of the first entry that breaks the chain, or None."""
    expected, previous = 1, GENESIS
    for event in events:
        if event.sequence != expected:
            return expected, "l’entrée manque"
        if event.previous_hash != previous:
            return event.sequence, "elle ne suit pas l’entrée précédente"
        if event.hash != digest(event):
            return event.sequence, "son contenu a changé"
        expected, previous = expected + 1, event.hash
    return None


def _wait_for_turn() -> None:
    # SQLite needs nothing: its transactions are IMMEDIATE, one writer at a time.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


def _plain(value: Any) -> Any:
    """Return `value` as JSON knows it, the same before and after a trip through the database."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return str(value)


def signed_by(actor: Actor) -> dict[str, Any]:
    """Return the fields of a `Signed` row (core.models) written now by `actor`."""
    return {
        "at": clock.now(),
        "user_id": actor.user_id,
        "user_name": actor.user_name,
        "organisation_id": actor.organisation_id,
        "organisation_name": actor.organisation_name,
        "side": actor.side,
    }
