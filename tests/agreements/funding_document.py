"""Reads the tables and examples of docs/funding.md, so that its numbers are those of the code."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "funding.md"


@dataclass(frozen=True)
class Example:
    title: str
    document: dict[str, Any]
    lines: list[list[str]]
    payments: list[list[str]]
    repayment: str
    total: str


def amounts_of(code: str) -> dict[tuple[str | None, str, int], int]:
    """Return the published amounts of a version, in euros, by mission, kind and size."""
    rows = _table(_section(f"## Amounts of `{code}`"), "Mission")
    return {
        (None if mission == "–" else mission, kind, size): int(amount.replace(" ", ""))
        for mission, kind, *amounts in rows
        if mission != "published total"
        for size, amount in enumerate(amounts, start=1)
    }


def published_totals_of(code: str) -> list[int]:
    rows = _table(_section(f"## Amounts of `{code}`"), "Mission")
    return [int(amount.replace(" ", "")) for amount in rows[-1][2:]]


def examples() -> list[Example]:
    section = _section("## Worked examples")
    return [_example(part) for part in re.split(r"^### ", section, flags=re.M)[1:]]


def cases_of(rule: str, first_column: str) -> list[list[str]]:
    """Return the rows of a table among the cases of the other rules: « R3 », and how its first column is called."""
    section = _section("## A case of the other rules")
    part = next(part for part in re.split(r"^### ", section, flags=re.M) if part.startswith(f"{rule},"))
    if not (rows := _table(part, first_column)):
        raise LookupError(f"{rule} has no table that begins with {first_column}")
    return rows


def _example(text: str) -> Example:
    repayment, total = re.search(r"^Repayment ([\d .]+), total ([\d .]+)\.$", text, flags=re.M).groups()
    return Example(
        title=text.splitlines()[0],
        document=json.loads(re.search(r"```json\n(.*?)```", text, flags=re.S).group(1)),
        lines=_table(text, "Year"),
        payments=_table(text, "Due"),
        repayment=repayment.replace(" ", ""),
        total=total.replace(" ", ""),
    )


def _section(title: str) -> str:
    text = DOCUMENT.read_text(encoding="utf-8")
    start = text.index(f"{title}\n") + len(title)
    end = text.find("\n## ", start)
    return text[start : end if end != -1 else None]


def _table(text: str, first_column: str) -> list[list[str]]:
    rows, inside = [], False
    for line in text.splitlines():
        if line.startswith(f"| {first_column} |"):
            inside = True
        elif inside and not line.startswith("|"):
            break
        elif inside and not line.startswith("|---"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows
