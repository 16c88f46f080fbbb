"""What a person reads of a page or of a sentence, whatever holds its lines together."""

import re

from django.http import HttpResponse

NO_BREAK = str.maketrans("\u00a0\u202f", "  ")


def plain(text: str) -> str:
    """Return a text with the spaces that one types."""
    return text.translate(NO_BREAK)


def words(response: HttpResponse) -> str:
    """Return the words of a page, without its tags, one space between two."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
