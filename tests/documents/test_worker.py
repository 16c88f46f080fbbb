"""A real worker, a real queue: what is killed in the middle leaves nothing half made, and once means once (F1)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from core.models import AuditEvent, JobState
from documents import actions, jobs, storage, tasks
from documents.enums import DocumentKind
from documents.models import Document, StoredFile
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
QUEUE = f"documents-{os.getpid()}"  # other tests have workers on the queue of everyone
PATIENCE = 90  # seconds, on a machine under load
LONG = 600  # communes: a page to lay out takes seconds, and is killed long before


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "store"


@pytest.fixture
def start_worker(store) -> Iterator[Callable[..., subprocess.Popen]]:
    """Return what starts a worker of its own group, on the database, the queue and the files of this test."""
    database, started = connection.settings_dict, []
    own = {
        "DATABASE_URL": f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "STORAGE_DIR": str(django_settings.MEDIA_ROOT),
        "DEBUG": "1",
        "PYTHONWARNINGS": "ignore",
    }

    def start(*options: str) -> subprocess.Popen:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "cpts_portal", "worker", "--loglevel", "error"]
        command = [*celery, "--queues", QUEUE, *options]
        started.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | own, start_new_session=True))
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
        signatories=[],
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


def assert_made_once(document: Document) -> None:
    made = StoredFile.objects.get()
    assert Document.objects.get(pk=document.pk).file == made
    assert storage.read(made).startswith(b"%PDF-") and list(default_storage.names()) == [made.path]
    assert AuditEvent.objects.filter(action="document.render", object_id=str(document.pk)).count() == 1


def test_f1_a_worker_killed_in_the_middle_leaves_no_half_document_and_another_takes_over(start_worker):
    document = issue(LONG)
    worker = start_worker("--pool", "solo")
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
    start_worker("--pool", "solo")
    ask(document)
    wait_until(document, JobState.DONE)
    assert Document.objects.get(pk=document.pk).attempts == 2
    assert_made_once(document)


def test_f1_the_same_job_asked_four_times_of_two_processes_makes_one_document(start_worker):
    document = issue(40)
    worker = start_worker("--pool", "prefork", "--concurrency", "2")
    ask(document, times=4)
    wait_until(document, JobState.DONE)
    worker.terminate()  # a warm stop: what is taken is finished first
    worker.wait(timeout=PATIENCE)
    assert_made_once(document)
