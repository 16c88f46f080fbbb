"""Documents that the past needs at once, laid out beside the story; the others are left to the worker."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import django

from core.errors import DomainError
from documents import jobs
from documents.layout.pdf import render_pdf
from documents.models import Document

MAX_PRESSES = 2


class Press:
    """Other processes that lay out what was ordered, while the story goes on: a page takes a second, a day nothing."""

    def __init__(self):
        self.pool: ProcessPoolExecutor | None = None
        self.ordered: dict[str, Future[bytes]] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start the processes, and stop them whatever happens; a machine with one core does without."""
        cores = os.cpu_count() or 1
        if cores > 1:
            count = min(MAX_PRESSES, cores - 1)
            self.pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=django.setup)
        try:
            yield
        finally:
            if self.pool:
                self.pool.shutdown(cancel_futures=True)
            self.pool, self.ordered = None, {}

    def order(self, document: Document) -> None:
        if self.pool:
            self.ordered[str(document.pk)] = self.pool.submit(render_pdf, **jobs.layout_of(document))

    def collect(self, document: Document) -> bytes | None:
        """Return the PDF of a document that was ordered, None for another."""
        future = self.ordered.pop(str(document.pk), None)
        return future.result() if future else None


press = Press()


def render(document_id) -> None:
    """Have a document laid out, unless it is: nobody signs what is not there."""
    document = Document.objects.get(pk=document_id)
    if document.is_ready:
        return
    content = press.collect(document)
    taken = jobs.take(str(document_id))
    if taken is None:
        raise DomainError(f"{document.title} : {document.error or 'la mise en page n’a pas abouti'}")
    jobs.finish(taken, content or jobs.render(taken))
