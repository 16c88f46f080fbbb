"""Mails: two text templates an event, sent once the transaction is committed."""

import logging
import smtplib
from collections.abc import Iterable
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from core import clock

logger = logging.getLogger(__name__)


def send_mail(event: str, *, to: Iterable[str], context: dict) -> bool:
    """Send `<event>_subject.txt` and `<event>_body.txt`, one message a person; say whether one left, or nobody
    was to receive it.

    A mail server that is down does not undo what was done: the failure is logged, and the page remains.
    """
    context = {**context, "portal_url": settings.PORTAL_URL}
    subject = settings.EMAIL_SUBJECT_PREFIX + " ".join(render_to_string(f"{event}_subject.txt", context).split())
    body = render_to_string(f"{event}_body.txt", context)
    lost = 0
    addresses = sorted(set(filter(None, to)))
    for address in addresses:
        try:
            EmailMessage(subject, body, to=[address], headers={"Date": format_datetime(clock.now())}).send()
        except (OSError, smtplib.SMTPException):
            logger.exception("mail not sent", extra={"event": event})
            lost += 1
    return not addresses or lost < len(addresses)
