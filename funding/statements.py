"""Statements read again: what a revision changed, and whether the engine still gives the same lines (R17)."""

from dataclasses import dataclass
from decimal import Decimal

from agreements.breakdown import Step, line_steps
from agreements.engine import compute_year
from agreements.explanations import payment_label
from agreements.inputs import ContractInputs
from agreements.inputs_document import from_document
from agreements.lines import Line
from core.errors import DomainError
from core.money import format_euros
from funding.assemblers import line_key, statement_fingerprint
from funding.models import Statement, StatementLine

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class RevisedLine:
    """A line of a statement beside the same line of the revision before; None where one has no such line."""

    label: str
    line: StatementLine | None
    before: Decimal | None

    @property
    def difference(self) -> Decimal:
        """What the revision gives, or takes back below zero."""
        return (self.line.amount if self.line else ZERO) - (self.before or ZERO)


@dataclass(frozen=True, kw_only=True)
class OpenedLine:
    """A line of a statement and the steps that lead to its amount; none if the engine of today gives another one."""

    line: StatementLine
    steps: tuple[Step, ...]


def opened_lines(statement: Statement) -> list[OpenedLine]:
    """Return the lines of a statement, each opened down to its rule from the data kept with it.

    Data that cannot be read again open nothing: the lines stay as they were issued (`differences` says why).
    """
    try:
        inputs = from_document(statement.inputs)
        year = compute_year(inputs, statement.year)
    except DomainError:
        return [OpenedLine(line=line, steps=()) for line in statement.lines.all()]
    computed = {line_key(line): line for line in year.lines} if year else {}
    return [_opened(line, computed.get(line.key), inputs) for line in statement.lines.all()]


def _opened(line: StatementLine, computed: Line | None, inputs: ContractInputs) -> OpenedLine:
    is_same = computed is not None and computed.amount == line.amount
    return OpenedLine(line=line, steps=line_steps(computed, inputs) if is_same else ())


def revised_lines(statement: Statement, previous: Statement) -> list[RevisedLine]:
    """Return each line of two revisions of a statement, side by side."""
    after = {line.key: line for line in statement.lines.all()}
    before = {line.key: line.amount for line in previous.lines.all()}
    return [
        RevisedLine(label=payment_label(*key), line=after.get(key), before=before.get(key))
        for key in dict.fromkeys([*after, *before])
    ]


def differences(statement: Statement) -> list[str]:
    """Compute a statement again from what was kept with it; return what is not the same, as French sentences."""
    rows = [_stored_row(line) for line in statement.lines.all()]
    found = []
    if statement_fingerprint(statement.inputs, rows) != statement.content_hash:
        found.append("l’empreinte n’est pas celle des données et des lignes conservées")
    try:
        year = compute_year(from_document(statement.inputs), statement.year)
    except DomainError as error:
        return [*found, error.message]
    if year is None:
        return [*found, "le contrat n’a pas cette année"]
    stored = {line.key: line.amount for line in statement.lines.all()}
    again = {line_key(line): line.amount for line in year.lines}
    found += [
        f"{payment_label(*key)} : {_spoken(stored.get(key))} émis, {_spoken(again.get(key))} recalculés"
        for key in dict.fromkeys([*stored, *again])
        if stored.get(key) != again.get(key)
    ]
    if year.total != statement.total:
        found.append(f"total : {format_euros(statement.total)} émis, {format_euros(year.total)} recalculés")
    return found


def _stored_row(line: StatementLine) -> dict:
    names = ("position", "mission", "kind", "base", "amount", "rule", "explanation", "is_validated")
    return {name: getattr(line, name) for name in names}


def _spoken(amount: Decimal | None) -> str:
    return "rien" if amount is None else format_euros(amount)
