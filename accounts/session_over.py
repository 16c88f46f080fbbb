"""What a form sent after the session ended was saying: shown again on the way to sign-in, to who has no script."""

import time
from dataclasses import asdict, dataclass

from django.http import HttpRequest, QueryDict

SESSION_KEY = "written"
KEPT_SECONDS = 3600
KEPT_CHARACTERS = 100_000
LONG = 20  # characters: what is shorter is quickly typed again, and listed together
TECHNICAL = {"csrfmiddlewaretoken", "version", "content_hash", "next"}
SECRETS = ("password", "code", "token", "credential", "passkey")


@dataclass(frozen=True, kw_only=True)
class Written:
    """The values that a person typed: the texts, then the short ones."""

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


def keep_written(request: HttpRequest) -> None:
    """Keep what a form that nobody signed was saying, in the session of this browser, for the sign-in page alone."""
    written = what_was_written(request.POST)
    if written.texts and sum(map(len, written.texts + written.values)) <= KEPT_CHARACTERS:
        request.session[SESSION_KEY] = {"at": time.time(), **asdict(written)}


def kept_for(request: HttpRequest) -> Written | None:
    """Return what was kept less than an hour ago in this browser; nothing once someone has signed in."""
    kept = request.session.get(SESSION_KEY)
    if not kept or request.user.is_authenticated or time.time() - kept["at"] > KEPT_SECONDS:
        return None
    return Written(texts=kept["texts"], values=kept["values"])
