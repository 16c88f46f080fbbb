"""The one clock: every rule that depends on the day asks it here.

A demonstration may move the day (design, « Running it »); the time of a fact stays the real one, on that day.
"""

from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.models import PortalDate

_offset: ContextVar[timedelta | None] = ContextVar("clock offset of the request", default=None)


def _current_offset() -> timedelta:
    if not settings.DEMONSTRATION:
        return timedelta()
    known = _offset.get()
    return known if known is not None else read_offset()


def read_offset() -> timedelta:
    """Return by how much the demonstration moved the day (zero outside a demonstration)."""
    if not settings.DEMONSTRATION:
        return timedelta()
    row = PortalDate.objects.first()
    return timedelta(days=row.days_ahead) if row else timedelta()


def now() -> datetime:
    """Return the aware date and time of the portal."""
    return timezone.now() + _current_offset()


def today() -> date:
    """Return the day in Paris (R3)."""
    return timezone.localdate(now())


class held_offset:
    """Hold one offset: the one read now, for a request, or `offset`, for the past that a demonstration plays."""

    def __init__(self, offset: timedelta | None = None):
        self.offset = offset

    def __enter__(self):
        self.token = _offset.set(read_offset() if self.offset is None else self.offset)

    def __exit__(self, *exc_info):
        _offset.reset(self.token)


def move_to(day: date) -> None:
    """Move the demonstration to `day`."""
    days = (day - timezone.localdate()).days
    PortalDate.objects.update_or_create(pk=1, defaults={"days_ahead": days})
