"""F1: whoever makes or signs a document is killed at a point of the way; the next one finishes, and once means once."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import DomainError
from core.models import AuditEvent
from documents import actions, jobs
from documents.enums import DocumentKind
from documents.models import Document, StoredFile
from tests.documents.conftest import assert_made_once, read
from tests.utils.counts import IS_SOAK, count
from tests.utils.world import Tenant, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak, pytest.mark.usefixtures("own_store")]
ROUNDS = count(1, full=5)

# The steps of each way, in their order: a process dies just before, or just after. `usual` are those of `make test`.
LAYING_OUT = (
    "documents.jobs.take",
    "documents.jobs.render",
    "documents.layout.pdf.html_of",
    "documents.layout.pdf.lay_out",
    "documents.layout.pdf._write",
    "documents.layout.tagging.finish",
    "documents.jobs.store",
    "documents.storage.write",
    "core.audit.record",
    "documents.jobs.finish",
)
SIGNING = (
    "documents.permissions.check_may_sign",
    "documents.storage.read",
    "documents.signing.engine.sign_pdf",
    "documents.storage.write",
    "core.audit.record",
    "documents.actions.sign_document",
)
MOMENTS = ("before", "after")


def points(steps: tuple[str, ...], *usual: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the points of a way: all of them in a soak, the `usual` ones otherwise."""
    return [(moment, step) for step in steps for moment in MOMENTS] if IS_SOAK else list(usual)


@pytest.fixture
def west() -> Tenant:
    return make_world().west


def issue(west: Tenant) -> Document:
    return actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=DocumentKind.ANNUAL_ANNEX,
        key="annex:killed",
        title="Annexe annuelle",
        template_name="documents/pdf/base.html",
        payload={},
        circuit=[[west.cpts, west.ars, west.fund]],
        readers=[west.cpts],
    )


def killed(point: tuple[str, str], work: Callable[[], object]) -> None:
    """Do the work in a process of its own, which dies at a point: no clean-up, no rollback, no goodbye."""
    child = os.fork()
    if not child:
        try:
            connection.inherited, connection.connection = connection.connection, None  # the parent keeps its own
            _die_at(*point)
            work()
        finally:
            os._exit(1)  # the point was not reached
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, point


def _die_at(moment: str, step: str) -> None:
    """Have this process kill itself when the function of this name is called, or once it has returned."""
    module_name, _dot, name = step.rpartition(".")
    module = import_module(module_name)
    function = getattr(module, name)

    @wraps(function)
    def dying(*arguments, **named):
        if moment == "after":
            function(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, dying)


@pytest.mark.parametrize(
    "point",
    points(
        LAYING_OUT,
        ("after", "documents.jobs.take"),
        ("after", "documents.storage.write"),
        ("after", "documents.jobs.finish"),
    ),
    ids=" ".join,
)
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_f1_a_document_whose_maker_is_killed_is_made_once_by_the_next(west, point, attempt):
    document = issue(west)
    killed(point, lambda: jobs.render_document(str(document.pk)))
    left = Document.objects.get(pk=document.pk)
    assert (left.file is None) == (StoredFile.objects.count() == 0)  # whole or not at all
    Document.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.resume_documents() == (0 if left.is_ready else 1)
    jobs.render_document(str(document.pk))
    assert_made_once(document)


@pytest.mark.parametrize(
    "point",
    points(SIGNING, ("after", "documents.storage.write"), ("after", "documents.actions.sign_document")),
    ids=" ".join,
)
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_f1_a_signature_cut_by_a_kill_is_not_given_and_is_given_again(west, point, attempt):
    document = issue(west)
    jobs.render_document(str(document.pk))
    before = read(document).file
    killed(point, lambda: actions.sign_document(actor=west.signing[0], document=document))
    left = read(document)
    was_given = bool(left.signature_list[0].signed_at)
    assert was_given == (point == ("after", "documents.actions.sign_document")) == (left.file != before)
    if was_given:
        with pytest.raises(DomainError, match="déjà signé"):
            actions.sign_document(actor=west.signing[0], document=document)
    else:
        actions.sign_document(actor=west.signing[0], document=document)
    assert (document.revisions.count(), read(document).signature_list[0].file) == (2, read(document).file)
    assert AuditEvent.objects.filter(action="document.sign", object_id=str(document.pk)).count() == 1
