"""S1: whatever is done to a signed file, it is never said genuine, incomplete nor replaced.

Every altered byte is caught by the register alone: some 300 positions here, all of them in a soak. What the signatures
themselves still see is asked in this process: once a part here, on some 300 positions in a soak.
"""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from itertools import pairwise

import pikepdf
import pytest
from django.db import transaction
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents.enums import Verdict
from documents.models import Signature, StoredFile
from documents.signing.authority import DemonstrationAuthority, current_authority
from documents.signing.engine import sign_pdf
from documents.verification.reader import CODE, verify_pdf
from documents.verification.verdicts import judge_digest, judge_file, judge_known
from tests.documents.conftest import ISSUED_AT
from tests.documents.story import Issued, issue
from tests.utils.counts import count
from tests.utils.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.soak, pytest.mark.usefixtures("examined_at_hand")]
POSITIONS = 300
MASKS = (0x01, 0x80)


@pytest.fixture(scope="module")
def issued(django_db_setup, django_db_blocker):
    """An annex that the three signed; made once a module, then undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield issue(make_world(), "annex:1")
        transaction.set_rollback(True)


@pytest.fixture(params=[1, 3], ids=["one signature", "three signatures"])
def content(request, issued) -> bytes:
    return issued.states[request.param]


def ranges(content: bytes) -> dict[str, range]:
    """Return the parts of a signed file, by what they are made of: every byte of it is in one."""
    with pikepdf.open(BytesIO(content)) as pdf:
        signatures = [field.V for field in pdf.Root.AcroForm.Fields if "/V" in field]
        spans = sorted([int(number) for number in item.ByteRange] for item in signatures)
    parts, start = {}, 0
    for number, (_, gap, after, rest) in enumerate(spans, start=1):
        dictionary = content.rindex(b" obj", start, gap)
        padding = gap + 1 + 2 * der_length(bytes.fromhex(content[gap + 1 : gap + 9].decode()))
        parts |= {
            f"revision before signature {number}": range(start, dictionary),
            f"dictionary of signature {number}": range(dictionary, gap),
            f"signature {number}": range(gap, padding),
            f"padding of signature {number}": range(padding, after),
            f"byte range, cross references and trailer {number}": range(after, after + rest),
        }
        start = after + rest
    return parts


def der_length(head: bytes) -> int:
    """Return the whole length of a DER sequence, whose length is written on two bytes."""
    assert head[:2] == b"\x30\x82"
    return 4 + int.from_bytes(head[2:4])


def spread_over(part: range, many: int) -> Iterator[int]:
    """Give positions over a part, its first and last bytes among them; its last alone for one."""
    step = max(1, (len(part) - 1) // max(1, many - 1))
    yield from part[::step][: many - 1]
    yield part[-1]


def flipped(content: bytes, position: int, mask: int) -> bytes:
    altered = bytearray(content)
    altered[position] ^= mask
    return bytes(altered)


def updated(content: bytes, change) -> bytes:
    """Return the file with one more revision, made by `change(writer)`: what was signed keeps its bytes."""
    writer, out = IncrementalPdfFileWriter(BytesIO(content)), BytesIO()
    change(writer)
    writer.write(out)
    assert out.getvalue().startswith(content)
    return out.getvalue()


def test_s1_the_parts_of_the_file_cover_each_of_its_bytes(content):
    parts = list(ranges(content).values())
    assert parts[0].start == 0 and parts[-1].stop == len(content)
    assert all(before.stop == after.start for before, after in pairwise(parts))
    assert all(parts)


def test_s1_a_byte_altered_anywhere_is_found(content, record_property):
    parts = ranges(content).values()
    a_part = -(-POSITIONS // len(parts))
    positions = [position for part in parts for position in spread_over(part, count(a_part, full=len(part)))]
    altered = [(position, mask) for position in positions for mask in MASKS]
    assert len(altered) >= 500
    assert judge_digest(sha256(content).hexdigest()).verdict.is_ours  # what is not altered is ours
    ours = set(StoredFile.objects.filter(document__isnull=False).values_list("sha256", flat=True))
    assert sha256(content).hexdigest() in ours
    assert [which for which in altered if sha256(flipped(content, *which)).hexdigest() in ours] == []
    code = range(*CODE.search(content).span())
    bearing_it = [(position, mask) for position, mask in altered if position not in code]
    assert {judge_known(flipped(content, *which)).verdict for which in bearing_it[::100]} == {Verdict.ALTERED}
    record_property("altered files", len(altered))
    record_property("bytes of the file", len(content))


def test_s1_the_signatures_themselves_see_what_they_cover(content, record_property):
    """Padding and a few bytes of the certificates are covered by no signature: the register alone sees them."""
    roots, parts = current_authority().trusted_roots(), ranges(content)
    assert verify_pdf(content, trusted_roots=roots).is_intact
    for name, part in parts.items():
        positions = list(spread_over(part, count(1, full=-(-POSITIONS // len(parts)))))
        missed = [at for at in positions if verify_pdf(flipped(content, at, MASKS[0]), trusted_roots=roots).is_intact]
        assert not missed or name.startswith(("padding", "signature")), (name, missed)
        record_property(f"seen by the signatures alone, {name}", f"{len(positions) - len(missed)} of {len(positions)}")


# Attacks on the structure


def turn_a_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page)


def add_a_page(writer: IncrementalPdfFileWriter) -> None:
    media = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
    page = generic.DictionaryObject(
        {generic.pdf_name("/Type"): generic.pdf_name("/Page"), generic.pdf_name("/MediaBox"): media}
    )
    writer.insert_page(page)


def cover_with_an_annotation(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 400, 300, 450))),
            generic.pdf_name("/Contents"): generic.pdf_string("500 000 €"),
        }
    )
    notes = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
    page["/Annots"] = notes
    writer.update_container(page)


def replace_a_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


@pytest.mark.parametrize("change", [turn_a_page, add_a_page, cover_with_an_annotation, replace_a_page])
def test_s1_an_update_added_after_the_signatures_alters_the_file(content, change):
    judgement = judge_file(updated(content, change))
    assert judgement.verdict == Verdict.ALTERED
    assert judgement.report is None or not judgement.report.is_intact


def with_another_attachment(writer: IncrementalPdfFileWriter) -> None:
    """The page prints the SHA-256 of the data it attaches: other data take their place."""
    files = generic.ArrayObject([generic.pdf_string("donnees.json"), writer.add_object(generic.DictionaryObject())])
    writer.root["/Names"] = generic.DictionaryObject(
        {generic.pdf_name("/EmbeddedFiles"): generic.DictionaryObject({generic.pdf_name("/Names"): files})}
    )
    writer.update_root()


JOINED = {
    "an earlier state before": lambda issued: issued.states[1] + issued.whole,
    "an earlier state after": lambda issued: issued.whole + issued.states[1],
    "itself after": lambda issued: issued.whole * 2,
    "its signatures once more": lambda issued: issued.whole + issued.whole[len(issued.states[0]) :],
    "junk before its head": lambda issued: b"\xef\xbb\xbfjunk\n" + issued.whole,
    "an archive after": lambda issued: issued.whole + b"PK\x05\x06" + bytes(18),
    "other data attached": lambda issued: updated(issued.whole, with_another_attachment),
}


@pytest.mark.parametrize("joined", JOINED)
def test_s1_a_file_joined_to_another_alters_it(issued, joined):
    judgement = judge_file(JOINED[joined](issued))
    assert judgement.verdict == Verdict.ALTERED and judgement.document == issued.document
    assert judgement.report is None or not judgement.report.is_intact


@pytest.mark.parametrize("cut", [1, 20, 3000])
def test_s1_a_truncated_file_is_altered(content, cut):
    assert judge_known(content[:-cut]).verdict == Verdict.ALTERED


def test_s1_a_file_cut_back_to_an_earlier_signature_is_incomplete_never_genuine(issued):
    verdicts = [judge_known(issued.whole[: len(state)]).verdict for state in issued.states]
    assert verdicts == [Verdict.INCOMPLETE] * 3 + [Verdict.GENUINE]


def test_s1_signatures_stripped_and_the_file_saved_again_alter_it(content):
    out = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            if "/V" in field:
                del field.V
        pdf.save(out)
    assert judge_file(out.getvalue()).verdict == Verdict.ALTERED


def test_s1_a_file_signed_again_by_a_look_alike_authority_is_altered(issued, tmp_path):
    """Same names, same places, on our own unsigned file: each signature holds, and none is of our authority."""
    content = signed_by(DemonstrationAuthority(tmp_path), issued)
    judgement = judge_file(content)
    assert judgement.verdict == Verdict.ALTERED
    assert judgement.report.is_intact and not judgement.report.is_trusted


def signed_by(authority: DemonstrationAuthority, issued: Issued) -> bytes:
    content = issued.states[0]
    for position, item in enumerate(Signature.objects.filter(document=issued.document).select_related("signer")):
        signed = sign_pdf(
            pdf=content,
            field_name=item.field_name,
            signer=authority.signer_for(item.signer_name, item.organisation.name, item.signer.email),
            signer_name=item.signer_name,
            reason=issued.document.title,
            location=item.organisation.name,
            signed_at=ISSUED_AT,
            certify=position == 0,
        )
        content = signed.content
    return content


def test_s1_the_signatures_of_an_annex_do_not_hold_on_another(issued):
    """The pages of one, the signed revisions of the other: the seams show, whatever the code that it bears."""
    other = issue(issued.world, "annex:2")
    grafted = other.states[0] + issued.whole[len(issued.states[0]) :]
    judgement = judge_file(grafted)
    assert judgement.verdict == Verdict.ALTERED
    assert not judgement.report.is_intact
    assert judge_known(other.whole).document == other.document
    assert judge_known(issued.whole).document == issued.document
