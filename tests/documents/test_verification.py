"""A file that is not what it was is never called intact."""

from io import BytesIO

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents.signing.authority import DemonstrationAuthority
from documents.verification.reader import verify_pdf
from tests.documents.conftest import FIELDS, sign


@pytest.fixture
def verify(authority):
    roots = authority.trusted_roots()
    return lambda content: verify_pdf(content, trusted_roots=roots)


def signed_ranges(content: bytes) -> list[list[int]]:
    with pikepdf.open(BytesIO(content)) as pdf:
        return [[int(number) for number in field.V.ByteRange] for field in pdf.Root.AcroForm.Fields if "/V" in field]


def updated(content: bytes, change) -> bytes:
    """Return the file with one more revision, made by `change(writer)`."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_byte_altered_anywhere_that_is_signed_is_found(signed, verify):
    first, second, last = signed_ranges(signed)
    positions = [
        2000,  # pages, fonts, structure
        first[1] // 2,
        first[2] + 40,  # the end of the first signature's revision
        (second[1] + first[2] + first[3]) // 2,  # the second signature's own revision
        signed.rindex(b"/ByteRange") + 14,
        signed.rindex(b"/Reason") + 12,
        last[2] + 60,  # the last revision, after its signature
        len(signed) - 20,  # startxref
    ]
    for position in positions:
        altered = bytearray(signed)
        altered[position] ^= 1
        assert not verify(bytes(altered)).is_intact, position


@pytest.mark.parametrize("tail", [b"\n", b"\n%%EOF\n"])
def test_bytes_added_at_the_end_are_found(signed, verify, tail):
    verdict = verify(signed + tail)
    assert not verdict.is_intact
    assert verdict.reasons


@pytest.mark.parametrize("kept", [0, 5000, -1, -5000])
def test_a_truncated_file_is_not_intact(signed, verify, kept):
    assert not verify(signed[:kept]).is_intact


def test_a_file_cut_back_to_an_earlier_signature_is_not_complete(revisions, verify):
    verdict = verify(revisions[2])
    assert verdict.is_intact
    assert not verdict.is_complete
    assert verdict.unsigned_fields == (FIELDS[2].name,)


def test_a_page_turned_in_a_later_revision_is_found(signed, verify):
    def turn(writer):
        page = writer.find_page_for_modification(0)[0].get_object()
        page["/Rotate"] = generic.NumberObject(180)
        writer.update_container(page)

    verdict = verify(updated(signed, turn))
    assert not verdict.is_intact
    assert any("modifié" in reason or "altéré" in reason for reason in verdict.reasons)


def test_another_label_on_a_field_is_found(signed, verify):
    def relabel(writer):
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        field["/TU"] = generic.pdf_string("Signature d’une autre personne")
        writer.update_container(field)

    assert not verify(updated(signed, relabel)).is_intact


def test_a_revision_that_changes_nothing_signed_is_still_not_ours(signed, verify):
    def add_nothing(writer):
        writer.add_object(generic.pdf_string("rien"))

    assert not verify(updated(signed, add_nothing)).is_intact


def test_a_signature_from_another_authority_is_intact_but_not_trusted(contract, verify, tmp_path):
    verdict = verify(sign(contract, 0, DemonstrationAuthority(tmp_path)))
    assert verdict.is_intact
    assert not verdict.is_trusted
    assert any("autorité reconnue" in reason for reason in verdict.reasons)


def test_an_unsigned_document_says_so(contract, verify):
    verdict = verify(contract)
    assert not verdict.is_intact
    assert not verdict.is_complete
    assert verdict.unsigned_fields == tuple(field.name for field in FIELDS)
    assert verdict.reasons == ("Le fichier ne porte aucune signature.",)


def test_signatures_stripped_by_a_new_save_are_missed(signed, verify):
    out = BytesIO()
    with pikepdf.open(BytesIO(signed)) as pdf:
        pdf.save(out)
    assert not verify(out.getvalue()).is_intact


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04" + bytes(500), b"%PDF-1.7\n%%EOF\n" * 40])
def test_what_is_not_a_pdf_is_not_intact(content, verify):
    verdict = verify(content)
    assert not verdict.is_intact
    assert verdict.signatures == ()
