"""docs/glossary.md names what is in the code."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.sources import sources

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "glossary.md"
ROWS = [line.strip("|").split("|") for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ")]
TERMS = [(row[0].strip(), re.findall(r"`(\w+)`", row[1] + row[2])) for row in ROWS if row[0].strip() != "À l’écran"]


@cache
def words() -> set[str]:
    return {word for source in sources() for word in re.findall(r"\w+", source.text)}


@pytest.mark.parametrize(("term", "names"), TERMS, ids=[term for term, _names in TERMS])
def test_a_word_of_the_screen_has_its_word_in_the_code(term, names):
    assert names, "no identifier"
    assert [name for name in names if name not in words()] == []
