"""The money of a contract as spreadsheets: each amount beside its calculation and its rule."""

from collections.abc import Iterable, Sequence
from typing import Any

from agreements.breakdown import Step
from funding.models import Statement
from funding.schedule import ScheduleLine
from funding.statements import opened_lines

Sheet = tuple[Sequence[str], list[Sequence[Any]]]


def statement_sheet(statement: Statement) -> Sheet:
    """Return the heads and the rows of a statement, each opened from its size to its rule, its total last."""
    heads = ("Volet", "Calcul", "Étapes", "Règle", "Chiffres validés", "Montant")
    rows = [
        (line.label, line.explanation, _told(opened.steps), line.rule, line.is_validated, line.amount)
        for opened in opened_lines(statement)
        for line in [opened.line]
    ]
    return heads, [*rows, ("Total", "", "", "", "", statement.total)]


def _told(steps: Iterable[Step]) -> str:
    """Return steps in one cell: « Jours : 181 sur 365 (du … au …) → Taux de réussite : 80 % »."""
    return " → ".join(f"{step.label}\u00a0: {step.value}{f' ({step.detail})' if step.detail else ''}" for step in steps)


def schedule_sheet(lines: Sequence[ScheduleLine]) -> Sheet:
    """Return the heads and the rows of a schedule: what is paid, due and forecast."""
    heads = ("Dû le", "Année", "Volet", "Nature", "État", "Condition", "Calcul", "Montant", "Déduit", "À payer")
    rows = [
        (
            line.due_on,
            line.year,
            line.label,
            line.kind.label,
            line.status_words or line.status.label,
            line.condition,
            line.explanation,
            line.amount,
            line.deducted,
            line.amount - line.deducted,
        )
        for line in lines
    ]
    return heads, rows
