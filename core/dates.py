"""Calendar arithmetic of the contracts (R3, R16), and dates as people write them."""

from calendar import monthrange
from datetime import date

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def add_months(day: date, months: int) -> date:
    """Return `day` plus calendar months; the last day of the month where the day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def anniversary(signed_on: date, number: int) -> date:
    """Return anniversary `number` of a signature (R3); 29 February gives 28 February in common years."""
    return add_months(signed_on, 12 * number)


def format_date(day: date) -> str:
    """2021-03-15 -> « 15 mars 2021 », the first of a month -> « 1er mars 2021 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"
