"""Spreadsheets: harmless for who opens them, forgiving for who sends them."""

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from core import spreadsheets
from core.errors import DomainError
from core.spreadsheets import quoted, read_csv, read_xlsx, spreadsheet_response, write_csv, write_xlsx

ROW = [
    "=cmd|' /C calc'!A0",
    Decimal("8678.08"),
    date(2026, 3, 15),
    datetime(2026, 3, 15, 12, 30, tzinfo=UTC),
    True,
    None,
    -4,
]
HEADS = ["Texte", "Montant", "Jour", "Heure", "Fait", "Vide", "Nombre"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_looks_like_a_formula_is_quoted(start):
    assert quoted(f"{start}1") == f"'{start}1"


def test_ordinary_text_and_control_characters():
    assert quoted("CPTS A-B") == "CPTS A-B"
    assert quoted("a\x00\x07b") == "ab"


def test_a_workbook_keeps_numbers_and_dates_and_never_a_formula():
    sheet = load_workbook(BytesIO(write_xlsx("Contrats [2026]/1", HEADS, [ROW]))).active
    cells = list(sheet[2])
    assert [cell.data_type for cell in cells] == ["s", "n", "d", "d", "s", "n", "n"]
    assert cells[1].value == 8678.08 and cells[2].value == datetime(2026, 3, 15)
    assert cells[3].value == datetime(2026, 3, 15, 13, 30)  # in Paris
    assert cells[4].value == "oui" and cells[5].value is None
    assert sheet.title == "Contrats  2026  1" and sheet.freeze_panes == "A2"


def test_csv_opens_in_a_french_office():
    text = write_csv(HEADS, [ROW]).decode("utf-8-sig")
    assert text.split("\r\n")[1] == "'=cmd|' /C calc'!A0;8678,08;15/03/2026;15/03/2026 13:30;oui;;-4"
    assert write_csv(["x"], [[Fraction(1, 4)]]).decode("utf-8-sig") == "x\r\n0,25\r\n"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_download_is_an_attachment_with_its_extension(kind):
    response = spreadsheet_response(kind, "contrats", "Contrats", ["a"], [["b"]])
    assert response["Content-Disposition"] == f'attachment; filename="contrats.{kind}"'


def test_what_is_written_is_read_again():
    rows = read_xlsx(BytesIO(write_xlsx("T", ["a", "b"], [["x", Decimal("1.5")], [None, None]])))
    assert rows == [["a", "b"], ["x", 1.5]]
    assert read_csv(BytesIO(write_csv(["a", "b"], [["x", "é"]]))) == [["a", "b"], ["x", "é"]]


@pytest.mark.parametrize(
    "content",
    [
        "a;b\né;2\n".encode(),
        "a;b\né;2\n".encode("cp1252"),
        b"\xef\xbb\xbf" + "a,b\né,2\n".encode(),
        "a\tb\né\t2".encode(),
    ],
)
def test_csv_is_read_whatever_its_encoding_and_separator(content):
    assert read_csv(BytesIO(content)) == [["a", "b"], ["é", "2"]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"%PDF-1.7"])
def test_what_is_not_a_workbook_is_refused_with_a_sentence(content):
    with pytest.raises(DomainError, match="classeur XLSX lisible"):
        read_xlsx(BytesIO(content))


def test_a_binary_file_is_not_csv():
    with pytest.raises(DomainError, match="CSV lisible"):
        read_csv(BytesIO(b"a\x00b"))


def test_a_workbook_that_unpacks_into_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_UNPACKED", 100)
    with pytest.raises(DomainError, match="trop volumineux"):
        read_xlsx(BytesIO(write_xlsx("T", ["a"], [["b"]])))


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 3)
    with pytest.raises(DomainError, match="dépasse 3 lignes"):
        read_csv(BytesIO(b"a\n" * 4))
    with pytest.raises(DomainError, match="dépasse 3 lignes"):
        read_xlsx(BytesIO(write_xlsx("T", ["a"], [["b"]] * 4)))


def test_a_formula_in_a_sent_workbook_is_read_as_its_value_not_run():
    book, stream = Workbook(), BytesIO()
    book.active["A1"] = "=1+1"
    book.save(stream)
    assert read_xlsx(stream) == []
    assert zipfile.is_zipfile(stream)


def test_a_column_may_be_chosen_in_a_list():
    content = write_xlsx("Dépenses", HEADS, [], choices={"Jour": ["Lundi", "=Mardi"], "Fait": []}, choice_rows=10)
    book = load_workbook(BytesIO(content))
    assert [[cell.value for cell in row] for row in book["Listes"]] == [["Jour"], ["Lundi"], ["'=Mardi"]]
    (rule,) = book.worksheets[0].data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1) == ("C2:C11", "Listes!$A$2:$A$3")
    assert read_xlsx(BytesIO(content)) == [HEADS]
