"""What a person reads of a page or of a sentence, whatever holds its lines together."""

import re

from django.http import HttpResponse
from lxml import html

NO_BREAK = str.maketrans("\u00a0\u202f", "  ")


def plain(text: str) -> str:
    """Return a text with the spaces that one types."""
    return text.translate(NO_BREAK)


def words(response: HttpResponse) -> str:
    """Return the words of a page, without its tags, one space between two."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def sent_from(response: HttpResponse, form: str) -> dict[str, list[str]]:
    """Return what a browser sends from the form of this id or class, hidden fields included, when nothing is typed."""
    return _sent(response, "//form[@id=$name or @class=$name]", form)


def sent_to(response: HttpResponse, address: str) -> dict[str, list[str]]:
    """Return what a browser sends from the form of a page that posts to this address, when nothing is typed."""
    return _sent(response, "//form[@action=$name]", address)


def _sent(response: HttpResponse, path: str, name: str) -> dict[str, list[str]]:
    found, *_ = html.fromstring(response.content.decode()).xpath(path, name=name)
    sent: dict[str, list[str]] = {}
    for name, value in found.form_values():
        text = value.replace("\r\n", "\n").removeprefix("\n")  # the first line of a text area begins on its own
        sent.setdefault(name, []).append(text.replace("\n", "\r\n"))
    return sent
