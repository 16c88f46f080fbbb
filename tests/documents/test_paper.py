"""A signature on paper: every page found again by its code, kept beside a file that bears no false signature."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from PIL import Image, ImageFilter

from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from documents import actions, jobs, storage
from documents.enums import SigningState, Stamp, Verdict
from documents.forms import PaperForm
from documents.layout.marks import page_address
from documents.models import Signature, StoredFile
from documents.paper.acceptance import check_pages, read_pages
from documents.paper.reader import MARK, marks_of_image
from documents.paper.scanning import Scan, ScannedPage
from documents.signing.authority import current_authority
from documents.signing.engine import signature_fields
from documents.verification.answers import Asked, answer_of, plain
from documents.verification.reader import verify_pdf
from documents.verification.verdicts import judge_code, judge_file
from tests.documents.conftest import read
from tests.documents.paper import as_jpeg, as_pdf, given, scanned_pages, without_code
from tests.utils import stories
from tests.utils.delegations import delegate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("examined_at_hand")]
CODE, OTHER = "K7QF-2MXW-9RTA", "9RTA-2MXW-K7QF"


def pages_of(*marks, expected: int = 3, bound: bytes | None = None) -> Scan:
    """Return a scan on whose pages these marks were read; a number alone is a page of our document."""
    read_marks = [((CODE, mark),) if isinstance(mark, int) else mark for mark in marks]
    names = [f"page{rank}.jpg" if bound else "copie.pdf" for rank in range(1, len(marks) + 1)]
    pages = [
        ScannedPage(rank=rank, name=name, marks=mark)
        for rank, (name, mark) in enumerate(zip(names, read_marks, strict=True), start=1)
    ]
    return Scan(expected=expected, pages=tuple(pages), bound=bound)


# The pages


def test_all_the_pages_once_and_in_order_are_taken():
    check_pages(pages_of(1, 2, 3), code=CODE)


FAULTS = {
    "another document": (
        pages_of(1, ((OTHER, 2),), 3),
        f"^La page 2 du fichier vient d’un autre document, de code {OTHER}",
    ),
    "not recognised": (pages_of(1, 2, ()), "^La page 3 du fichier n’a pas été reconnue"),
    "two on one image": (pages_of(((CODE, 1), (CODE, 2)), 3), "^La page 1 du fichier montre plusieurs pages"),
    "missing": (pages_of(1, 3), "^Il manque la page 2 du document, qui en compte 3"),
    "several missing": (pages_of(2), "^Il manque les pages 1 et 3 du document"),
    "nothing": (pages_of(), "^Il manque les pages 1, 2 et 3"),
    "twice": (
        pages_of(1, 2, 2, 3),
        "^La page 2 du document est là deux fois .la page 2 du fichier et la page 3 du fichier.",
    ),
    "in disorder": (
        pages_of(1, 3, 2),
        "^Les pages ne sont pas dans l’ordre : la page 3 du document vient avant la page 2",
    ),
    "a number too high": (pages_of(1, 2, 3, 4), "porte un numéro que ce document n’a pas : il compte 3 pages"),
    "an image not recognised": (pages_of(1, (), 3, bound=b"%PDF"), "^L’image « page2.jpg » n’a pas été reconnue"),
    "will not open": (Scan(expected=3, unreadable="copie.pdf"), "^« copie.pdf » ne s’ouvre pas"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_the_pages_has_its_sentence_beside_the_field(fault):
    scan, sentence = FAULTS[fault]
    with pytest.raises(DomainError, match=sentence) as caught:
        check_pages(scan, code=CODE)
    assert caught.value.field == "scan"


@pytest.mark.parametrize("page", [1, 9, 120])
@pytest.mark.parametrize("portal", ["http://localhost:8000", "https://cpts.exemple.fr/portail"])
def test_the_address_printed_says_the_code_and_the_page_wherever_the_portal_was(settings, portal, page):
    settings.PORTAL_URL = portal
    assert MARK.search(page_address(CODE, page)).groups() == (CODE, str(page))


# From the sheet to the pages


@pytest.fixture(scope="module")
def sheets(contract) -> list[Image.Image]:
    """The contract of four pages, printed, signed and scanned."""
    return scanned_pages(contract)


def test_each_page_of_a_scan_at_150_dots_is_found_again_and_the_file_kept_as_it_came(contract, sheets):
    received = as_pdf(sheets)
    name, content, scan = read_pages(contract, [("Contrat signé.pdf", received)])
    check_pages(scan, code=CODE)
    assert (name, content, scan.expected, len(scan.pages)) == ("Contrat signé.pdf", received, 4, 4)


@pytest.mark.parametrize("lies", [0, 90, 180])
def test_a_coarse_and_blurred_page_is_read_in_its_corner_however_it_lies(contract, lies):
    page = scanned_pages(contract, resolution=120, turned=-2.5)[0].filter(ImageFilter.GaussianBlur(0.6))
    assert marks_of_image(as_jpeg(page.rotate(lies, expand=True))) == [(CODE, 1)]


def test_a_scan_at_200_dots_turned_the_other_way_is_read_too(contract):
    pages = scanned_pages(contract, resolution=200, turned=-2.5)
    check_pages(read_pages(contract, [("copie.pdf", as_pdf(pages, resolution=200))])[2], code=CODE)


def test_images_in_any_order_are_bound_in_that_of_the_pages(contract, sheets):
    upside_down = sheets[-1].rotate(180, fillcolor=246)
    uploads = [(f"photo{rank}.jpg", as_jpeg(page)) for rank, page in enumerate([upside_down, *sheets[:-1]])]
    name, content, scan = read_pages(contract, uploads)
    check_pages(scan, code=CODE)
    assert [page.name for page in scan.pages] == ["photo1.jpg", "photo2.jpg", "photo3.jpg", "photo0.jpg"]
    assert name == "photo0.pdf"
    check_pages(read_pages(contract, [(name, content)])[2], code=CODE)  # what is kept can be read again


def test_a_folded_corner_and_a_page_of_another_document_are_told(contract, sheets):
    folded = as_pdf([without_code(sheets[0]), *sheets[1:]])
    with pytest.raises(DomainError, match="La page 1 du fichier n’a pas été reconnue"):
        check_pages(read_pages(contract, [("copie.pdf", folded)])[2], code=CODE)
    with pytest.raises(DomainError, match=f"vient d’un autre document, de code {CODE}"):
        check_pages(read_pages(contract, [("copie.pdf", as_pdf(sheets))])[2], code=OTHER)


NOT_A_COPY = {
    "no PDF": ([("copie.pdf", b"%PDF-1.4 rien")], "ne s’ouvre pas"),
    "no image": ([("copie.jpg", b"\xff\xd8\xff rien")], "ne s’ouvre pas"),
    "another kind": ([("copie.docx", b"PK")], "PDF, JPEG ou PNG|PDF, PNG ou JPEG"),
    "a PDF and an image": ([("a.pdf", b"%PDF-1.4"), ("b.jpg", b"\xff\xd8\xff")], "un seul PDF qui réunit"),
}


@pytest.mark.parametrize("fault", NOT_A_COPY)
def test_what_is_no_copy_of_pages_is_refused(contract, fault):
    uploads, sentence = NOT_A_COPY[fault]
    with pytest.raises(DomainError, match=sentence):
        check_pages(read_pages(contract, uploads)[2], code=CODE)


def test_the_document_itself_is_no_copy_of_it(contract):
    with pytest.raises(DomainError, match="document électronique lui-même"):
        read_pages(contract, [("contrat.pdf", contract)])


# The signature


def test_a_paper_signature_leaves_the_bytes_alone_and_is_never_said_electronic(world, client_of, to_sign):
    cpts, ars, fund = world.west.signing
    document = actions.sign_document(actor=cpts, document=to_sign)
    before = document.file
    with stories.at(clock.today() + timedelta(days=2)):
        day = clock.today() - timedelta(days=1)
        copy = given(document, world.west.ars_signatory, handwritten_on=day)
        document = actions.sign_document(actor=ars, document=document, outside=copy)
    place = document.signature_list[1]
    assert document.file == before and place.file is None and storage.read(place.scan) == copy.content
    assert place.is_on_paper and place.state == "Signée sur papier" and place.handwritten_on == day
    assert (place.signer, place.depositor) == (world.west.ars_signatory.user, world.west.ars_signatory.user)
    fields = signature_fields(storage.read(document.file))
    assert fields["signature_cpts"] and not fields["signature_ars"]
    page = client_of(world.west.fund_officer).get(reverse("documents:document_detail", args=[document.pk])).text
    assert "Signé sur papier" in page and "Le fichier du document ne porte pas cette signature." in page
    event = AuditEvent.objects.filter(action="document.sign").latest("sequence")
    assert event.after["on_paper"] is True and event.after["sha256"] == place.scan.sha256
    document = actions.sign_document(actor=fund, document=document)
    assert document.signing_state == SigningState.SIGNED
    report = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert report.is_intact and [item.field for item in report.signatures] == ["signature_cpts", "signature_fund"]


def test_the_copy_is_read_by_the_parties_and_by_nobody_else(world, client_of, to_sign):
    document = actions.sign_document(
        actor=world.west.signing[1], document=to_sign, outside=given(to_sign, world.west.ars_signatory)
    )
    url = reverse("documents:file_download", args=[document.signature_list[1].scan_id])
    for reader in (world.west.reader, world.west.fund_officer, world.observer):
        assert client_of(reader).get(url).status_code == 200
    for stranger in (world.east.coordinator, world.neighbour.president):
        assert client_of(stranger).get(url).status_code == 404


def test_the_first_electronic_signature_certifies_the_file_after_one_on_paper(world, to_sign):
    cpts, ars, fund = world.west.signing
    actions.sign_document(actor=cpts, document=to_sign, outside=given(to_sign, world.west.president))
    for actor in (ars, fund):
        document = actions.sign_document(actor=actor, document=to_sign)
    report = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert report.is_intact and len(report.signatures) == 2
    judgement = judge_file(storage.read(document.file))
    assert judgement.verdict == Verdict.GENUINE
    lines = plain(answer_of(judgement))["signatures"]
    assert [line["is_on_paper"] for line in lines] == [True, False, False]
    assert lines[0]["is_valid"] is None and lines[0]["is_timestamped"] is False and lines[1]["is_valid"] is True


def test_the_last_signature_on_paper_completes_the_document_and_closes_its_archive(world, to_sign, time_stamping):
    cpts, ars, fund = world.west.signing
    for actor in (cpts, ars):
        document = actions.sign_document(actor=actor, document=to_sign)
    whole = storage.read(document.file)
    assert judge_file(whole).verdict == Verdict.INCOMPLETE
    document = actions.sign_document(actor=fund, document=document, outside=given(to_sign, world.west.fund_signatory))
    assert document.is_signed and document.stamp == Stamp.PENDING
    assert judge_file(whole).verdict == Verdict.GENUINE
    jobs.stamp_documents()
    document = read(document)
    assert document.level.startswith("PAdES-B-LTA") and document.signature_list[2].stamp == Stamp.NONE
    assert judge_file(whole).verdict == Verdict.INCOMPLETE  # the portal keeps a later state, time-stamped
    assert judge_file(storage.read(document.file)).verdict == Verdict.GENUINE


def test_a_document_signed_on_paper_by_all_says_so_and_claims_no_level(world, to_sign, time_stamping):
    people = (world.west.president, world.west.ars_signatory, world.west.fund_signatory)
    for actor, person in zip(world.west.signing, people, strict=True):
        document = actions.sign_document(actor=actor, document=to_sign, outside=given(to_sign, person))
    assert document.is_signed and document.level == "" and document.stamp == Stamp.NONE
    answer = answer_of(judge_file(storage.read(document.file)))
    assert answer.verdict == Verdict.GENUINE and answer.notice == ""
    assert "toutes ses parties l’ont signé, sur papier" in answer.sentence


def test_the_public_page_tells_the_paper_from_the_file(world, client, to_sign):
    cpts, ars, fund = world.west.signing
    actions.sign_document(actor=cpts, document=to_sign, outside=given(to_sign, world.west.president))
    for actor in (ars, fund):
        actions.sign_document(actor=actor, document=to_sign)
    page = client.get(reverse("documents:verify_code", args=[to_sign.code])).text
    assert "que toutes ses parties ont signé, dont une sur papier" in page
    assert page.count("Signé sur papier") == 1 and "conservée par le portail" in page
    assert reverse("documents:file_download", args=[Signature.objects.get(scan__isnull=False).scan_id]) not in page
    assert answer_of(judge_code(to_sign.code), asked=Asked.CODE).on_paper == 1


def test_the_copy_itself_is_no_document_of_the_portal(world, to_sign):
    copy = given(to_sign, world.west.president)
    actions.sign_document(actor=world.west.signing[0], document=to_sign, outside=copy)
    assert judge_file(copy.content).verdict == Verdict.UNKNOWN


def test_a_delegate_may_deposit_the_paper_of_the_president_who_signed_it(world, to_sign):
    west = world.west
    delegate(west.president, west.treasurer)
    copy = given(to_sign, west.president)
    document = actions.sign_document(actor=west.treasurer.as_actor(), document=to_sign, outside=copy)
    place = document.signature_list[0]
    assert (place.signer, place.depositor) == (west.president.user, west.treasurer.user)
    assert place.depositor_name == str(west.treasurer.user) and place.delegated_by == ""


def test_a_delegate_who_signs_by_hand_signs_by_delegation(world, to_sign):
    west = world.west
    delegate(west.president, west.treasurer)
    copy = given(to_sign, west.treasurer)
    document = actions.sign_document(actor=west.president.as_actor(), document=to_sign, outside=copy)
    assert document.signature_list[0].delegated_by == str(west.president.user)


def test_who_may_not_sign_deposits_no_paper_and_is_named_on_none(world, to_sign):
    west = world.west
    copy = given(to_sign, west.president)
    with pytest.raises(NotAllowed):
        actions.sign_document(actor=west.coordinator.as_actor(), document=to_sign, outside=copy)
    for person in (west.coordinator, world.east.president, west.ars_signatory):
        with pytest.raises(DomainError, match="ne peut pas signer au nom de votre organisation") as caught:
            actions.sign_document(actor=west.signing[0], document=to_sign, outside=given(to_sign, person))
        assert caught.value.field == "signatory"


def test_a_party_signs_once_on_paper_or_in_the_file(world, to_sign):
    cpts = world.west.signing[0]
    copy = given(to_sign, world.west.president)
    actions.sign_document(actor=cpts, document=to_sign, outside=copy)
    for again in (None, copy):
        with pytest.raises(DomainError, match="déjà signé"):
            actions.sign_document(actor=cpts, document=to_sign, outside=again)


def test_the_day_written_is_between_the_document_and_today(world, to_sign):
    for day in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=1)):
        copy = given(to_sign, world.west.president, handwritten_on=day)
        with pytest.raises(DomainError, match="indiquez un jour entre celui-là et aujourd’hui") as caught:
            actions.sign_document(actor=world.west.signing[0], document=to_sign, outside=copy)
        assert caught.value.field == "handwritten_on"


def test_a_refused_copy_costs_no_code_and_keeps_what_was_typed(world, to_sign):
    west = world.west
    request = RequestFactory().post("/")
    request.user, request.actor = west.president.user, west.president.as_actor()
    form = PaperForm(
        {"signatory": west.president.pk, "handwritten_on": f"{clock.today():%d/%m/%Y}", "code": "123456"},
        MultiValueDict({"scan": [SimpleUploadedFile("copie.pdf", b"%PDF-1.4 rien")]}),
        request=request,
        document=to_sign,
    )
    assert set(form.errors) == {"scan", "attested"}
    assert [str(person.user) for person in form.fields["signatory"].queryset] == [str(west.president.user)]


def test_all_that_a_copy_lacks_is_told_at_once_the_code_too(world, to_sign):
    request = RequestFactory().post("/")
    request.user, request.actor = world.west.president.user, world.west.president.as_actor()
    form = PaperForm({}, request=request, document=to_sign)
    assert set(form.errors) == {"scan", "signatory", "handwritten_on", "attested", "code"}


IMPOSSIBLE = {
    "a scan and nobody": lambda place, file: {"scan": file},
    "a scan beside a signature of the file": lambda place, file: {
        "scan": file,
        "handwritten_on": date(2026, 1, 1),
        "depositor": place.signer,
        "depositor_name": "Jeanne",
    },
    "neither file nor scan": lambda place, file: {"file": None},
    "a day without a scan": lambda place, file: {"handwritten_on": date(2026, 1, 1)},
}


def test_the_database_refuses_a_paper_without_its_copy_or_beside_a_signature_of_the_file(world, to_sign):
    document = actions.sign_document(actor=world.west.signing[0], document=to_sign)
    place = document.signature_list[0]
    for facts in IMPOSSIBLE.values():
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.filter(pk=place.pk).update(**facts(place, StoredFile.objects.first()))


def test_the_database_refuses_a_paper_with_a_time_stamp_or_without_a_depositor(world, to_sign):
    copy = given(to_sign, world.west.president)
    document = actions.sign_document(actor=world.west.signing[0], document=to_sign, outside=copy)
    for facts in ({"stamp": Stamp.PENDING}, {"depositor_name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.filter(pk=document.signature_list[0].pk).update(**facts)
