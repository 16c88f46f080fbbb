"""A real worker, a real queue: what is killed in the middle leaves nothing half made, and once means once (F1)."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.core.files.storage import default_storage
from django.utils import timezone

from core.models import JobState
from documents import actions, jobs, tasks
from documents.enums import DocumentKind
from documents.models import Document, StoredFile
from tests.documents.conftest import assert_made_once
from tests.utils.workers import start_worker
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = f"documents-{os.getpid()}"  # other tests have workers on the queue of everyone
PATIENCE = 90  # seconds, on a machine under load
LONG = 600  # communes: a page to lay out takes seconds, and is killed long before


@pytest.fixture
def start(own_store) -> Iterator[Callable[..., subprocess.Popen]]:
    """Return what starts a worker on the queue of these tests."""
    started = []

    def start(*options: str) -> subprocess.Popen:
        started.append(start_worker("--queues", QUEUE, *options))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def issue(communes: int) -> Document:
    west = make_world().west
    rows = [[f"{number:05}", f"Commune {number}", "1 000"] for number in range(communes)]
    return actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=DocumentKind.CONTRACT,
        key="contract:worker",
        title="Contrat",
        template_name="contracts/pdf/contract.html",
        payload={"territory": {"communes": rows}},
        circuit=[],
        readers=[west.cpts],
    )


def ask(document: Document, *, times: int = 1) -> None:
    for _time in range(times):
        current_app.send_task(tasks.RENDER, [str(document.pk)], queue=QUEUE)


def wait_until(document: Document, state: JobState) -> None:
    deadline = time.monotonic() + PATIENCE
    while Document.objects.get(pk=document.pk).job_state != state:
        assert time.monotonic() < deadline, f"still {Document.objects.get(pk=document.pk).job_state}"
        time.sleep(0.05)


def test_f1_a_worker_killed_in_the_middle_leaves_no_half_document_and_another_takes_over(start):
    document = issue(LONG)
    worker = start("--pool", "solo")
    ask(document)
    wait_until(document, JobState.RUNNING)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    left = Document.objects.get(pk=document.pk)
    assert (left.job_state, left.file, left.attempts) == (JobState.RUNNING, None, 1)
    assert StoredFile.objects.count() == 0 and list(default_storage.names()) == []
    assert jobs.resume_documents() == 0  # its lease still runs
    Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1), payload={"territory": {"communes": []}})
    assert jobs.resume_documents() == 1
    start("--pool", "solo")
    ask(document)
    wait_until(document, JobState.DONE)
    assert Document.objects.get(pk=document.pk).attempts == 2
    assert_made_once(document)


def test_f1_the_same_job_asked_four_times_of_two_processes_makes_one_document(start):
    document = issue(40)
    worker = start("--pool", "prefork", "--concurrency", "2")
    ask(document, times=4)
    wait_until(document, JobState.DONE)
    worker.terminate()  # a warm stop: what is taken is finished first
    worker.wait(timeout=PATIENCE)
    assert_made_once(document)
