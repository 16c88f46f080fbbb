"""Rendering: an archivable and accessible file, the same each time, that reaches for nothing outside itself."""

import base64
import re
import subprocess
import sys
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from pypdf import PdfReader

from documents.layout import pdf as gateway
from documents.layout.pdf import RenderError, SignatureField, lay_out, render_pdf
from documents.signing.fields import TIMESTAMP_FIELD
from tests.documents.archival import faults
from tests.documents.conftest import FIELDS, sample

MILLIMETRE = 72 / 25.4


def text_of(content: bytes) -> str:
    """Return the text of all pages, with plain spaces."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def page_with(body: str, *, head: str = "") -> str:
    return f'<html lang="fr"><head><title>Essai</title>{head}</head><body><h1>Essai</h1>{body}</body></html>'


def test_amounts_names_and_page_numbers_are_read_back_from_the_text(contract):
    text = text_of(contract)
    for expected in (
        "75 000,00 €",
        "30 678,08 €",
        "485 342,40 €",
        "Ana Şahin",
        "Article 1er – Objet",
        "K7QF-2MXW-9RTA",
    ):
        assert expected in text
    last = len(PdfReader(BytesIO(contract)).pages)
    assert f"page {last} / {last}" in text


def test_the_heading_of_a_table_is_repeated_on_each_page_it_runs_over(contract):
    pages = [page.extract_text() for page in PdfReader(BytesIO(contract)).pages]
    assert sum("Échéance" in page for page in pages) == 2


def test_each_page_opens_its_verification_by_a_qr_code_that_says_its_number(contract, tmp_path, settings):
    (tmp_path / "contract.pdf").write_bytes(contract)
    subprocess.run(["pdftoppm", "-r", "150", "-png", tmp_path / "contract.pdf", tmp_path / "page"], check=True)
    pages = sorted(tmp_path.glob("page*.png"))
    command = ["zbarimg", "--quiet", "--raw", "--nodbus"]
    read = [subprocess.run([*command, page], capture_output=True, text=True).stdout.strip() for page in pages]
    count = len(PdfReader(BytesIO(contract)).pages)
    assert count == 4
    assert read == [f"{settings.PORTAL_URL}/verifier/K7QF-2MXW-9RTA/?p={number}" for number in (1, 2, 3, 4)]


def test_the_qr_code_is_an_artefact_that_no_reader_spells(contract):
    with pikepdf.open(BytesIO(contract)) as pdf:
        for page in pdf.pages:
            drawn = [str(operator) for operands, operator in pikepdf.parse_content_stream(page)]
            opened = [
                operands[0]
                for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) in ("BMC", "BDC")
            ]
            assert opened[0] == Name.Artifact and "re" in drawn[drawn.index("BMC") : drawn.index("EMC")]


def test_a_page_without_code_bears_no_mark():
    content = render_pdf(**sample(context=sample()["context"] | {"document_code": ""}))
    assert "verifier" not in text_of(content) and b"dc:identifier" not in content


def test_every_font_is_embedded(contract):
    listing = subprocess.run(["pdffonts", "-"], input=contract, capture_output=True, check=True).stdout.decode()
    fonts = listing.splitlines()[2:]
    assert fonts
    assert all("yes yes yes" in line for line in fonts), listing


def test_the_same_input_gives_the_same_bytes_in_any_process(contract):
    gateway._stylesheet.cache_clear()
    assert render_pdf(**sample()) == contract


def test_the_file_declares_archives_and_accessibility(contract):
    with pikepdf.open(BytesIO(contract)) as pdf:
        packet = pdf.Root.Metadata.read_bytes()
        assert pdf.open_metadata().pdfa_status == "3A"
        assert b'pdfuaid:part="1"' in packet
        assert packet.count(b"<rdf:RDF") == 1
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo.Title) == "Contrat tripartite – CPTS du Pays de Redon"
        assert str(pdf.docinfo.CreationDate).startswith("D:20260315090000")


def test_the_structure_of_the_file_is_sound(contract, tmp_path):
    path = tmp_path / "contract.pdf"
    path.write_bytes(contract)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0


def test_bookmarks_follow_the_headings(contract):
    titles = str(PdfReader(BytesIO(contract)).outline)
    assert "Missions et calendrier" in titles
    assert "Échéancier des versements" in titles


def test_table_headers_say_what_they_head(contract):
    scopes = set()
    with pikepdf.open(BytesIO(contract)) as pdf:
        for item in pdf.objects:
            if isinstance(item, Dictionary) and item.get("/S") == Name.TH:
                attributes = item.A if isinstance(item.A, pikepdf.Array) else [item.A]
                scopes.add((str(item.P.P.S), *(str(each.Scope) for each in attributes if "/Scope" in each)))
    assert scopes == {("/THead", "/Column"), ("/TBody", "/Row")}


def test_page_headers_and_footers_are_artefacts(contract):
    with pikepdf.open(BytesIO(contract)) as pdf:
        for page in pdf.pages:
            marks = [operands[0] for operands, operator in pikepdf.parse_content_stream(page) if str(operator) == "BDC"]
            assert Name.Artifact in marks


def test_objects_are_spread_over_several_streams_so_that_verifying_stays_quick(contract):
    counts = [
        int(match.group(1))
        for match in re.finditer(rb"/ObjStm[^>]*?/N (\d+)|/N (\d+)[^>]*?/ObjStm", contract)
        if match.group(1)
    ]
    assert len(counts) > 2
    assert max(counts) <= 200


def test_each_party_has_an_empty_field_where_the_page_draws_its_box(contract):
    with pikepdf.open(BytesIO(contract)) as pdf:
        fields = [field for field in pdf.Root.AcroForm.Fields if not str(field.T).startswith(TIMESTAMP_FIELD)]
        assert [str(field.T) for field in fields] == [field.name for field in FIELDS]
        assert [str(field.TU) for field in fields] == [field.label for field in FIELDS]
        for field in fields:
            left, bottom, right, top = (float(side) for side in field.Rect)
            assert right - left == pytest.approx(55 * MILLIMETRE, abs=1.5)
            assert top - bottom == pytest.approx(28 * MILLIMETRE, abs=1.5)
            assert str(field.FT) == "/Sig"
            assert "/V" not in field
    assert faults(contract) == []


def test_fields_are_kept_for_time_stamps_where_nothing_is_seen_and_all_is_announced(contract):
    with pikepdf.open(BytesIO(contract)) as pdf:
        stamps = [field for field in pdf.Root.AcroForm.Fields if str(field.T).startswith(TIMESTAMP_FIELD)]
        assert [str(field.T) for field in stamps] == ["Horodatage", "Horodatage_2", "Horodatage_3", "Horodatage_4"]
        for field in stamps:
            assert [float(side) for side in field.Rect] == [0, 0, 0, 0]
            assert str(field.TU) == "Horodatage du document"


def test_a_document_without_signatories_has_no_form():
    content = render_pdf(**sample(signature_fields=()))
    with pikepdf.open(BytesIO(content)) as pdf:
        assert "/AcroForm" not in pdf.Root


@pytest.mark.parametrize(
    "body",
    ["", '<input name="Autre" title="Autre">', '<input name="A" title="A"><input name="A" title="A">'],
)
def test_a_page_whose_boxes_are_not_those_of_the_signatories_is_refused(body):
    with pytest.raises(RenderError, match="emplacements de signature"):
        lay_out(page_with(body), signature_fields=[SignatureField(name="A", party="CPTS")])


@pytest.fixture
def watched(monkeypatch, tmp_path):
    """A secret file, and the list of what the process opens or connects to beyond itself."""
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARI")
    lay_out(page_with("<p>Premier rendu : les modules et les polices sont lus.</p>"))
    reached = []
    _watchers.append(lambda event, detail: reached.append((event, detail)) if str(secret) in detail else None)
    _watchers.append(lambda event, detail: reached.append((event, detail)) if event != "open" else None)
    yield secret, reached
    _watchers.clear()


_watchers = []


def _watch(event: str, arguments: tuple) -> None:
    if _watchers and event in {"open", "socket.connect", "socket.getaddrinfo", "urllib.Request"}:
        detail = str(arguments[0] if event != "socket.connect" else arguments[1])
        if not (event == "urllib.Request" and detail.startswith("data:")):
            for watcher in _watchers:
                watcher(event, detail)


sys.addaudithook(_watch)  # cannot be removed: silent unless a test watches


def _svg(target: str) -> str:
    inner = f'<image href="{target}" width="9" height="9"/>'
    image = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inner}</svg>'
    return f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(image.encode()).decode()}">'


VECTORS = {
    "image": lambda url: page_with(f'<img alt="" src="{url}">'),
    "picture in a background": lambda url: page_with(f'<p style="background: url({url})">a</p>'),
    "list marker": lambda url: page_with(f'<ul style="list-style: url({url})"><li>a</li></ul>'),
    "generated content": lambda url: page_with("<p>a</p>", head=f"<style>p::before {{ content: url({url}) }}</style>"),
    "imported stylesheet": lambda url: page_with("", head=f"<style>@import url({url});</style>"),
    "linked stylesheet": lambda url: page_with("", head=f'<link rel="stylesheet" href="{url}">'),
    "font": lambda url: page_with(
        "<p>a</p>", head=f"<style>@font-face {{ font-family: X; src: url({url}) }} p {{ font-family: X }}</style>"
    ),
    "page background": lambda url: page_with("", head=f"<style>@page {{ background: url({url}) }}</style>"),
    "object": lambda url: page_with(f'<object data="{url}"></object>'),
    "embed": lambda url: page_with(f'<embed src="{url}">'),
    "attached file": lambda url: page_with("", head=f'<link rel="attachment" href="{url}">'),
    "attached by a link": lambda url: page_with(f'<a rel="attachment" href="{url}">a</a>'),
    "drawing": lambda url: page_with(f'<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>'),
    "drawing in a drawing": lambda url: page_with(_svg(url)),
}


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize("vector", VECTORS)
def test_a_page_that_reaches_outside_itself_is_refused_and_reads_nothing(vector, scheme, watched):
    secret, reached = watched
    url = secret.as_uri() if scheme == "file" else f"http://127.0.0.1:9/{secret.name}"
    with pytest.raises(RenderError, match="fichier extérieur"):
        lay_out(VECTORS[vector](url))
    assert reached == []


def test_a_title_is_text_even_when_it_looks_like_a_page(watched):
    secret, reached = watched
    title = f'</title><link rel="attachment" href="{secret.as_uri()}"><img src="{secret.as_uri()}">'
    content = render_pdf(**sample(title=title))
    assert b"EmbeddedFiles" not in content
    assert reached == []


def test_a_page_too_deep_to_lay_out_fails_with_a_sentence():
    with pytest.raises(RenderError, match="mis en page"):
        lay_out(page_with("<div>" * 1500 + "a" + "</div>" * 1500))


def test_the_gateways_do_not_load_their_engines_before_they_work():
    code = (
        "import sys; sys.path.insert(0, '.');"
        "from django.conf import settings; settings.configure();"
        "import documents.layout.pdf, documents.signing.engine, documents.signing.authority;"
        "import documents.verification.reader;"
        "heavy = {'weasyprint', 'pyhanko', 'pikepdf', 'fontTools', 'uharfbuzz'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
