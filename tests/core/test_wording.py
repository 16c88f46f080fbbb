"""Words put together as a French sentence does."""

import pytest

from core.wording import counted, of, plural, the
from tests.core.test_templatetags import show


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 habitant"), (1, "1 habitant"), (2, "2 habitants"), (66_614, "66\u202f614 habitants")],
)
def test_in_french_the_plural_begins_at_two(number, words):
    assert counted(number, "habitant") == words


def test_a_plural_that_an_s_does_not_make_is_said():
    assert counted(3, "valeur saisie", "valeurs saisies") == "3 valeurs saisies"
    assert plural(1, "est", "sont") == "est"


def test_pages_agree_their_words_with_the_same_helper():
    source = '{{ n|counted:"ligne" }} {{ n|plural:"est,sont" }}, {{ none|counted:"ligne" }}'
    assert show(source, n=1, none=None) == "1 ligne est, –"
    assert show(source, n=4, none=None) == "4 lignes sont, –"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Claire Modèle", "de Claire Modèle"),
        ("Alain Essai", "d’Alain Essai"),
        ("Éric Témoin", "d’Éric Témoin"),
        ("Yves Exemple", "d’Yves Exemple"),
        ("Yann Exemple", "de Yann Exemple"),
        ("Henri Témoin", "de Henri Témoin"),
        ("", "de "),
    ],
)
def test_de_is_elided_before_a_vowel(name, words):
    assert of(name) == words
    assert show("{{ name|of }}", name=name) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [("ARS Bretagne", "l’ARS Bretagne"), ("CPAM du Rhône", "la CPAM du Rhône"), ("Écume", "l’Écume")],
)
def test_an_organisation_is_said_with_its_article(name, words):
    assert the(name) == words
    assert show("{{ name|the|capfirst }}", name=name) == words[0].upper() + words[1:]
