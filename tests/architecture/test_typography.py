"""French typography: what a line may not break is held by a no-break space, in the source as on the page.

The space before `: ; ? ! » % €` and after `«` is U+00A0 itself in templates and in Python (`\\u00a0` there, if one
likes to see it): one form, the same in a page, a text mail and a PDF, which entities are not.
"""

import ast
import re

import pytest

from tests.architecture.sources import Source, sources
from tests.architecture.test_templates import templates, text_of

PLAIN_SPACE = re.compile(r"""(?<=\S)[ ][:;?!»](?=$|[\s<.,)"'…«{])|«[ ]|[ ]»|(?<=\d)[ ][%€](?!})|^[ ][:;?!](?=\s)""")
WITHOUT_ARTICLE = re.compile(r"\b(?:pour|de|à|par) {{ [\w.]*organisation(?:_name)? }}")
NOT_READ = re.compile(r"{#.*?#}|<!--.*?-->|<style.*?</style>|<script.*?</script>", re.DOTALL)


def plain_spaces(text: str) -> list[str]:
    """Return each place of a text where a line could break against the typography, with what surrounds it."""
    return [text[max(0, found.start() - 20) : found.end() + 10] for found in PLAIN_SPACE.finditer(text)]


def sentences_of(source: Source) -> list[str]:
    """Return the strings of a module, those of f-strings in their parts, without its docstrings."""
    said = [node.value for node in ast.walk(source.tree) if isinstance(node, ast.Expr)]
    return [
        node.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said
    ]


@pytest.mark.parametrize("name", templates(".html", ".txt"))
def test_a_template_holds_its_punctuation(name):
    text = NOT_READ.sub("", text_of(name))
    assert plain_spaces(text) == [] and "&nbsp;" not in text, "write the character U+00A0"


@pytest.mark.parametrize("name", templates(".html", ".txt"))
def test_a_sentence_names_an_organisation_with_its_article(name):
    assert WITHOUT_ARTICLE.findall(text_of(name)) == [], "« pour la CPAM du Rhône »: write {{ organisation|the }}"


def test_the_sentences_of_the_code_hold_their_punctuation():
    broken = {source.name: found for source in sources() if (found := plain_spaces("\n".join(sentences_of(source))))}
    assert broken == {}, "write the character U+00A0"


@pytest.mark.parametrize(
    "text", ["Qui préside ?", "Oui : non", "« Oui", "non »", "75 % du", "12 €", "{{ name }} :", " : suite", "un ; deux"]
)
def test_a_plain_space_is_found(text):
    assert plain_spaces(text)


@pytest.mark.parametrize("text", ["Qui ?", "{% if year == 1 %}", "12:30", "a ? b", "{{ x|default:'' }}", "n° 1"])
def test_what_holds_is_left(text):
    assert plain_spaces(text.replace(" ?", "\u00a0?")) == []
