"""A signature made outside, with a certificate of one's own: ours plus one, or a sentence that says what to do."""

from io import BytesIO

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from accounts.models import Organisation
from core.errors import DomainError
from core.models import AuditEvent
from documents import actions, jobs, storage
from documents.models import Document, Signature
from documents.signing.authority import current_authority
from documents.signing.identities import SigningIdentity
from documents.signing.keys import engine_signer
from documents.verification.outside import read_upload
from documents.verification.reader import verify_pdf
from tests.documents.conftest import issue, read
from tests.documents.stamping import made_certificate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("examined_at_hand")]
NAME = "Paul Le Goff, certificat qualifié"


@pytest.fixture
def own(rsa_key) -> SigningIdentity:
    """The certificate of a signatory, from an authority that the portal does not know."""
    root = made_certificate(rsa_key, common_name="Prestataire de confiance")
    certificate = made_certificate(rsa_key, common_name=NAME, issuer=(rsa_key, root))
    return SigningIdentity(key=rsa_key, certificate=certificate, chain=(root,), organisation="", notice="")


@pytest.fixture
def started(world, to_sign) -> Document:
    """A document that the CPTS signed in the portal: the ARS signs outside."""
    return actions.sign_document(actor=world.west.signing[0], document=to_sign)


def signed_elsewhere(pdf: bytes, identity: SigningIdentity, *, field: str = "signature_ars", change=None) -> bytes:
    """Return a file as the software of a signatory leaves it; `change(writer)` is made in the same revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if change:
        change(writer)
    metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    with engine_signer(identity) as key:
        return PdfSigner(metadata, signer=key).sign_pdf(writer).getvalue()


def bring_back(world, document: Document, content: bytes, position: int = 1) -> Document:
    return actions.sign_document(actor=world.west.signing[position], document=document, outside=read_upload(content))


def test_a_file_signed_elsewhere_is_taken_as_it_is_and_its_certificate_shown(world, client_of, started, own):
    content = signed_elsewhere(storage.read(started.file), own)
    document = bring_back(world, started, content)
    assert storage.read(document.file) == content
    ars = document.signature_list[1]
    assert ars.signer == world.west.ars_signatory.user and ars.is_made_outside
    assert NAME in ars.certificate_subject and "Prestataire de confiance" in ars.certificate_issuer
    assert ars.is_certificate_known is False
    page = client_of(world.west.reader).get(f"/documents/{document.pk}/").text
    assert "Certificat non reconnu par le portail" in page and NAME in page
    event = AuditEvent.objects.filter(action="document.sign").latest("sequence")
    assert NAME in event.after["certificate"]


def test_the_public_page_says_whose_certificate_it_is_by_the_code_and_by_the_file(world, client, started, own):
    """Not recognised is said, and is not a fault of a file that is genuine."""
    document = bring_back(world, started, signed_elsewhere(storage.read(started.file), own))
    upload = SimpleUploadedFile("contrat.pdf", storage.read(document.file))
    by_code = client.get(reverse("documents:verify_code", args=[document.code])).text
    by_file = client.post(reverse("documents:verify"), {"file": upload}).text
    for page in (by_code, by_file):
        assert NAME in page and "délivré par Prestataire de confiance" in page
        assert "Le portail ne reconnaît pas son autorité" in page and "Autorité inconnue" not in page


def test_who_signs_after_in_the_portal_leaves_every_signature_valid(world, started, own):
    document = bring_back(world, started, signed_elsewhere(storage.read(started.file), own))
    document = actions.sign_document(actor=world.west.signing[2], document=document)
    verdict = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert verdict.is_intact and verdict.is_complete
    assert [report.trusted for report in verdict.signatures] == [True, False, True]


def test_a_certificate_of_an_authority_of_the_trust_folder_is_recognised(world, started, own, settings, tmp_path):
    (tmp_path / "prestataire.pem").write_bytes(own.chain[0].public_bytes(Encoding.PEM))
    settings.SIGNING_TRUST = str(tmp_path)
    document = bring_back(world, started, signed_elsewhere(storage.read(started.file), own))
    assert document.signature_list[1].is_certificate_known is True


def test_who_signed_while_another_signed_is_told_and_nothing_is_lost(world, started, own):
    late = signed_elsewhere(storage.read(started.file), own)
    document = actions.sign_document(actor=world.west.signing[2], document=started)
    with pytest.raises(DomainError, match="téléchargez-le de nouveau") as caught:
        bring_back(world, document, late)
    assert caught.value.field == "file"
    assert read(document).file == document.file
    again = bring_back(world, document, signed_elsewhere(storage.read(document.file), own))
    assert again.is_signed


def turned(writer):
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page)


def relabelled(writer):
    field = next(
        item.get_object() for item in writer.root["/AcroForm"]["/Fields"] if item.get_object()["/T"] == "signature_fund"
    )
    field["/TU"] = generic.pdf_string("Signature d’une autre personne")
    writer.update_container(field)


def saved_again(content: bytes) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(out)
    return out.getvalue()


def one_byte_off(content: bytes) -> bytes:
    altered = bytearray(content)
    altered[content.rindex(b"/ByteRange") + 14] ^= 1
    return bytes(altered)


REFUSED = {
    "as downloaded": (lambda base, own: base, "pas de signature de plus"),
    "another file": (lambda base, own: b"%PDF-1.7\n%%EOF\n", "pas celui du portail"),
    "saved otherwise": (lambda base, own: saved_again(base), "pas celui du portail"),
    "something added, not signed": (lambda base, own: base + b"\n% rien\n", "signature de plus ne se lit"),
    "in the place of another": (
        lambda base, own: signed_elsewhere(base, own, field="signature_fund"),
        "emplacement de votre organisation",
    ),
    "in a place of its own": (
        lambda base, own: signed_elsewhere(base, own, field="Signature1"),
        "emplacement de votre organisation",
    ),
    "in the place of a time stamp": (
        lambda base, own: signed_elsewhere(base, own, field="Horodatage"),
        "emplacement de votre organisation",
    ),
    "a page turned": (lambda base, own: signed_elsewhere(base, own, change=turned), "modifié depuis"),
    "a label changed": (lambda base, own: signed_elsewhere(base, own, change=relabelled), "modifié depuis"),
    "a broken signature": (lambda base, own: one_byte_off(signed_elsewhere(base, own)), "ne suffit pas|une signature"),
    "something added after": (lambda base, own: signed_elsewhere(base, own) + b"\n% rien\n", "après la dernière"),
    "two signatures": (
        lambda base, own: signed_elsewhere(signed_elsewhere(base, own), own, field="signature_fund"),
        "et une seule",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_not_our_file_and_one_signature_more_is_refused_with_what_to_do(fault, world, started, own):
    make, sentence = REFUSED[fault]
    with pytest.raises(DomainError, match=sentence) as caught:
        bring_back(world, started, make(storage.read(started.file), own))
    assert caught.value.field == "file"
    document = read(started)
    assert document.file == started.file and not document.signature_list[1].signed_at


def test_the_place_of_another_signatory_of_the_same_party_is_refused_and_the_right_one_named(world, own):
    west = world.west
    Organisation.objects.filter(pk=west.cpts.pk).update(signatory_count=2)
    west.cpts.refresh_from_db()
    document = actions.sign_document(actor=west.signing[1], document=issue(world))
    base = storage.read(document.file)
    with pytest.raises(DomainError, match="le premier qui est libre si elle en a plusieurs"):
        bring_back(world, document, signed_elsewhere(base, own, field="signature_cpts_2"), position=0)
    document = bring_back(world, document, signed_elsewhere(base, own, field="signature_cpts"), position=0)
    assert [row.is_made_outside for row in document.signature_list] == [True, False, False, False]


def test_the_first_signature_is_made_in_the_portal(world, to_sign, own):
    content = signed_elsewhere(storage.read(to_sign.file), own, field="signature_cpts")
    with pytest.raises(DomainError, match="première signature se fait dans le portail"):
        bring_back(world, to_sign, content, position=0)


def test_the_archive_is_closed_after_a_signature_made_outside(world, started, own, time_stamping):
    content = signed_elsewhere(storage.read(started.file), own)
    document = bring_back(world, started, content)
    document = actions.sign_document(actor=world.west.signing[2], document=document)
    jobs.stamp_documents()
    document = read(document)
    assert document.level.startswith("PAdES-B-LTA")
    assert verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots()).is_intact


@pytest.mark.parametrize("facts", [{"is_certificate_known": True}, {"certificate_subject": NAME}])
def test_the_database_refuses_a_certificate_without_a_signature_made_outside(to_sign, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(**facts)
