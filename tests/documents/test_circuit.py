"""Signatures and what vouches for their time, as the portal keeps them."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models import AuditEvent
from documents import actions, jobs, storage
from documents.authority import current_authority
from documents.enums import DocumentKind, Stamp
from documents.models import Document, Signature
from documents.verification import verify_pdf
from tests.documents.stamping import NAME
from tests.documents.test_timestamps import honest, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def to_sign(world) -> Document:
    """A document laid out, that the three parties are to sign."""
    west = world.west
    document = actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=DocumentKind.CONTRACT,
        key="contract:1",
        title="Contrat tripartite",
        template_name="sample.html",
        payload={"body_class": "", "amount": "75 000,00 €", "rows": [], "total": "0,00 €"},
        signatories=[west.cpts, west.ars, west.fund],
        readers=[],
    )
    jobs.render_document(str(document.pk))
    return Document.objects.with_signatures().get(pk=document.pk)


def read(document: Document) -> Document:
    return Document.objects.with_signatures().get(pk=document.pk)


def test_without_an_authority_the_page_says_that_nothing_vouches_for_the_time(world, client_of, to_sign):
    for actor in world.west.signing:
        document = actions.sign_document(actor=actor, document=to_sign)
    assert document.is_signed and document.level == "PAdES-B-B, sans horodatage"
    page = client_of(world.west.president).get(reverse("documents:document_detail", args=[document.pk]))
    assert "sans horodatage" in page.text
    assert not Document.objects.awaiting_stamp().exists()


def test_the_last_signature_asks_for_the_time_stamp_of_the_document(world, to_sign, time_stamping):
    for actor in world.west.signing:
        document = actions.sign_document(actor=actor, document=to_sign)
    assert {signature.stamped_by for signature in document.signature_list} == {NAME}
    assert document.stamp == Stamp.PENDING and "en attente" in document.level
    jobs.stamp_document(str(document.pk))
    document = read(document)
    assert document.level == f"PAdES-B-LTA, horodaté par {NAME}"
    verdict = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert verdict.is_intact and verdict.is_complete and verdict.is_trusted, verdict.reasons


def test_a_document_is_time_stamped_once(world, to_sign, time_stamping):
    for actor in world.west.signing:
        actions.sign_document(actor=actor, document=to_sign)
    assert jobs.stamp_documents() == 1
    first = read(to_sign).file
    assert jobs.stamp_document(str(to_sign.pk)) and jobs.stamp_documents() == 0
    assert read(to_sign).file == first
    assert AuditEvent.objects.filter(action="document.stamp").count() == 1


def test_a_signature_that_an_authority_let_down_is_kept_shown_as_waiting_then_time_stamped(
    world, client_of, to_sign, time_stamping
):
    time_stamping.answer = refusal
    first = world.west.signing[0]
    document = actions.sign_document(actor=first, document=to_sign)
    (signature, *_others) = document.signature_list
    assert signature.signed_at and signature.stamp == Stamp.PENDING
    page = client_of(world.west.reader).get(reverse("documents:document_detail", args=[document.pk]))
    assert "Horodatage en attente" in page.text and "horodatée par" not in page.text
    assert jobs.stamp_documents() == 0  # still silent: nothing is written, it will be asked again
    assert read(document).file == document.file
    time_stamping.answer = honest
    assert jobs.stamp_documents() == 1
    document = read(document)
    assert document.signature_list[0].stamped_by == NAME
    assert document.level == "PAdES-B-LT, chaque signature est horodatée"
    for actor in world.west.signing[1:]:
        actions.sign_document(actor=actor, document=document)
    jobs.stamp_documents()
    assert read(document).level.startswith("PAdES-B-LTA")


@pytest.mark.parametrize("facts", [{"stamp": Stamp.STAMPED}, {"stamped_by": NAME}])
def test_the_database_refuses_a_time_stamp_without_a_token(to_sign, facts):
    for model in (Signature, Document):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**facts)


def test_the_database_refuses_that_a_place_without_signature_awaits_a_time_stamp(to_sign):
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(stamp=Stamp.PENDING)
