"""The verdict on a file: genuine only when it is, byte for byte, the last state of what the portal issued."""

import json
import os
from io import BytesIO, StringIO
from itertools import product

import pikepdf
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from pypdf import PdfWriter

from accounts.models import Organisation
from core.errors import DomainError
from documents import actions, sandbox
from documents.codes import CODE_ALPHABET, read_code
from documents.enums import DocumentKind, Verdict
from documents.models import Document
from documents.signing.fields import is_signature_field
from documents.verification import checking
from documents.verification.answers import answer_of, plain
from documents.verification.reader import MOST_CODES, codes_in
from documents.verification.verdicts import judge_code, judge_digest, judge_file, judge_known
from tests.documents.story import issue
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db
AT_HAND = pytest.mark.usefixtures("examined_at_hand")


@pytest.fixture(scope="module")
def issued(django_db_setup, django_db_blocker):
    """An annex that the three signed; made once a module, then undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield issue(make_world(), "annex:1")
        transaction.set_rollback(True)


def run(path) -> tuple[dict, int]:
    """Return what the command writes, and its exit."""
    out = StringIO()
    try:
        call_command("verify_document", str(path), stdout=out)
    except SystemExit as end:
        return json.loads(out.getvalue()), end.code
    return json.loads(out.getvalue()), 0


@AT_HAND
def test_the_last_state_is_genuine_and_names_its_three_signatories(issued):
    answer = answer_of(judge_file(issued.whole))
    assert (answer.verdict, answer.reasons) == (Verdict.GENUINE, ())
    west = issued.world.west
    assert [line.organisation for line in answer.signatures] == [west.cpts.name, west.ars.name, west.fund.name]
    assert [line.signer for line in answer.signatures] == [actor.user_name for actor in west.signing]
    assert all(line.is_present and line.is_valid and line.is_trusted for line in answer.signatures)
    assert answer.document.code == issued.document.code


@AT_HAND
def test_a_party_renamed_since_keeps_the_name_that_the_document_prints(issued):
    printed = [actor.organisation_name for actor in issued.world.west.signing]
    Organisation.objects.update(name="CPAM issue d’une fusion")
    document = Document.objects.get(pk=issued.document.pk)
    answer = answer_of(judge_code(document.code))
    assert list(answer.document.parties) == printed
    assert [line.organisation for line in answer_of(judge_file(issued.whole)).signatures] == printed
    assert "fusion" not in str(judge_file(issued.states[1]).reasons)


@AT_HAND
def test_an_earlier_state_is_incomplete_and_names_who_is_missing(issued):
    west = issued.world.west
    judgement = judge_file(issued.states[1])
    assert judgement.verdict == Verdict.INCOMPLETE
    assert judgement.reasons == (f"Signatures présentes : 1 sur 3. Manque : {west.ars.name} et {west.fund.name}.",)
    assert [line.is_present for line in answer_of(judgement).signatures] == [True, False, False]
    assert [judge_known(state).verdict for state in issued.states] == [*[Verdict.INCOMPLETE] * 3, Verdict.GENUINE]


@AT_HAND
def test_a_document_that_nobody_signs_is_genuine_as_laid_out(world):
    minutes = issue(world, "minutes:1", kind=DocumentKind.MINUTES, signed=0)
    judgement = judge_file(minutes.whole)
    assert (judgement.verdict, judgement.reasons) == (Verdict.GENUINE, ())


def test_a_replaced_document_names_what_replaced_it(issued):
    actor = issued.world.west.coordinator.as_actor()
    later = issue(issued.world, "annex:2", signed=0)
    actions.replace_document(actor=actor, document=issued.document, by=later.document)
    judgement = judge_file(issued.whole)
    assert judgement.verdict == Verdict.SUPERSEDED
    assert judgement.reasons == (f"Remplacé par « Document annex:2 », code {later.document.code}.",)
    assert judge_known(issued.states[1]).verdict == Verdict.INCOMPLETE
    assert judge_known(later.whole).verdict == Verdict.GENUINE


def test_an_amended_document_is_said_amended_by_each_amendment(issued):
    actor = issued.world.west.coordinator.as_actor()
    for number in (1, 2):
        amendment = issue(issued.world, f"amendment:{number}", kind=DocumentKind.AMENDMENT, signed=0).document
        actions.replace_document(actor=actor, document=issued.document, by=amendment)
    first, second = judge_known(issued.whole).reasons
    assert first.startswith("Modifié par « Document amendment:1 »") and "amendment:2" in second


def test_a_refused_document_binds_nobody_and_names_the_round_that_followed(world):
    west = world.west
    refused = issue(world, "contract:1", signed=1)
    actions.refuse_document(actor=west.ars_signatory.as_actor(), document=refused.document, reason="Taille à revoir.")
    parties = [west.cpts, west.ars, west.fund]
    again = actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=DocumentKind.CONTRACT,
        key="contract:1:2",
        title="Contrat",
        template_name="documents/pdf/base.html",
        payload={},
        circuit=[parties],
        readers=parties,
        former_round=refused.document,
    )
    answer = answer_of(judge_known(refused.whole))
    assert answer.verdict == Verdict.INCOMPLETE
    assert answer.reasons == (
        "La signature de ce document s’est arrêtée sans effet : il n’engage personne.",
        f"Remplacé par « Contrat », code {again.code}.",
    )
    assert "n’engage personne" in answer.sentence and "Taille à revoir" not in str(plain(answer))


def test_a_document_replaces_one_other_and_never_itself(issued):
    actor = issued.world.west.coordinator.as_actor()
    later = issue(issued.world, "annex:2", signed=0).document
    actions.replace_document(actor=actor, document=issued.document, by=later)
    actions.replace_document(actor=actor, document=issued.document, by=later)  # twice is once
    with pytest.raises(DomainError, match="déjà"):
        actions.replace_document(actor=actor, document=later, by=later)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=later.pk).update(replaces=later)


@AT_HAND
@pytest.mark.parametrize("tail", [b"\n", b"% rien"])
def test_bytes_added_to_a_file_of_ours_alter_it(issued, tail):
    judgement = judge_file(issued.whole + tail)
    assert judgement.verdict == Verdict.ALTERED
    assert judgement.document == issued.document
    assert judgement.reasons[0].startswith(f"Le fichier porte le code {issued.document.code}")


@AT_HAND
def test_a_file_saved_by_another_program_is_altered_even_when_its_metadata_are_compressed(issued):
    writer, out = PdfWriter(clone_from=BytesIO(issued.whole)), BytesIO()
    place = writer.root_object.raw_get("/Metadata")
    writer._replace_object(place, place.get_object().flate_encode())
    writer.write(out)
    assert b"<dc:identifier>" not in out.getvalue()
    judgement = judge_file(out.getvalue())
    assert (judgement.verdict, judgement.document) == (Verdict.ALTERED, issued.document)


@AT_HAND
def test_a_signature_of_ours_on_other_bytes_alters_them(issued):
    """The code is struck out without moving a byte: the certificates still say where the signatures come from."""
    content = issued.whole.replace(issued.document.code.encode(), b"X" * len(issued.document.code))
    assert judge_known(content).verdict == Verdict.UNKNOWN
    judgement = judge_file(content)
    assert (judgement.verdict, judgement.document) == (Verdict.ALTERED, None)
    assert not any(line.is_valid for line in answer_of(judgement).signatures)


@AT_HAND
def test_a_file_stripped_of_its_code_and_signatures_is_unknown(issued):
    out = BytesIO()
    with pikepdf.open(BytesIO(issued.whole)) as pdf:
        del pdf.Root.Metadata, pdf.Root.AcroForm
        for page in pdf.pages:
            if "/Annots" in page:
                del page.Annots
        pdf.save(out)
    judgement = judge_file(out.getvalue())
    assert (judgement.verdict, judgement.document) == (Verdict.UNKNOWN, None)


@AT_HAND
def test_a_file_received_from_a_person_is_no_document(issued):
    pdf = b"%PDF-1.7\n% preuve"
    actions.store_file(actor=issued.world.west.coordinator.as_actor(), name="p.pdf", content=pdf, readers=[])
    assert judge_file(pdf).verdict == Verdict.UNKNOWN


def locked(issued) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(issued.whole)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


STRANGE = {
    "empty": (lambda issued: b"", "Le fichier est vide."),
    "not a PDF": (lambda issued: b"bonjour", "Le fichier n’est pas un PDF lisible, ou il a été altéré."),
    "nothing but a head": (lambda issued: b"%PDF-1.7\n", "Le fichier n’est pas un PDF lisible, ou il a été altéré."),
    "locked": (
        locked,
        "Le fichier est protégé par un mot de passe : ni son code ni ses signatures ne peuvent être lus.",
    ),
}


@AT_HAND
@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_document_is_unknown_and_the_reason_says_why(issued, strange):
    make, sentence = STRANGE[strange]
    judgement = judge_file(make(issued))
    assert judgement.verdict == Verdict.UNKNOWN
    assert judgement.reasons[-1] == sentence


@AT_HAND
def test_the_reasons_name_the_parties_once_and_never_doubt_a_certificate_of_ours(issued):
    """The engine trusts no certificate over a content that was altered: that is not said of ours."""
    altered = judge_file(issued.whole.replace(issued.document.code.encode(), b"X" * len(issued.document.code)))
    assert altered.reasons[1:] == ("Signatures de la CPTS, de l’ARS et de la caisse : le contenu signé a été altéré.",)
    assert all(is_signature_field(item.field_name) for item in issued.document.signature_list)


def test_a_code_tells_the_document_as_it_is_today(issued):
    assert judge_code(issued.document.code).verdict == Verdict.GENUINE
    assert judge_code("K7QF-2MXW-9RTA").verdict == Verdict.UNKNOWN
    assert judge_digest("0" * 64).verdict == Verdict.UNKNOWN


def test_a_code_is_read_as_people_type_it():
    for typed in ("k7qf-2mxw-9rta", "K7QF 2MXW 9RTA", " k7qf2mxw9rta ", "K7QF–2MXW–9RTA"):
        assert read_code(typed) == "K7QF-2MXW-9RTA"
    for typed in ("", "K7QF-2MXW", "K7QF-2MXW-9RT0", "K7QF-2MXW-9RTAA", "é" * 12):
        assert read_code(typed) == ""


def test_a_file_made_of_a_million_codes_asks_the_register_about_a_few():
    """So many in one query are more than a database takes."""
    letters = ["".join(four) for four in product(CODE_ALPHABET, repeat=4)][:20_000]
    content = b"".join(f"<dc:identifier>K7QF-2MXW-{four}</dc:identifier>".encode() for four in letters)
    assert len(codes_in(content)) == MOST_CODES
    assert judge_known(content).verdict == Verdict.UNKNOWN


def test_a_file_too_heavy_to_examine_is_still_judged_by_its_bytes(issued, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)
    judgement = judge_file(issued.whole)
    assert judgement.verdict == Verdict.GENUINE
    assert judgement.reasons == (
        "Les signatures de ce fichier n’ont pas pu être examinées : il demande trop de temps ou de mémoire.",
    )
    assert judge_file(issued.whole + b"\n").verdict == Verdict.ALTERED


def test_the_examination_apart_says_the_same_as_at_hand(signed, authority):
    roots = authority.trusted_roots()
    unreadable_metadata = signed.replace(b"</rdf:RDF>", b"<!rdf:RDF>")
    for content in (signed, unreadable_metadata):
        assert checking.examine(content, trusted_roots=roots) == checking.verify_pdf(content, trusted_roots=roots)
    assert len(checking.verify_pdf(unreadable_metadata, trusted_roots=roots).signatures) == 3


# The command


@AT_HAND
def test_the_command_answers_in_json_and_by_its_exit(issued, tmp_path):
    path = tmp_path / "annexe.pdf"
    path.write_bytes(issued.whole)
    answer, code = run(path)
    assert (answer["verdict"], code) == ("GENUINE", 0)
    assert set(answer) == {"verdict", "document", "signatures", "reasons"}
    assert answer["document"]["code"] == issued.document.code
    assert [line["side"] for line in answer["signatures"]] == ["CPTS", "ARS", "FUND"]
    for content, verdict in [(issued.states[2], ("INCOMPLETE", 0)), (issued.whole + b"\n", ("ALTERED", 1))]:
        path.write_bytes(content)
        answer, code = run(path)
        assert (answer["verdict"], code) == verdict


def test_the_command_says_why_a_file_cannot_be_read(tmp_path):
    unreadable = {
        tmp_path / "absent.pdf": "il n’existe pas",
        tmp_path: "c’est un dossier",
        tmp_path / os.fsdecode(b"absent \xff.pdf"): "absent ?.pdf ne peut pas être lu",
        tmp_path / ("a" * 300): "le système refuse de l’ouvrir",
    }
    for path, reason in unreadable.items():
        answer, code = run(path)
        assert (answer["verdict"], code, answer["document"], answer["signatures"]) == ("UNKNOWN", 1, None, [])
        assert reason in answer["reasons"][0]
