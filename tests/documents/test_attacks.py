"""Who attacks a signature from inside: a code used twice or borrowed, one person for two parties, bytes changed in the
store, a copy made to bring the reader down. Attacks on the file itself are in test_tampering and test_outside."""

import zlib
from datetime import timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
import pytest
import time_machine
from allauth.core.context import request_context
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.forms import SERVED
from accounts.models import Membership
from core.enums import Role
from core.errors import DomainError
from documents import actions
from documents.forms import SigningForm
from documents.models import Document, Signature
from documents.paper.acceptance import check_pages, read_pages
from documents.storage import AlteredFile
from tests.documents.conftest import read
from tests.documents.paper import given
from tests.utils.factories import TOTP_SECRET, MembershipFactory

pytestmark = pytest.mark.django_db
WRONG = ["Code incorrect."]


def code_of(secret: str) -> str:
    """Return what an authentication application shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def asked_of(person: Membership, document: Document, code: str) -> SigningForm:
    """Return the form of a page that signs, as this person sends it with a code."""
    request = RequestFactory().post("/")
    request.user, request.actor = person.user, person.as_actor()
    form = SigningForm({"code": code}, request=request, document=document)
    with request_context(request):
        form.full_clean()
    return form


def test_a_code_that_has_signed_signs_nothing_more(world, to_sign):
    shown = code_of(TOTP_SECRET)
    with time_machine.travel(timezone.now(), tick=False):
        assert asked_of(world.west.president, to_sign, shown).is_valid()
        assert asked_of(world.west.president, to_sign, shown).errors["code"] == [SERVED]


def test_a_code_of_another_time_or_of_another_account_does_not_sign(world, to_sign):
    with time_machine.travel(timezone.now() - timedelta(minutes=10)):
        former = code_of(TOTP_SECRET)
    world.west.ars_signatory.user.authenticator_set.all().delete()
    TOTP.activate(world.west.ars_signatory.user, "KRSXG5CTMVRXEZLU")
    borrowed = code_of("KRSXG5CTMVRXEZLU")
    for code in (former, borrowed):
        assert asked_of(world.west.president, to_sign, code).errors["code"] == WRONG
    assert asked_of(world.west.ars_signatory, to_sign, borrowed).is_valid()


def test_a_recovery_code_signs_once(world, to_sign):
    person = world.west.president
    (spent, *_others) = RecoveryCodes.activate(person.user).get_unused_codes()
    assert asked_of(person, to_sign, spent).is_valid()
    assert asked_of(person, to_sign, spent).errors["code"] == [SERVED]


def test_one_person_does_not_sign_for_two_parties(world, to_sign):
    president = world.west.president
    elsewhere = MembershipFactory(user=president.user, organisation=world.west.ars, role=Role.SIGNATORY)
    document = actions.sign_document(actor=president.as_actor(), document=to_sign)
    for outside in (None, given(document, world.west.ars_signatory), given(document, elsewhere)):
        with pytest.raises(DomainError, match="Une même personne ne signe pas pour deux parties"):
            actions.sign_document(actor=elsewhere.as_actor(), document=document, outside=outside)
    with pytest.raises(DomainError, match="ne signe pas pour deux parties"):
        actions.sign_document(
            actor=world.west.ars_signatory.as_actor(), document=document, outside=given(document, elsewhere)
        )
    place = Signature.objects.get(document=document, side="CPTS")
    facts = {"signer": place.signer, "signer_name": place.signer_name, "signed_at": place.signed_at, "file": place.file}
    with pytest.raises(IntegrityError, match="documents_nobody_signs_twice"), transaction.atomic():
        Signature.objects.filter(document=document, side="ARS").update(**facts)


def test_who_deposited_a_paper_for_a_party_signs_for_no_other(world, to_sign):
    treasurer = MembershipFactory(organisation=world.west.cpts, role=Role.PRESIDENT)
    elsewhere = MembershipFactory(user=treasurer.user, organisation=world.west.ars, role=Role.SIGNATORY)
    copy = given(to_sign, world.west.president)
    document = actions.sign_document(actor=treasurer.as_actor(), document=to_sign, outside=copy)
    with pytest.raises(DomainError, match="ne signe pas pour deux parties"):
        actions.sign_document(actor=elsewhere.as_actor(), document=document)


def test_bytes_changed_in_the_store_are_neither_given_nor_signed(world, client_of, to_sign):
    path = to_sign.file.path
    with default_storage.open(path) as file:
        kept = file.read()
    default_storage.delete(path)
    default_storage.save(path, ContentFile(kept.replace(b"%PDF-1.7", b"%PDF-1.6")))
    page = client_of(world.west.reader).get(reverse("documents:document_download", args=[to_sign.pk]))
    assert page.status_code == 503 and "Ce fichier a été altéré dans le stockage." in page.text
    with pytest.raises(AlteredFile):
        actions.sign_document(actor=world.west.signing[0], document=to_sign)
    assert not read(to_sign).signature_list[0].signed_at


# A copy made to bring down who reads it


def pdf_of(change) -> bytes:
    """Return a PDF of one page, once changed."""
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    options = change(pdf) or {}
    pdf.save(out, **options)
    return out.getvalue()


def drawn_without_end(pdf: pikepdf.Pdf) -> None:
    """A page of a few megabytes that holds six hundred megabytes of strokes."""
    stream, squeezed = pikepdf.Stream(pdf, b""), zlib.compressobj(1)
    strokes = b"0 0 m 1 1 l S " * 75_000
    content = b"".join(squeezed.compress(strokes) for _megabyte in range(600)) + squeezed.flush()
    stream.write(content, filter=pikepdf.Name.FlateDecode)
    pdf.pages[0].Contents = pdf.make_indirect(stream)


def as_large_as_a_wall(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].MediaBox = [0, 0, 14_400, 14_400]


def locked(pdf: pikepdf.Pdf) -> dict:
    return {"encryption": pikepdf.Encryption(user="secret", owner="secret")}


def fifty_thousand_pixels_a_side() -> bytes:
    """An image of 2.5 thousand million pixels in 300 kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    side, squeezed = 50_000, zlib.compressobj(1)
    row = bytes(1 + side // 8)
    data = b"".join(squeezed.compress(row * 1000) for _thousand in range(side // 1000)) + squeezed.flush()
    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def zipped() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("contrat.pdf", bytes(20_000_000))
    return out.getvalue()


BOMBS = {
    "strokes without end": ("copie.pdf", lambda: pdf_of(drawn_without_end), "n’ont pas pu être lues à temps"),
    "a page as large as a wall": ("copie.pdf", lambda: pdf_of(as_large_as_a_wall), "n’a pas été reconnue"),
    "a locked file": ("copie.pdf", lambda: pdf_of(locked), "protégé par un mot de passe"),
    "an image too large": ("copie.png", fifty_thousand_pixels_a_side, "ne s’ouvre pas"),
    "an archive under another name": ("copie.pdf", zipped, "malgré son nom"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_b2_a_copy_made_to_bring_the_reader_down_is_refused_with_a_sentence(bomb, to_sign):
    name, make, sentence = BOMBS[bomb]
    whole = pdf_of(lambda pdf: None)
    with pytest.raises(DomainError, match=sentence) as caught:
        check_pages(read_pages(whole, [(name, make())])[2], code=to_sign.code)
    assert caught.value.field in ("scan", None, "")
