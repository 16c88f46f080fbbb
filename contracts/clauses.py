"""The fixed clauses of the contract: our own wording until the national trame is available, kept as data. Pure.

A file a version of the text, `data/clauses-<version>.json`; the one named here is the current one. The content of
a contract holds the version, so that a new text withdraws the consents given to the one before.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
CURRENT_VERSION = "2026-1"
MENTIONS = frozenset(
    {
        *("number", "cpts", "ars", "fund", "commune_count", "population", "population_year", "size"),
        *("agreement", "members", "duration", "dialogue_months", "advance_rate", "notice_months"),
        "observation_months",
    }
)
CONDITIONS = frozenset({"crisis", "bonus", "triage", "agreed_population"})
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class UnknownMention(ValueError):
    """A clause names a value or a condition that a contract does not have."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of an article: `kind` is "title", "text" or "list"."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article: `key` tells the page which table follows it."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@cache
def source(version: str = CURRENT_VERSION) -> dict:
    """Return a version of the text as it was written, every mention and condition of it known."""
    data = json.loads((DATA / f"clauses-{version}.json").read_text(encoding="utf-8"))
    for article in data["articles"]:
        for block in article["blocks"]:
            _check(block)
    return data


def articles(mentions: Mapping[str, str], conditions: frozenset[str], version: str = CURRENT_VERSION) -> list[Article]:
    """Return the articles with their mentions filled in, without the blocks whose condition is not met."""
    return [
        Article(
            key=article["key"],
            title=article["title"],
            blocks=tuple(
                _filled(block, mentions)
                for block in article["blocks"]
                if block.get("when") is None or block["when"] in conditions
            ),
        )
        for article in source(version)["articles"]
    ]


def status(version: str = CURRENT_VERSION) -> str:
    """Return what is said of the text wherever it is shown."""
    return source(version)["status"]


def _lines(block: Mapping) -> tuple[str, list[str]]:
    kind = next(kind for kind in ("title", "text", "list") if kind in block)
    value = block[kind]
    return kind, value if isinstance(value, list) else [value]


def _filled(block: Mapping, mentions: Mapping[str, str]) -> Block:
    kind, lines = _lines(block)
    return Block(
        kind=kind,
        lines=tuple(PLACEHOLDER.sub(lambda found: str(mentions[found[1]]), line) for line in lines),
    )


def _check(block: Mapping) -> None:
    if block.get("when") not in {None, *CONDITIONS}:
        raise UnknownMention(block["when"])
    for line in _lines(block)[1]:
        for name in PLACEHOLDER.findall(line):
            if name not in MENTIONS:
                raise UnknownMention(name)
