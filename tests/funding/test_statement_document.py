"""The statement of a year has its own PDF: opened to the rule, with the data that compute it again (R17).

aci-2021, taille 2, access to care from 17 September 2025, 181 days of 365, all its results reached:
OPERATING 60 000,00, all paid on the first day; FIXED 70 000 × 181/365 = 34 712,33, of which 75 % = 26 034,25 advanced,
8 678,08 left; VARIABLE 30 000 × 181/365 = 14 876,71. In all 109 589,04, less 86 034,25 advanced: 23 554,79.
"""

import json
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from django.urls import reverse
from pypdf import PdfReader

from agreements.engine import compute_year
from agreements.inputs_document import from_document
from documents import jobs as document_jobs
from documents import storage
from documents.enums import DocumentKind
from documents.jobs import data_of
from documents.models import Document
from funding.models import Statement
from tests.dialogues.test_r17_revisions import closed_again
from tests.documents.test_attachment import faults_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(evaluated) -> Statement:
    return evaluated.contract.statements.get()


@pytest.fixture
def document(statement) -> Document:
    return Document.objects.get(pk=statement.document_id)


def spoken(text: str) -> str:
    return " ".join(text.split())


def test_the_document_is_read_by_the_three_parties_and_nobody_else(evaluated, document):
    west, east = evaluated.world.west, evaluated.world.east
    assert document.kind == DocumentKind.STATEMENT and document.signature_list == []
    for member in (west.reader, west.ars_officer, west.accountant):
        assert Document.objects.visible_to(member.as_actor()).filter(pk=document.pk).exists()
    assert not Document.objects.visible_to(east.accountant.as_actor()).filter(pk=document.pk).exists()


def test_r12_each_line_stands_beside_what_was_advanced_and_what_is_left(document):
    rows = {
        spoken(row["label"]): [spoken(row[name]) for name in ("amount", "before", "rest")]
        for row in [*document.payload["settled"], document.payload["settled_total"]]
    }
    assert rows == {
        "Fonctionnement": ["60 000,00 €", "60 000,00 €", "0,00 €"],
        "Accès aux soins, volet fixe": ["34 712,33 €", "26 034,25 €", "8 678,08 €"],
        "Accès aux soins, volet variable": ["14 876,71 €", "0,00 €", "14 876,71 €"],
        "Total": ["109 589,04 €", "86 034,25 €", "23 554,79 €"],
    }


def test_r17_the_data_of_the_pdf_compute_the_statement_again(statement, document):
    data = data_of(document).content
    assert faults_of(data) == []
    content = json.loads(data)["content"]
    assert content["statement"]["sha256"] == statement.content_hash
    again = compute_year(from_document(content["inputs"]), content["year"])
    assert again.total == Decimal(content["statement"]["total"]) == Decimal("109589.04")


def test_the_pdf_opens_each_amount_from_its_size_to_its_rule(document):
    document_jobs.render_document(str(document.pk))
    document.refresh_from_db()
    content = storage.read(document.file)
    text = spoken("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))
    steps = ("Taille 2", "181 sur 365", "Taux de réussite", "Réunions tenues", "R8")
    for words in ("Décompte de l’année 1", *steps, "23 554,79 €"):
        assert words in text
    with pikepdf.open(BytesIO(content)) as pdf:
        assert list(pdf.attachments) == ["donnees.json"]


def test_r17_the_document_of_a_revision_replaces_the_former_and_says_what_it_changes(evaluated, statement, document):
    """Half of 30 000 × 181/365 = 7 438,36: 7 438,35 less."""
    closed_again(evaluated.world, evaluated.contract.annexes.get().dialogue, Decimal("15000.00"))
    second = evaluated.contract.statements.get(revision=2).document
    assert second.replaces == document
    (variable,) = (row for row in second.payload["settled"] if row["label"].endswith("volet variable"))
    assert [spoken(variable[name]) for name in ("amount", "before", "rest")] == [
        "7 438,36 €", "14 876,71 €", "−7 438,35 €",
    ]  # fmt: skip
    assert Statement.objects.get(pk=statement.pk).document == document


def test_each_row_of_the_export_opens_from_its_size_to_its_rule(evaluated, statement, client_of):
    page = reverse("funding:statement_detail", args=[statement.pk])
    exported = client_of(evaluated.world.west.accountant).get(f"{page}?_export=csv").content.decode("utf-8-sig")
    (variable,) = (line for line in exported.splitlines() if line.startswith("Accès aux soins, volet variable"))
    steps = [step.split("\u00a0:")[0] for step in variable.split(" → ")]
    assert [step.split(";")[-1].strip('"') for step in steps] == [
        "Taille", "Mission", "Volet", "Montant annuel", "Jours", "Taux de réussite",
        "Réunions tenues, Accès aux soins", "Résultat", "Règle",
    ]  # fmt: skip
    assert variable.endswith("14876,71")


def test_the_page_of_a_statement_gives_its_document(evaluated, statement, document, client_of):
    client = client_of(evaluated.world.west.accountant)
    page = reverse("funding:statement_detail", args=[statement.pk])
    assert "Le document" in client.get(page).text
    document_jobs.render_document(str(document.pk))
    assert reverse("documents:document_download", args=[document.pk]) in client.get(page).text
