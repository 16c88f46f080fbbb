"""Work that the timetable does row by row: the row that fails does not keep the others waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import models, transaction

logger = logging.getLogger(__name__)
Done = TypeVar("Done")
# Seconds, for all the contracts of the country; less than what the broker waits before it asks another worker.
SWEEP_LIMITS = {"soft_time_limit": 780, "time_limit": 840}


def one_by_one(rows: Iterable[models.Model], work: Callable[[models.Model], Done]) -> list[Done]:
    """Do `work` on each row, in a transaction of its own, and return what each call returned.

    A row on which it fails, whatever the reason, is logged as an error with its key, keeps nothing of what was begun,
    and waits for the next run. Raises SoftTimeLimitExceeded when the worker has to stop.
    """
    done = []
    for row in rows:
        try:
            with transaction.atomic():
                done.append(work(row))
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            logger.exception("row left to the next run", extra={"object": f"{row._meta.label} {row.pk}"})
    return done
