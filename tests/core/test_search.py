"""Searching as people type, in the database and beside it."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st

from core.search import folded, holding, words_of

LETTERS = "abceiouyœæÉÈÊËÀÂÇÎÏÔŒÙÛÜŸ'’-. *+?[](){}|^$\\"


def is_found(typed: str, kept: str) -> bool:
    """Tell whether the database finds `kept` when `typed` is looked for."""
    rows = ContentType.objects.annotate(kept=Value(kept)).filter(holding(typed, ["kept"]))
    return rows.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("genets", "CPTS des Genêts"),
        ("GENÊTS", "cpts des genets"),
        ("ile l'", "CPTS de L’ÎLE"),
        ("l’ile", "CPTS de l'Île"),
        ("coeur", "CPTS du Cœur de Bresse"),
        ("CŒUR", "cpts du coeur"),
        ("ecole", "École"),
        ("bresse cpts", "CPTS du Cœur de Bresse"),
        ("2026-069", "2026-069-001"),
        ("100 % (a.b)", "à 100 % (a.b)"),
    ],
)
def test_accents_case_ligatures_and_apostrophes_do_not_count(typed, kept):
    assert is_found(typed, kept)
    assert not is_found(f"{typed} absent", kept)


@pytest.mark.django_db
def test_what_means_something_to_an_expression_is_only_text():
    assert not is_found(".*", "CPTS") and not is_found("a|b", "b") and not is_found("[a-z]", "a")


@given(st.text(LETTERS, min_size=1, max_size=20))
def test_folding_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)
    assert set(folded(text)).isdisjoint("éèêëàâçîïôœùûüÿ’")


def test_the_eleventh_word_is_left_out():
    assert words_of(" un " * 11) == ["un"] * 10 and words_of("  ") == []
