"""Rows read again under lock, before anything is checked."""

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def read_locked(rows: "QuerySet[Row]", pk) -> Row:
    """Lock the row `pk`, then return it with all that `rows` loads beside it, as they are now.

    Two queries on purpose: one that had to wait for the lock would join the row as it has become to what was there
    before the wait, and give None for the file or the document that another person has just attached to it.
    """
    rows.model.objects.select_for_update().only("pk").get(pk=pk)
    return rows.get(pk=pk)
