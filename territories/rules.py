"""R1's territory, as values: which codes, whose population, and what may not stand together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import DomainError
from core.search import folded
from core.wording import spoken_list

INSEE_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
SEPARATORS = re.compile(r"[\s,;|]+")
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")  # what web pages and spreadsheets leave in a copy
ARTICLE = re.compile(r"^(?:le|la|les|l) (?=.)")  # at the beginning only: « Ville-la-Grand » keeps its own

# The three communes that have municipal arrondissements: parent, its name, first and last code.
SPLIT_COMMUNES = (
    ("13055", "Marseille", 13201, 13216),
    ("69123", "Lyon", 69381, 69389),
    ("75056", "Paris", 75101, 75120),
)
PARENTS = {str(code): parent for parent, _, first, last in SPLIT_COMMUNES for code in range(first, last + 1)}
SPLIT_NAMES = {parent: name for parent, name, _, _ in SPLIT_COMMUNES}


class ParsedCodes(NamedTuple):
    """What a pasted list holds: `codes` in their order, once each, the words that are not codes, and what was typed."""

    codes: tuple[str, ...]
    unreadable: tuple[str, ...]
    typed: dict[str, str]  # each code, as it was written


class Place(NamedTuple):
    """A département or a region: its code and its name."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class CommuneLine:
    """A commune and its population of one year; None where none is published."""

    code: str
    name: str
    department: Place
    region: Place
    population: int | None
    population_year: int | None


@dataclass(frozen=True, kw_only=True)
class TerritorySummary:
    """A list of communes in figures (R1).

    `population` is the sum of the published populations, in inhabitants: it is the territory's only when
    `is_complete`. `missing` names the communes without a published population, `unknown` the codes of no
    commune, `conflicts` the sentences on a commune and its arrondissements both in (the commune is counted).
    """

    commune_count: int
    population: int
    years: tuple[int, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    conflicts: tuple[str, ...]
    departments: tuple[Place, ...]
    regions: tuple[Place, ...]

    @property
    def is_complete(self) -> bool:
        return not (self.missing or self.unknown or self.conflicts)

    @property
    def year(self) -> int | None:
        """Return the year of the population when it is the same everywhere, else None."""
        return self.years[0] if len(self.years) == 1 else None

    @property
    def years_label(self) -> str:
        """Return « 2023 », « 2017 et 2023 », or an empty text."""
        return spoken_list([str(year) for year in self.years])


def parse_insee_codes(text: str) -> ParsedCodes:
    """Read a pasted list of INSEE codes separated by commas, semicolons, bars, spaces or lines.

    A code whose first zero was lost by a spreadsheet (« 1001 ») is read as « 01001 ». Whether it exists is
    not looked at here.
    """
    codes, unreadable = {}, {}
    for word in SEPARATORS.split(INVISIBLE.sub("", text)):
        word = word.strip("\"'«».()")
        if not word:
            continue
        code = word.upper()
        if len(code) == 4 and code.isdigit():
            code = f"0{code}"
        if INSEE_CODE.fullmatch(code) and code.isascii():
            codes.setdefault(code, word)
        else:
            unreadable[word] = None
    return ParsedCodes(tuple(codes), tuple(unreadable), codes)


def search_key(text: str) -> str:
    """Return `text` as it is compared: lower case, no accent, one space between words, no leading article."""
    words = re.findall(r"[a-z0-9]+", folded(text))
    full = {"st": "saint", "ste": "sainte"}
    return ARTICLE.sub("", " ".join(full.get(word, word) for word in words), count=1) if words else ""


def conflicts(codes: Iterable[str]) -> tuple[str, ...]:
    """Return a French sentence for each commune that stands in `codes` beside one of its arrondissements."""
    codes = set(codes)
    found = {}
    for code in sorted(codes):
        if PARENTS.get(code) in codes:
            found.setdefault(PARENTS[code], []).append(code)
    return tuple(
        f"{SPLIT_NAMES[parent]} ({parent}) figure en entier et par arrondissement ({', '.join(parts)}) : "
        "gardez la commune entière, ou seulement ses arrondissements."
        for parent, parts in found.items()
    )


def check_arrondissements(codes: Iterable[str]) -> None:
    """Refuse, with DomainError, a commune together with one of its arrondissements."""
    sentences = conflicts(codes)
    if sentences:
        raise DomainError(" ".join(sentences), field="communes")


def overlap(codes_a: Iterable[str], codes_b: Iterable[str]) -> tuple[str, ...]:
    """Return, sorted, the codes that two territories share (R1).

    An arrondissement of one and its whole commune in the other share the arrondissement.
    """
    codes_a, codes_b = set(codes_a), set(codes_b)
    shared = codes_a & codes_b
    shared |= {code for code in codes_a if PARENTS.get(code) in codes_b}
    shared |= {code for code in codes_b if PARENTS.get(code) in codes_a}
    return tuple(sorted(shared))


def summarise(lines: Iterable[CommuneLine], *, requested: Iterable[str]) -> TerritorySummary:
    """Add up the communes found for the codes `requested`; never counts an inhabitant twice."""
    lines = sorted(lines, key=lambda line: line.code)
    found = {line.code for line in lines}
    counted = [line for line in lines if PARENTS.get(line.code) not in found]
    known = [line for line in counted if line.population is not None]
    return TerritorySummary(
        commune_count=len(counted),
        population=sum(line.population for line in known),
        years=tuple(sorted({line.population_year for line in known})),
        missing=tuple(line.name for line in counted if line.population is None),
        unknown=tuple(sorted(set(requested) - found)),
        conflicts=conflicts(found),
        departments=tuple(sorted({line.department for line in lines})),
        regions=tuple(sorted({line.region for line in lines})),
    )
