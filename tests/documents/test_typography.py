"""What the documents print that a page of the portal does not."""

import pytest

from documents.layout.typography import typeset

TEXTS = [
    ("<body><p>Le 1er juin, Lyon 1er</p>", "<body><p>Le 1<sup>er</sup> juin, Lyon 1<sup>er</sup></p>"),
    ("<title>Le 1er juin</title><body><p>x</p>", "<title>Le 1er juin</title><body><p>x</p>"),
    ('<body><p title="Le 1er juin">x</p>', '<body><p title="Le 1er juin">x</p>'),
    ("<body><p>11er 1erx A1er</p>", "<body><p>11er 1erx A1er</p>"),
]


@pytest.mark.parametrize(("page", "printed"), TEXTS)
def test_the_ending_of_a_first_is_raised_in_the_text_and_nowhere_else(page, printed):
    assert typeset(page) == printed
