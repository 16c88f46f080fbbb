"""Values as French people write them: amounts, numbers, sizes of files, dates; the filters of the pages are these."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils import timezone

from core.dates import format_date
from core.money import format_euros, round_cents
from core.wording import NARROW, plural

NOTHING = "–"
NO_BREAK = "\u00a0"  # before a sign: €, %, :


def _exact(value: Any) -> Fraction | None:
    """Return a number as an exact fraction; None for what is not a number."""
    if value is None or value == "":
        return None
    try:
        return Fraction(value if isinstance(value, Fraction) else Decimal(str(value)))
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _written(exact: Fraction, digits: int) -> str:
    """Write a number with `digits` decimals, rounded half up, and narrow spaces between thousands."""
    scaled = (abs(exact) * 10**digits + Fraction(1, 2)).__floor__()
    whole, rest = divmod(scaled, 10**digits)
    text = f"{whole:,}".replace(",", NARROW)
    if digits:
        text += f",{rest:0{digits}}"
    return f"−{text}" if exact < 0 and scaled else text


def euros(value: Decimal | Fraction | int | None) -> str:
    """8678.08 -> « 8 678,08 € »."""
    exact = _exact(value)
    return NOTHING if exact is None else format_euros(round_cents(exact))


def integer_fr(value: int | None) -> str:
    """66614 -> « 66 614 »."""
    exact = _exact(value)
    return NOTHING if exact is None else _written(exact, 0)


def number_fr(value: Any, digits: int | None = None) -> str:
    """69.70 -> « 69,7 »; `digits` fixes the number of decimals (four at most without it)."""
    exact = _exact(value)
    if exact is None:
        return NOTHING
    if digits is not None:
        return _written(exact, int(digits))
    return _written(exact, 4).rstrip("0").rstrip(",")


def percent_fr(rate: Any) -> str:
    """A rate: 0.697 -> « 69,70 % »."""
    exact = _exact(rate)
    return NOTHING if exact is None else f"{_written(exact * 100, 2)}{NO_BREAK}%"


def points_fr(value: Any) -> str:
    """A percentage already in points: 69.7 -> « 69,70 % »."""
    exact = _exact(value)
    return NOTHING if exact is None else f"{_written(exact, 2)}{NO_BREAK}%"


def size_fr(size: int | None) -> str:
    """Bytes: 219136 -> « 214 ko »."""
    if size is None:
        return NOTHING
    for unit, factor in (("Go", 1024**3), ("Mo", 1024**2), ("ko", 1024)):
        if size >= factor:
            exact = Fraction(size, factor)
            return f"{_written(exact, 0 if exact >= 10 else 1)}{NO_BREAK}{unit}"
    return f"{size}{NO_BREAK}{plural(size, 'octet')}"


def day_of(value: date | datetime) -> date:
    """Return the day of a date, or of a moment in Paris."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def date_fr(value: date | datetime | None) -> str:
    """« 15 mars 2026 », « 1er mars 2026 »; a datetime is read in Paris."""
    return format_date(day_of(value)) if value else NOTHING


def datetime_fr(value: datetime | None) -> str:
    """« 15 mars 2026 à 14:32 », in Paris."""
    if not value:
        return NOTHING
    local = timezone.localtime(value)
    return f"{format_date(local.date())} à {local:%H:%M}"
