"""Waking the worker up: the row is the truth, the message only saves the wait until the next sweep."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RENDER = "documents.jobs.render_document"


def wake_renderer(document_id) -> None:
    """Ask the worker for a document. A queue that is down loses nothing: the sweep finds the row."""
    try:
        current_app.send_task(RENDER, [str(document_id)])
    except (OperationalError, OSError):
        logger.warning("queue unreachable, the sweep will render the document", extra={"document": document_id})
