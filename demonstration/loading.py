"""Loading the demonstration: the cast, then its past, played in the order of the calendar, all or nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core.errors import DomainError
from demonstration.acts.documents import press
from demonstration.cast import create_cast, is_loaded
from demonstration.playback import play
from demonstration.stories import stories_of


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a load did: how many CPTS, how many acts, in how many seconds."""

    cpts: int
    acts: int
    seconds: float


def load(only: Collection[str] | None = None) -> Loaded | None:
    """Load the demonstration; None when it is already there. DomainError where demonstrations are refused.

    `only` plays the stories of these CPTS, by their codes, and leaves the others blank: for those in a hurry.
    """
    if not settings.DEMONSTRATION:
        raise DomainError("La démonstration est refusée sur ce portail : elle demande DEBUG.")
    started = monotonic()
    with press.running(), transaction.atomic():
        if is_loaded():
            return None
        today = timezone.localdate()
        dossiers = create_cast()
        played = [dossier for dossier in dossiers if only is None or dossier.data["code"] in only]
        acts = play((story for dossier in played for story in stories_of(dossier, today)), until=today)
        _forget_messages()
    return Loaded(cpts=len(dossiers), acts=acts, seconds=monotonic() - started)


def _forget_messages() -> None:
    """Drop what waits for the commit: the past sends no mail, and the worker's sweep finds the documents left."""
    connection.run_on_commit = []
