"""Waking the worker up: the row is the truth, the message only saves the wait until the next sweep."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RENDER = "documents.jobs.render_document"
STAMP = "documents.jobs.stamp_document"
TAKE_INVENTORY = "documents.jobs.take_inventory"


def wake_renderer(document_id) -> None:
    """Ask the worker for a document. A queue that is down loses nothing: the sweep finds the row."""
    _send(RENDER, str(document_id))


def wake_stamper(document_id) -> None:
    """Ask the worker for the time stamp of a document."""
    _send(STAMP, str(document_id))


def wake_inventory() -> None:
    """Ask the worker to go on with the inventory. A queue that is down loses nothing: the next night goes on."""
    _send(TAKE_INVENTORY)


def _send(task: str, *arguments: str) -> None:
    try:
        current_app.send_task(task, arguments)
    except (OperationalError, OSError):
        logger.warning("queue unreachable, the timetable will do it", extra={"task": task, "arguments": arguments})
