"""The mails that the portal wrote to files instead of sending them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

MAXIMUM = 50
SEPARATOR = b"-" * 79 + b"\n"  # what Django's file backend writes after each message


@dataclass(frozen=True, kw_only=True)
class SentMail:
    """A mail as its reader would see it. `at` is the date it bears, that of the portal's clock."""

    at: datetime
    to: str
    subject: str
    body: str


def sent_mails(*, to: str = "") -> list[SentMail]:
    """Return the last mails, newest first, those of one address if given."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True) if folder.is_dir() else []
    found: list[SentMail] = []
    for path in files:
        found += [mail for mail in reversed(_mails_of(path)) if to.lower() in mail.to.lower()]
        if len(found) >= MAXIMUM:
            break
    return found[:MAXIMUM]


def _mails_of(path: Path) -> list[SentMail]:
    at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    return [_mail(part, at) for part in path.read_bytes().split(SEPARATOR) if part.strip()]


def _date_of(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(message["Date"]))
    except ValueError:  # absent, or not a date
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # « -0000 » is how a mail of the sign-in package says UTC


def _mail(content: bytes, at: datetime) -> SentMail:
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    return SentMail(
        at=_date_of(message) or at,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        body=body.get_content().strip() if body else "",
    )
