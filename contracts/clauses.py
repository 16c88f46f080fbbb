"""The wording of the contract: articles made of blocks, with mentions to fill in and conditions to meet. Pure.

A wording is data. The portal comes with one, `data/clauses-2026-1.json`, ours until the national trame is available;
the back office writes others, one agreement at a time (`contracts.models.Wording`), in the plain text of `parse_body`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from core.errors import DomainError
from core.wording import spoken_list

DATA = Path(__file__).resolve().parent / "data"
BUILT_IN = "2026-1"
MENTIONS = {
    "numero": "numéro du contrat",
    "cpts": "nom de la CPTS",
    "ars": "nom de l’ARS",
    "caisse": "nom de la caisse",
    "communes": "nombre de communes, suivi du mot",
    "population": "population du territoire",
    "origine_population": "d’où vient la population",
    "taille": "taille de la communauté",
    "accord": "accord national",
    "adherents": "nombre d’adhérents, suivi du mot",
    "duree": "durée du contrat, en années",
    "mois_dialogue": "mois laissés au dialogue annuel",
    "taux_avance": "part versée en avance",
    "mois_preavis": "mois de préavis",
    "mois_observations": "mois pour présenter des observations",
}
CONDITIONS = {
    "crise": "une mission de réponse aux crises a un montant par crise",
    "majoration": "la taille ouvre droit à la majoration",
    "soins_non_programmes": "l’accord finance à part les soins non programmés",
    "population_convenue": "les parties ont convenu de la population",
}
FINANCING, LOCAL = "financing", "local"
"""Keys of the two articles that something follows: the table of amounts, the local clauses."""
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
CONDITION = re.compile(r"\[si ([^\]]*)\]\s*")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of an article: `kind` is "title", "text" or "list"; `when` names the condition it needs, if any."""

    kind: str
    lines: tuple[str, ...]
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article: `key` tells the page what follows it (FINANCING, LOCAL)."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A wording: its version, what is said of it wherever it is shown, its articles as they were written."""

    version: str
    status: str
    articles: tuple[Article, ...]


@cache
def built_in() -> Text:
    """Return the wording that comes with the portal, every mention and condition of it known."""
    data = json.loads((DATA / f"clauses-{BUILT_IN}.json").read_text(encoding="utf-8"))
    articles = tuple(
        Article(key=row["key"], title=row["title"], blocks=tuple(_checked(map(_block, row["blocks"]))))
        for row in data["articles"]
    )
    return Text(version=BUILT_IN, status=data["status"], articles=articles)


def filled(text: Text, mentions: Mapping[str, str], conditions: frozenset[str]) -> list[Article]:
    """Return the articles with their mentions filled in, without the blocks whose condition is not met."""
    return [
        replace(
            article,
            blocks=tuple(
                replace(block, lines=tuple(typeset(fill(line, mentions)) for line in block.lines))
                for block in article.blocks
                if not block.when or block.when in conditions
            ),
        )
        for article in text.articles
    ]


def fill(line: str, mentions: Mapping[str, str]) -> str:
    """Return a line with the values of its mentions; one that is unknown stays as it was written."""
    return PLACEHOLDER.sub(lambda found: str(mentions.get(found[1], found[0])), line)


def typeset(line: str) -> str:
    """Return a line whose French punctuation never begins a line of the page alone."""
    return re.sub(r" (?=[;:!?»])|(?<=«) ", "\u00a0", line)


def check_mentions(text: str, *, field: str | None = None) -> None:
    """Raise DomainError when a text names, between braces, what a contract does not have."""
    unknown = [f"« {{{name}}} »" for name in dict.fromkeys(PLACEHOLDER.findall(text)) if name not in MENTIONS]
    if unknown:
        known = ", ".join(f"{{{mention}}}" for mention in MENTIONS)
        are = "n’est pas une mention connue" if len(unknown) == 1 else "ne sont pas des mentions connues"
        raise DomainError(f"{spoken_list(unknown)} {are}. Les mentions sont : {known}.", field)


def refuse_mentions(text: str, *, field: str | None = None) -> None:
    """Raise DomainError when a text has a mention: an amendment says the words that will hold."""
    if found := PLACEHOLDER.search(text):
        raise DomainError(f"Écrivez la valeur elle-même à la place de « {found[0]} ».", field)


# The plain text in which the back office writes an article


def parse_body(body: str) -> tuple[Block, ...]:
    """Return the blocks of an article written in plain text; DomainError for an unknown mention or condition.

    Blocks are separated by a blank line. « ## » begins a title, « - » each line of a list; « [si crise] » before a
    block keeps it for the contracts that meet this condition.
    """
    paragraphs = re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip())
    return tuple(_checked(_parsed(paragraph.strip()) for paragraph in paragraphs if paragraph.strip()))


def body_of(blocks: Iterable[Block]) -> str:
    """Return the plain text of the blocks, which `parse_body` reads back."""
    return "\n\n".join(_written(block) for block in blocks)


def _parsed(paragraph: str) -> Block:
    when = ""
    if found := CONDITION.match(paragraph):
        when, paragraph = found[1].strip(), paragraph[found.end() :]
    lines = tuple(line.strip() for line in paragraph.splitlines() if line.strip())
    if len(lines) == 1 and lines[0].startswith("## "):
        return Block(kind="title", lines=(lines[0][3:].strip(),), when=when)
    if lines and all(line.startswith("- ") for line in lines):
        return Block(kind="list", lines=tuple(line[2:].strip() for line in lines), when=when)
    return Block(kind="text", lines=lines, when=when)


def _written(block: Block) -> str:
    before = {"title": "## ", "list": "- "}.get(block.kind, "")
    text = "\n".join(f"{before}{line}" for line in block.lines)
    return f"[si {block.when}] {text}" if block.when else text


def _block(data: Mapping) -> Block:
    kind = next(kind for kind in ("title", "text", "list") if kind in data)
    value = data[kind]
    return Block(kind=kind, lines=tuple(value) if isinstance(value, list) else (value,), when=data.get("when", ""))


def _checked(blocks: Iterable[Block]) -> Iterable[Block]:
    for block in blocks:
        if block.when and block.when not in CONDITIONS:
            known = ", ".join(f"[si {condition}]" for condition in CONDITIONS)
            raise DomainError(f"« {block.when} » n’est pas une condition connue. Les conditions sont : {known}.")
        for line in block.lines:
            check_mentions(line)
        yield block
