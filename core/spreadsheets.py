"""Spreadsheets in and out: XLSX and CSV as French offices open them, harmless for who opens them.

openpyxl is imported inside the functions: the web starts without it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from core.errors import DomainError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
MAX_ROWS = 5000
MAX_COLUMNS = 200
MAX_UNPACKED = 50 * 1024 * 1024  # a workbook of 1 MB may unpack into gigabytes
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def quoted(text: str) -> str:
    """Return `text` so that no spreadsheet runs it as a formula: an apostrophe comes before = + - @ tab."""
    text = CONTROL.sub("", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain(value: Any) -> Any:
    """Return a value as a cell holds it: number, date or harmless text."""
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else quoted(str(value))


def write_xlsx(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    choices: Mapping[str, Sequence[str]] | None = None,
    choice_rows: int = 0,
) -> bytes:
    """Return a workbook: heads frozen and filterable, dates and numbers as such.

    `choices` gives, by head, the words to choose from in the first `choice_rows` lines of its column: they are
    on a second sheet, « Listes ».
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip() or "Liste"
    sheet.append([quoted(str(head)) for head in heads])
    widths = [len(str(head)) for head in heads]
    for row in rows:
        cells = [_plain(value) for value in row]
        sheet.append(cells)
        for cell, value in zip(sheet[sheet.max_row], cells, strict=False):
            _shape(cell, value)
        widths = [max(width, len(str(value))) for width, value in zip(widths, cells, strict=False)]
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(max(width + 2, 10), 60)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _offer(book, heads, choices or {}, choice_rows)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _offer(book, heads: Sequence[str], choices: Mapping[str, Sequence[str]], rows: int) -> None:
    """Let the cells of some columns be chosen in lists, and say what the lists are."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    offered = {head: words for head, words in choices.items() if words}
    if not offered:
        return
    sheet, lists = book.active, book.create_sheet("Listes")
    for number, (head, words) in enumerate(offered.items(), start=1):
        letter, column = get_column_letter(number), get_column_letter(list(heads).index(head) + 1)
        for position, text in enumerate([head, *words], start=1):
            _shape(lists.cell(row=position, column=number, value=quoted(str(text))), "")
        lists.column_dimensions[letter].width = min(max(map(len, [head, *words])) + 2, 60)
        validation = DataValidation(type="list", formula1=f"Listes!${letter}$2:${letter}${len(words) + 1}")
        validation.add(f"{column}2:{column}{rows + 1}")
        sheet.add_data_validation(validation)


def _shape(cell, value: Any) -> None:
    """Tell the sheet what a cell is: text never becomes a formula."""
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, datetime):
        cell.number_format = "DD/MM/YYYY HH:MM"
    elif isinstance(value, date):
        cell.number_format = "DD/MM/YYYY"
    elif isinstance(value, Decimal):
        cell.number_format = "#,##0.00"


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return CSV as French offices open it: UTF-8 with its mark, semicolons, decimal commas, 15/03/2026."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([quoted(str(head)) for head in heads])
    for row in rows:
        writer.writerow([_written(_plain(value)) for value in row])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return f"{value:f}".replace(".", ",") if isinstance(value, Decimal | float) else str(value)


def spreadsheet_response(
    kind: str, filename: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """Return a download; `kind` is "xlsx" or "csv", `filename` has no extension."""
    content = write_xlsx(title, heads, rows) if kind == "xlsx" else write_csv(heads, rows)
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{filename}.{kind}"'},
    )


def read_xlsx(file) -> list[list[Any]]:
    """Return the rows of the first sheet, values only; DomainError for what is not a reasonable workbook."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(file) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise DomainError("Ce classeur est trop volumineux une fois ouvert.")
        file.seek(0)
        sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is not to be trusted
        rows = []
        for row in sheet.iter_rows(values_only=True):
            rows.append(list(row[:MAX_COLUMNS]))
            _refuse_too_long(rows)
    except DomainError:
        raise
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise DomainError("Ce fichier n’est pas un classeur XLSX lisible.") from error
    return _without_blank_end(rows)


def read_csv(file) -> list[list[str]]:
    """Return the rows of a CSV file in UTF-8 or Windows’ encoding, separated by ; , or tab."""
    content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise DomainError("Ce fichier n’est pas un fichier CSV lisible.")
    first = text.partition("\n")[0]
    rows = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=max(";,\t", key=first.count)):
            rows.append(row[:MAX_COLUMNS])
            _refuse_too_long(rows)
    except csv.Error as error:
        raise DomainError("Ce fichier n’est pas un fichier CSV lisible.") from error
    return _without_blank_end(rows)


def _refuse_too_long(rows: list) -> None:
    if len(rows) > MAX_ROWS:
        raise DomainError(f"Ce fichier dépasse {MAX_ROWS} lignes.")


def _without_blank_end(rows: list[list]) -> list[list]:
    while rows and all(value in (None, "") for value in rows[-1]):
        rows.pop()
    return rows
