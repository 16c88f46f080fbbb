"""What the PDF of a statement prints and attaches: every line opened down to its rule (R17). Plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from agreements.breakdown import Step
from agreements.explanations import payment_label
from contracts.models import Contract
from core.dates import format_date
from core.enums import PARTIES
from core.money import format_euros
from funding.models import Statement, StatementLine
from funding.schedule import LineKey

ZERO = Decimal("0.00")


def statement_payload(
    statement: Statement,
    lines: Sequence[StatementLine],
    steps: Mapping[LineKey, Sequence[Step]],
    before: Mapping[LineKey, Decimal],
) -> dict[str, Any]:
    """Return the data of the document of a statement that is being issued.

    Takes its lines, the steps that lead to each, and the euros that came before for each: the advances paid for a
    first statement, the amounts of the revision before for a revision. All by `StatementLine.key`.
    """
    contract, number = statement.contract, statement.year
    amounts = {line.key: line.amount for line in lines}
    return {
        "content": statement_content(statement, lines),
        "contract": contract.number,
        "signed_on": format_date(contract.signed_on),
        "cpts": contract.cpts.name,
        "parties": [contract.party(side).name for side in PARTIES],
        "year": number,
        "period": _period(contract, number),
        "agreement": statement.agreement_version.label,
        "revision": statement.revision,
        "is_cut_short": contract.is_cut_short(number),
        "lines": [_opened(line, steps[line.key]) for line in lines],
        "total": format_euros(statement.total),
        "settled": _settled(amounts, before),
        "takes_back": any(euros > amounts.get(key, ZERO) for key, euros in before.items()),
        "settled_total": _settled_row("Total", statement.total, sum(before.values(), ZERO)),
        "engine_version": statement.engine_version,
        "hash": statement.content_hash,
    }


def statement_content(statement: Statement, lines: Sequence[StatementLine]) -> dict[str, Any]:
    """Return the values attached to the PDF: all that computes the statement again (docs/schemas/donnees-1.json)."""
    contract, number = statement.contract, statement.year
    return {
        "contract": contract.number,
        "parties": [{"side": side.value, "name": contract.party(side).name} for side in PARTIES],
        "year": number,
        "starts_on": contract.anniversary(number - 1).isoformat(),
        "ends_on": contract.end_of_year(number).isoformat(),
        "statement": statement_values(statement, lines),
        "engine_version": statement.engine_version,
        "inputs": statement.inputs,
    }


def statement_values(statement: Statement, lines: Sequence[StatementLine]) -> dict[str, Any]:
    """Return a statement as values, amounts as text: the same in every document that attaches one."""
    return {
        "revision": statement.revision,
        "sha256": statement.content_hash,
        "lines": [_line_values(line) for line in lines],
        "total": f"{statement.total:.2f}",
    }


def _line_values(line: StatementLine) -> dict[str, Any]:
    return {
        "mission": line.mission or None,
        "kind": line.kind,
        "base": line.base or None,
        "amount": f"{line.amount:.2f}",
        "rule": line.rule,
        "is_validated": line.is_validated,
        "explanation": line.explanation,
    }


def _period(contract: Contract, number: int) -> str:
    last_day = contract.end_of_year(number) - timedelta(days=1)
    return f"du {format_date(contract.anniversary(number - 1))} au {format_date(last_day)}"


def _opened(line: StatementLine, steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "label": line.label,
        "amount": format_euros(line.amount),
        "rule": line.rule,
        "is_validated": line.is_validated,
        "steps": [asdict(step) for step in steps],
    }


def _settled(amounts: Mapping[LineKey, Decimal], before: Mapping[LineKey, Decimal]) -> list[dict[str, str]]:
    """Return each line beside what came before it; what a revision removed is there, at nothing."""
    return [
        _settled_row(payment_label(*key), amounts.get(key, ZERO), before.get(key, ZERO))
        for key in dict.fromkeys([*amounts, *before])
    ]


def _settled_row(label: str, amount: Decimal, before: Decimal) -> dict[str, str]:
    return {
        "label": label,
        "amount": format_euros(amount),
        "before": format_euros(before),
        "rest": format_euros(amount - before),
    }
