"""A document is made once from frozen data, whatever happens to the worker, and its bytes are scoped like rows."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError
from core.models import AuditEvent, JobState
from documents import actions, jobs, storage
from documents.enums import DocumentKind
from documents.models import Document, StoredFile
from documents.storage import AlteredFile

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture
def document(world) -> Document:
    return issue(world, "minutes:1")


def issue(world, key) -> Document:
    west = world.west
    return actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=DocumentKind.MINUTES,
        key=key,
        title="Compte rendu",
        template_name="documents/pdf/base.html",
        payload={},
        circuit=[],
        readers=[west.cpts, west.ars, west.fund],
    )


def test_asking_twice_for_the_same_thing_gives_one_document(world, document):
    assert issue(world, "minutes:1") == document and Document.objects.count() == 1


def test_the_same_job_twice_makes_one_file(document):
    jobs.render_document(str(document.pk))
    first = Document.objects.get(pk=document.pk).file
    jobs.render_document(str(document.pk))
    assert Document.objects.get(pk=document.pk).file == first and StoredFile.objects.count() == 1


def test_a_document_left_by_a_killed_worker_is_taken_again_after_its_lease(document):
    assert jobs.take(str(document.pk)) is not None
    assert jobs.take(str(document.pk)) is None
    Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.take(str(document.pk)).attempts == 2


def test_a_document_that_kills_its_worker_three_times_fails_visibly_and_is_relaunched(world, document):
    for _attempt in range(Document.MAX_ATTEMPTS):
        jobs.take(str(document.pk))
        Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.take(str(document.pk)) is None
    failed = Document.objects.get(pk=document.pk)
    assert failed.job_state == JobState.FAILED and "trois fois" in failed.error
    actions.retry_document(actor=world.west.coordinator.as_actor(), document=failed)
    jobs.render_document(str(document.pk))
    assert Document.objects.get(pk=document.pk).is_ready


def test_the_progress_of_a_document_is_asked_for_in_place_of_its_card(world, client_of, document):
    """The answer is the card whole: put inside the one that asks, it would repeat its title every two seconds."""
    card = client_of(world.west.coordinator).get(reverse("documents:document_progress", args=[document.pk])).text
    assert card.lstrip().startswith('<div class="stack document-card"') and 'hx-target="closest .document-card"' in card


def test_only_who_may_relaunch_a_failed_document_is_offered_to(world, client_of, document):
    Document.objects.update(job_state=JobState.FAILED, error="Le modèle est illisible.")
    page = reverse("documents:document_detail", args=[document.pk])
    for person, is_offered in [(world.west.coordinator, True), (world.west.reader, False)]:
        response = client_of(person).get(page)
        assert "Le modèle est illisible." in response.text
        assert ("Relancer" in response.text) is is_offered
    assert client_of(world.east.coordinator).get(page).status_code == 404


def test_a_document_that_did_not_fail_is_not_relaunched(world, document):
    with pytest.raises(DomainError, match="pas en échec"):
        actions.retry_document(actor=world.west.coordinator.as_actor(), document=document)


def test_an_altered_file_is_never_served(world):
    stored = actions.store_file(
        actor=world.west.coordinator.as_actor(), name="p.pdf", content=PDF, readers=[world.west.cpts]
    )
    default_storage.delete(stored.path)
    default_storage.save(stored.path, ContentFile(PDF + b"!"))
    with pytest.raises(AlteredFile):
        storage.read(stored)
    storage.write(PDF)  # the next deposit of the same bytes repairs what a crash left behind
    assert storage.read(stored) == PDF


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("vide.pdf", b"", "vide"),
        ("page.pdf", b"<html>", "malgré son nom"),
        ("programme.exe", b"MZ", "Choisissez un fichier"),
        ("dessin.svg", b"<svg onload=alert(1)>", "Choisissez un fichier"),
        ("tableau.csv", b"a;b\x00c", "malgré son nom"),
    ],
)
def test_a_file_is_known_by_its_content(world, name, content, sentence):
    with pytest.raises(DomainError, match=sentence):
        actions.store_file(actor=world.west.coordinator.as_actor(), name=name, content=content, readers=[])


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "C:\\temp\\piece.pdf", "pi\u202eece.pdf", "a" * 300 + ".pdf"])
def test_a_name_cannot_leave_its_folder(world, name):
    stored = actions.store_file(
        actor=world.west.coordinator.as_actor(), name=name, content=PDF, readers=[world.west.cpts]
    )
    assert "/" not in stored.name and "\\" not in stored.name and "\u202e" not in stored.name
    assert stored.name.endswith(".pdf") and len(stored.name) <= 150


def test_a_download_is_scoped_logged_and_never_opened_in_the_page(world, client_of):
    stored = actions.store_file(
        actor=world.west.coordinator.as_actor(),
        name="pièce.pdf",
        content=PDF,
        readers=[world.west.cpts, world.west.ars],
    )
    url = reverse("documents:file_download", args=[stored.pk])
    response = client_of(world.west.ars_officer).get(url)
    assert response.content == PDF and response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff" and "sandbox" in response["Content-Security-Policy"]
    assert AuditEvent.objects.filter(action="file.download", object_id=str(stored.pk)).count() == 1
    for stranger in (world.east.ars_officer, world.west.fund_officer, world.neighbour.coordinator):
        assert client_of(stranger).get(url).status_code == 404
