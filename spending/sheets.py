"""Budgets and expenses as spreadsheets: the templates we give, and the files that come back, line by line.

A file is read into lines; each bad line has its sentence, and one bad line is enough for nothing to be saved.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices

from core.errors import DomainError
from core.files import recognise
from core.form_fields import FrenchDateField, MoneyField
from core.search import folded
from core.spreadsheets import read_csv, read_xlsx, write_xlsx
from core.values import date_fr, euros
from spending.enums import Category, Envelope
from spending.models import Expense, Professional

MAX_LINES = 500
FIRST_LINE = 2  # the heads are the first line of the sheet
YES, NO = "oui", "non"
BUDGET_HEADS = ("Enveloppe", "Catégorie", "Prévu (€)")
EXPENSE_HEADS = (
    "Payée le", "Enveloppe", "Catégorie", "Libellé", "Montant (€)", "Professionnel", "Hors de l’objet fléché",
)  # fmt: skip
Rows = list[list[str]]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a file: its number in the sheet, its cells as text, what it tells, what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    told: dict[str, Any]
    errors: tuple[str, ...] = ()
    warning: str = ""

    @property
    def tone(self) -> str:
        return "stop" if self.errors else "wait" if self.warning else "ok"

    @property
    def state(self) -> str:
        return "À corriger" if self.errors else "À vérifier" if self.warning else "Bonne"

    @property
    def words(self) -> str:
        return " ".join(self.errors) or self.warning


# The templates ------------------------------------------------------------------------------------------------


def budget_template(envelopes: Iterable[Envelope], amounts: Mapping[tuple[str, str], Decimal]) -> bytes:
    """Return the workbook of a budget: a line for each category of each envelope, with what is planned today."""
    rows = [
        (envelope.label, category.label, amounts.get((envelope.value, category.value)))
        for envelope in envelopes
        for category in Category
    ]
    return write_xlsx("Budget", BUDGET_HEADS, rows)


def expense_template(envelopes: Iterable[Envelope], people: Iterable[Professional]) -> bytes:
    """Return the workbook in which expenses are typed, with the lists to choose from."""
    choices = {
        "Enveloppe": [envelope.label for envelope in envelopes],
        "Catégorie": list(Category.labels),
        "Professionnel": [person.name for person in people],
        "Hors de l’objet fléché": [NO, YES],
    }
    return write_xlsx("Dépenses", EXPENSE_HEADS, [], choices=choices, choice_rows=MAX_LINES)


# The files that come back -------------------------------------------------------------------------------------


def rows_of(name: str, content: bytes, heads: Sequence[str]) -> Rows:
    """Return the cells of a file as text, without its heads; DomainError for a file that is not the template."""
    kind = recognise(name, content, ("xlsx", "csv"))
    rows = (read_csv if kind.name == "CSV" else read_xlsx)(BytesIO(content))
    found = [_plain(cell) for cell in rows[0]][: len(heads)] if rows else []
    if [_key(head) for head in found] != [_key(head) for head in heads]:
        raise DomainError(f"La première ligne doit porter les titres du modèle : {', '.join(heads)}.", field="file")
    return fitted([[_plain(cell) for cell in row] for row in rows[1:]], heads)


def fitted(rows: Rows, heads: Sequence[str]) -> Rows:
    """Return the rows with a cell for each head; DomainError when there are none, or too many."""
    if not any(any(row) for row in rows):
        raise DomainError("Ce fichier n’a aucune ligne remplie.", field="file")
    if len(rows) > MAX_LINES:
        raise DomainError(f"Ce fichier a plus de {MAX_LINES} lignes : partagez-le en plusieurs.", field="file")
    return [[*row, *[""] * len(heads)][: len(heads)] for row in rows]


def read_budget(rows: Rows, envelopes: Sequence[Envelope]) -> list[Line]:
    """Return the lines of a budget; what has no amount plans nothing."""
    lines, seen = [], {}
    for number, cells in _numbered(rows):
        reading = _Reading(cells)
        envelope = reading.take(0, "Enveloppe", _choice(envelopes))
        category = reading.take(1, "Catégorie", _choice(Category))
        planned = reading.take(2, "Prévu", MoneyField(required=False).clean)
        pair = (envelope, category)
        if None not in pair and pair in seen:
            reading.errors.append(f"Cette enveloppe et cette catégorie sont déjà à la ligne {seen[pair]}.")
        seen.setdefault(pair, number)
        lines.append(reading.line(number, envelope=envelope, category=category, planned=planned))
    return lines


def budget_amounts(lines: Iterable[Line]) -> dict[tuple[str, str], Decimal]:
    """Return what the lines of a budget plan, by (envelope, category)."""
    told = [line.told for line in lines]
    return {(item["envelope"], item["category"]): item["planned"] for item in told if item["planned"] is not None}


def read_expenses(
    rows: Rows, envelopes: Sequence[Envelope], people: Iterable[Professional], known: Iterable[Expense]
) -> list[Line]:
    """Return the lines of a file of expenses; one that looks like a `known` expense is worth a second look."""
    by_name = {_key(person.name): person for person in people}
    seen = {(item.spent_on, item.amount, _key(item.label)) for item in known}
    lines = []
    for number, cells in _numbered(rows):
        reading = _Reading(cells)
        told = {
            "spent_on": reading.take(0, "Payée le", FrenchDateField().clean),
            "envelope": reading.take(1, "Enveloppe", _choice(envelopes)),
            "category": reading.take(2, "Catégorie", _choice(Category)),
            "label": reading.take(3, "Libellé", forms.CharField(max_length=200).clean),
            "amount": reading.take(4, "Montant", MoneyField(min_value=Decimal("0.01")).clean),
            "professional": reading.take(5, "Professionnel", lambda name: _person(name, by_name)),
            "is_off_purpose": reading.take(6, "Hors de l’objet fléché", _yes_or_no),
        }
        line = reading.line(number, **told)
        identity = (told["spent_on"], told["amount"], _key(told["label"] or ""))
        if not line.errors and identity in seen:
            line = replace(line, warning="Une dépense de même date, montant et libellé est déjà saisie.")
        seen.add(identity)
        lines.append(line)
    return lines


def with_refusals(lines: Iterable[Line], refusals: Mapping[int, str]) -> list[Line]:
    """Return the lines with what the rules refused, by number of line."""
    return [
        replace(line, errors=(refusals[line.number],)) if line.number in refusals and not line.errors else line
        for line in lines
    ]


class _Reading:
    """Reads the cells of one line and gathers what is wrong."""

    def __init__(self, cells: Sequence[str]):
        self.cells, self.errors = cells, []

    def take(self, position: int, name: str, read: Callable[[str], Any]) -> Any:
        """Return what a cell says; None, and a sentence, when it cannot be read."""
        try:
            return read(self.cells[position])
        except ValidationError as error:
            self.errors.append(f"{name} : {' '.join(error.messages)}")
            return None

    def line(self, number: int, **told) -> Line:
        return Line(number=number, cells=_shown(self.cells, told), told=told, errors=tuple(self.errors))


def _numbered(rows: Rows) -> list[tuple[int, list[str]]]:
    """Return the lines that hold something, with their number in the sheet."""
    return [(number, cells) for number, cells in enumerate(rows, start=FIRST_LINE) if any(cells)]


def _plain(cell: Any) -> str:
    """Return a cell as a person would type it; a spreadsheet keeps 0.1 as 0.1000000000000000055."""
    match cell:
        case None:
            return ""
        case bool():
            return YES if cell else NO
        case float():
            return f"{cell:.6f}".rstrip("0").rstrip(".")
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell).strip()


def _key(text: str) -> str:
    """Return words as they are compared: case, accents, spaces and the shape of apostrophes do not count."""
    return " ".join(folded(text).split())


def _choice(members: Iterable[TextChoices]) -> Callable[[str], str]:
    """Return a reader of the label, or of the code, of one of `members`."""
    kept = list(members)
    by_word = {_key(word): member.value for member in kept for word in (member.label, member.value)}

    def read(text: str) -> str:
        if _key(text) not in by_word:
            words = ", ".join(member.label for member in kept)
            raise ValidationError(f"« {text} » n’est pas dans la liste : {words}." if text else "à remplir.")
        return by_word[_key(text)]

    return read


def _person(name: str, by_name: Mapping[str, Professional]) -> Professional | None:
    if name and _key(name) not in by_name:
        raise ValidationError(f"« {name} » n’est pas dans la liste : ajoutez d’abord ce professionnel.")
    return by_name.get(_key(name))


def _yes_or_no(text: str) -> bool:
    if _key(text) not in ("", YES, NO):
        raise ValidationError("écrivez oui ou non.")
    return _key(text) == YES


def _shown(cells: Sequence[str], told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells as the preview shows them: dates and amounts in French, the rest as written."""
    shown = []
    for cell, value in zip(cells, told.values(), strict=True):
        if isinstance(value, date):
            cell = date_fr(value)
        elif isinstance(value, Decimal):
            cell = euros(value)
        shown.append(cell)
    return tuple(shown)
