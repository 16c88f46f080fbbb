"""Searching as people type: case, accents, ligatures and the shape of apostrophes do not count.

One way for both databases: a regular expression in which each letter stands for all its accented forms. It asks
neither for an extension of PostgreSQL nor for a function of ours in SQLite.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

from django.db.models import Q

MAXIMUM_WORDS = 10
LIGATURES = {"œ": "oe", "æ": "ae"}
ACCENTED = {"a": "àáâãäå", "c": "ç", "e": "èéêë", "i": "ìíîï", "n": "ñ", "o": "òóôõö", "u": "ùúûü", "y": "ýÿ"}


def folded(text: str) -> str:
    """Return `text` as it is compared: lower case, no accent, « oe » for « œ », straight apostrophes."""
    text = text.casefold().replace("’", "'")
    for ligature, letters in LIGATURES.items():
        text = text.replace(ligature, letters)
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Return the words that a search looks for, as they are compared; those beyond the tenth are left out."""
    return folded(text).split()[:MAXIMUM_WORDS]


def holding(text: str, fields: Iterable[str]) -> Q:
    """Return the condition « each word of `text` is in one of `fields` »; a text without a word keeps every row."""
    fields = tuple(fields)
    patterns = [_pattern(word) for word in words_of(text)]
    return reduce(and_, (_anywhere(pattern, fields) for pattern in patterns), Q())


def _anywhere(pattern: str, fields: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(**{f"{field}__iregex": pattern}) for field in fields))


def _pattern(word: str) -> str:
    """Return the expression that `word`, folded, matches in a text kept with its accents."""
    pattern = "".join(map(_any_form, word))
    for ligature, letters in LIGATURES.items():
        spelled = "".join(map(_any_form, letters))
        pattern = pattern.replace(spelled, f"({spelled}|{ligature}|{ligature.upper()})")
    return pattern


def _any_form(letter: str) -> str:
    if letter == "'":
        return "['’]"
    forms = ACCENTED.get(letter, "")
    # both cases are written: a database whose locale knows no accent would not see that « É » is « é »
    return f"[{letter}{forms}{forms.upper()}]" if forms else re.escape(letter)
