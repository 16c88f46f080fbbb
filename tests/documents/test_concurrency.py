"""Several people at the same instant, in the file or on paper: each act counts once and none is lost (C1, C2)."""

from functools import partial
from itertools import count as numbers

import pytest
from django.core.cache import cache

from core.models import AuditEvent
from documents import actions, jobs, storage
from documents.actions import signature as signature_actions
from documents.enums import DocumentKind, SigningState, Stamp
from documents.models import Document, StoredFile
from documents.signing.authority import current_authority
from documents.signing.engine import SILENCE_KEY
from documents.verification.reader import verify_pdf
from tests.documents.conftest import read
from tests.documents.paper import given
from tests.documents.stamping import honest
from tests.documents.test_timestamps import refusal
from tests.utils.at_once import at_once
from tests.utils.counts import IS_SOAK, count
from tests.utils.delegations import delegate
from tests.utils.world import Tenant, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
C1_ROUNDS = count(1, full=50)
C1_CLICKS = (2, 8, 32) if IS_SOAK else (4,)
C2_ROUNDS = count(2, full=200)
PAPER_ROUNDS = count(2, full=50)
UNLOCKED_ROUNDS = 50
ALREADY = "Votre organisation a déjà signé ce document."


@pytest.fixture
def west() -> Tenant:
    return make_world().west


@pytest.fixture
def issue_one(west):
    """Return what issues a new document of one page, that the three parties are to sign."""
    keys = numbers(1)

    def issue() -> Document:
        document = actions.issue_document(
            actor=west.coordinator.as_actor(),
            kind=DocumentKind.ANNUAL_ANNEX,
            key=f"annex:{next(keys)}",
            title="Annexe annuelle",
            template_name="documents/pdf/base.html",
            payload={},
            circuit=[[west.cpts, west.ars, west.fund]],
            readers=[],
        )
        jobs.render_document(str(document.pk))
        return read(document)

    return issue


def signs(actor, document: Document, outside=None):
    return partial(actions.sign_document, actor=actor, document=document, outside=outside)


def signed_events(document: Document) -> int:
    return AuditEvent.objects.filter(action="document.sign", object_id=str(document.pk)).count()


def fields_in(document: Document) -> set[str]:
    """Return the fields of the file that bear a signature; what is there holds, whole."""
    report = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert report.is_intact or not report.signatures, report.reasons
    return {item.field for item in report.signatures}


def test_c2_three_signatures_at_the_same_instant_are_all_in_the_file(west, issue_one, record_property):
    for _round in range(C2_ROUNDS):
        document = issue_one()
        assert at_once(*(signs(actor, document) for actor in west.signing)) == []
        document = read(document)
        assert document.signing_state == SigningState.SIGNED
        assert fields_in(document) == {"signature_cpts", "signature_ars", "signature_fund"}
        assert (document.revisions.count(), signed_events(document)) == (4, 3)
    record_property("rounds", C2_ROUNDS)


def test_c2_without_the_lock_of_the_row_signatures_are_lost(west, issue_one, monkeypatch, record_property):
    """What the test above would not see if it could not fail."""
    monkeypatch.setattr(signature_actions, "_locked", read)
    for number in range(UNLOCKED_ROUNDS):
        document = issue_one()
        at_once(*(signs(actor, document) for actor in west.signing))
        if len(fields_in(read(document))) < 3:
            record_property("rounds before a loss", number)
            return
    pytest.fail("the lock is not what keeps the signatures")


def test_c2_a_time_stamp_that_comes_while_another_signs_loses_nothing(west, issue_one, time_stamping):
    """The signature without a token waits for the document to be stamped: the worker and a person meet on its row."""
    cpts, ars, _fund = west.signing
    document = issue_one()
    time_stamping.answer = refusal
    actions.sign_document(actor=cpts, document=document)
    time_stamping.answer = honest
    cache.delete(SILENCE_KEY)
    assert at_once(signs(ars, document), partial(jobs.stamp_document, str(document.pk))) == []
    jobs.stamp_documents()
    assert fields_in(read(document)) == {"signature_cpts", "signature_ars"}
    assert [place.stamp for place in read(document).signature_list] == [Stamp.STAMPED, Stamp.STAMPED, Stamp.NONE]
    assert not Document.objects.awaiting_stamp().exists()


@pytest.mark.parametrize("clicks", C1_CLICKS)
def test_c1_a_signature_asked_several_times_at_once_is_given_once(west, issue_one, clicks, record_property):
    for _round in range(C1_ROUNDS):
        document = issue_one()
        assert at_once(*[signs(west.signing[0], document)] * clicks) == [ALREADY] * (clicks - 1)
        assert fields_in(read(document)) == {"signature_cpts"}
        assert (document.revisions.count(), signed_events(document)) == (2, 1)
    record_property("rounds", C1_ROUNDS)


def test_c1_two_people_who_deposit_the_same_paper_at_once_sign_it_once(west, issue_one, record_property):
    delegate(west.president, west.treasurer)
    for number in range(PAPER_ROUNDS):
        document = issue_one()
        copies = [b"%%PDF-1.4 copie %d de %d" % (number, rank) for rank in (1, 2)]
        acts = [
            signs(person.as_actor(), document, given(document, west.president, content=copy))
            for person, copy in zip((west.president, west.treasurer), copies, strict=True)
        ]
        assert at_once(*acts) == [ALREADY]
        place = read(document).signature_list[0]
        assert storage.read(place.scan) in copies and place.file is None
        assert StoredFile.objects.filter(name="copie.pdf").count() == number + 1  # the other copy was not kept
        assert signed_events(document) == 1
    record_property("rounds", PAPER_ROUNDS)


def test_c1_who_signs_in_the_portal_while_her_delegate_deposits_a_paper_signs_once(west, issue_one, record_property):
    delegate(west.president, west.treasurer)
    for _round in range(PAPER_ROUNDS):
        document = issue_one()
        paper = given(document, west.treasurer)
        acts = [signs(west.signing[0], document), signs(west.treasurer.as_actor(), document, paper)]
        assert at_once(*acts) == [ALREADY]
        document = read(document)
        place = document.signature_list[0]
        assert (place.file is None) == place.is_on_paper
        assert fields_in(document) == (set() if place.is_on_paper else {"signature_cpts"})
        assert signed_events(document) == 1
    record_property("rounds", PAPER_ROUNDS)


def test_c2_papers_deposited_while_another_signs_in_the_portal_are_all_kept(west, issue_one, record_property):
    cpts, ars, fund = west.signing
    for _round in range(PAPER_ROUNDS):
        document = issue_one()
        acts = [
            signs(cpts, document, given(document, west.president)),
            signs(ars, document),
            signs(fund, document, given(document, west.fund_signatory)),
        ]
        assert at_once(*acts) == []
        document = read(document)
        assert document.signing_state == SigningState.SIGNED
        assert [place.is_on_paper for place in document.signature_list] == [True, False, True]
        assert fields_in(document) == {"signature_ars"} and signed_events(document) == 3
    record_property("rounds", PAPER_ROUNDS)
