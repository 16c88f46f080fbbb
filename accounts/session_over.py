"""What a form sent after the session ended was saying: shown again, stored nowhere."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

LONG = 20  # characters: what is shorter is quickly typed again, and listed together
TECHNICAL = {"csrfmiddlewaretoken", "version", "content_hash", "next"}
SECRETS = ("password", "code", "token")


@dataclass(frozen=True, kw_only=True)
class Written:
    """The values that a person typed: the texts, then the short ones in a line."""

    texts: list[str]
    values: list[str]


def what_was_written(data: QueryDict) -> Written:
    """Return what a posted form holds, in its order; never a password, a code, nor what no one types."""
    found = [
        value.strip()
        for name, values in data.lists()
        if name not in TECHNICAL and not any(secret in name for secret in SECRETS)
        for value in values
        if value.strip()
    ]
    return Written(
        texts=[value for value in found if len(value) > LONG], values=[value for value in found if len(value) <= LONG]
    )


def session_over_page(request: HttpRequest, written: Written, onward: str) -> HttpResponse:
    """Return the page of a form that nobody signed: its texts to copy, and the way to sign in (`onward`)."""
    context = {"written": written, "onward": onward}
    return render(request, "accounts/session_over.html", context, status=401)
