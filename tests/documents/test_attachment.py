"""The data of a document travel in its PDF: what the page shows, for programs, with the fingerprint that is printed."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from jsonschema import Draft202012Validator
from pikepdf import Name
from pypdf import PdfReader

from documents import storage
from documents.enums import DocumentKind
from documents.jobs import data_of
from documents.layout.pdf import render_pdf
from documents.models import Document
from tests.documents.archival import faults
from tests.documents.conftest import sample
from tests.utils import stories
from tests.utils.amendments import consent_all, draft_amendment

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/schemas/donnees-1.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def attached_file(content: bytes) -> bytes:
    """Return the one file attached to a PDF."""
    with pikepdf.open(BytesIO(content)) as pdf:
        (name,) = pdf.attachments
        assert name == "donnees.json"
        return pdf.attachments[name].get_file().read_bytes()


def words_of(content: bytes) -> str:
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return "".join("".join(pages).split())


def faults_of(data: bytes) -> list[str]:
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in VALIDATOR.iter_errors(json.loads(data))]


@pytest.fixture
def annex(evaluated) -> Document:
    return evaluated.contract.annexes.get().document


def test_the_annex_carries_its_data_and_prints_their_fingerprint(annex):
    content = storage.read(annex.file)
    data = attached_file(content)
    assert data == data_of(annex).content
    assert hashlib.sha256(data).hexdigest() in words_of(content)


def test_the_data_of_the_annex_are_those_of_its_statement(annex, evaluated):
    """aci-2021, taille 2: 109 589,04 € for the first year (tests/dialogues/test_r17_revisions.py computes it)."""
    content = json.loads(data_of(annex).content)["content"]
    assert content["statement"]["total"] == "109589.04"
    assert content["statement"]["sha256"] == evaluated.contract.statements.get().content_hash
    cents = [int(line["amount"].replace(".", "")) for line in content["statement"]["lines"]]
    assert sum(cents) == 10_958_904
    assert (content["starts_on"], content["ends_on"]) == ("2025-03-17", "2026-03-17")


def test_the_schema_that_is_published_describes_the_annex_and_the_contract(annex, evaluated):
    Draft202012Validator.check_schema(SCHEMA)
    assert faults_of(data_of(annex).content) == []
    assert faults_of(data_of(evaluated.contract.document).content) == []


def test_the_schema_refuses_what_it_does_not_describe(annex):
    envelope = json.loads(data_of(annex).content)
    envelope["content"]["statement"]["total"] = 109589.04
    envelope["content"]["remarque"] = "ajoutée"
    assert len(faults_of(json.dumps(envelope).encode())) == 2


def test_the_file_is_an_associated_file_of_the_document_and_stays_archivable(annex):
    content = storage.read(annex.file)
    with pikepdf.open(BytesIO(content)) as pdf:
        (associated,) = pdf.Root.AF
        assert (associated.AFRelationship, str(associated.UF)) == (Name.Data, "donnees.json")
        assert associated.EF.F.Subtype == Name("/application/json")
        assert str(associated.EF.F.Params.ModDate).startswith("D:2026")
    assert faults(content) == []


def test_the_same_data_give_the_same_bytes_whatever_the_order_of_the_database(annex):
    data = data_of(annex)
    annex.payload = {"content": dict(reversed(list(annex.payload["content"].items())))}
    assert data_of(annex) == data
    assert render_pdf(**sample(data=data)) == render_pdf(**sample(data=data))


def test_minutes_have_no_data_to_compute_with(evaluated):
    minutes = Document.objects.filter(kind=DocumentKind.MINUTES).first()
    assert data_of(minutes) is None


def test_an_amendment_carries_what_it_changes(evaluated):
    west = evaluated.world.west
    with stories.at(stories.SIGNED_ON.replace(year=2026, month=4, day=20)):
        amendment = consent_all(west, draft_amendment(west.coordinator, evaluated.contract))
    assert faults_of(data_of(amendment.document).content) == []
