"""The money of a contract as spreadsheets: each amount beside its calculation and its rule."""

from collections.abc import Sequence
from typing import Any

from funding.models import Statement
from funding.schedule import ScheduleLine

Sheet = tuple[Sequence[str], list[Sequence[Any]]]


def statement_sheet(statement: Statement) -> Sheet:
    """Return the heads and the rows of a statement, its total last."""
    heads = ("Volet", "Calcul", "Règle", "Chiffres validés", "Montant")
    rows = [(line.label, line.explanation, line.rule, line.is_validated, line.amount) for line in statement.lines.all()]
    return heads, [*rows, ("Total", "", "", "", statement.total)]


def schedule_sheet(lines: Sequence[ScheduleLine]) -> Sheet:
    """Return the heads and the rows of a schedule: what is paid, due and forecast."""
    heads = ("Dû le", "Année", "Volet", "Nature", "État", "Condition", "Calcul", "Montant", "Déduit", "À payer")
    rows = [
        (
            line.due_on,
            line.year,
            line.label,
            line.kind.label,
            line.status.label,
            line.condition,
            line.explanation,
            line.amount,
            line.deducted,
            line.amount - line.deducted,
        )
        for line in lines
    ]
    return heads, rows
