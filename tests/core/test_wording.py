"""Words put together as a French sentence does."""

import pytest

from core.wording import counted, plural
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
