"""One thing that waits for a person: what the reads of every room are turned into."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from contracts.models import Contract
from core.actor import Actor
from core.dates import format_date
from core.face import TodoItem, Turn
from dashboards.enums import Subject
from documents.models import Signature

SOON_DAYS = 125  # an annual dialogue is announced two months before a window of two months


def awaits_signature_of(actor: Actor) -> Exists:
    """Return the condition « the document of this row awaits the signature of the actor »."""
    return Exists(Signature.objects.awaited_from(actor).filter(document=OuterRef("document")))


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits for the actor. `cpts` is the key that groups, `label` the word of its button."""

    cpts: UUID | None
    dossier: str
    dossier_url: str
    subject: Subject
    text: str
    url: str
    label: str
    due: date | None = None
    detail: str = ""
    is_late: bool = False
    is_pressing: bool = False  # the day that was planned is past, though the last day is not
    is_objection: bool = False  # another party said no, and waits for an answer
    post_url: str = ""  # where the button of the dossier posts, when doing it takes one click

    @property
    def item(self) -> TodoItem:
        """The line of a list in which the dossier is already named."""
        return TodoItem(text=self.text, url=self.url, due=self.due, detail=self.detail, is_late=self.is_late)

    @property
    def item_with_dossier(self) -> TodoItem:
        return replace(self.item, dossier=self.dossier)

    @property
    def turn(self) -> Turn:
        """The banner of the dossier: what is expected of the reader, until when, and the button."""
        limit = ""
        if self.due:
            limit = f"{'En retard depuis le' if self.is_late else 'Avant le'} {format_date(self.due)}"
        return Turn(
            text=f"À vous\u00a0: {self.text[0].lower()}{self.text[1:]}.",
            detail=" · ".join(filter(None, [self.detail, limit])),
            url=self.post_url or self.url,
            label=self.label,
            by_post=bool(self.post_url),
        )

    def is_soon(self, today: date) -> bool:
        """False for what may wait: its day is months away, and the one that was planned is not past."""
        return (
            self.is_pressing or self.is_objection or self.due is None or self.due <= today + timedelta(days=SOON_DAYS)
        )


def of_dossier(contract: Contract, text: str, label: str, page: str = "", detail: str = "") -> Waiting:
    """Return what waits in the dossier of a contract, at a page of the contracts room or in the dossier itself."""
    dossier_url = reverse("dashboards:dossier", args=[contract.pk])
    return Waiting(
        cpts=contract.cpts_id,
        dossier=contract.cpts.name,
        dossier_url=dossier_url,
        subject=Subject.CONTRACT,
        text=text,
        url=reverse(f"contracts:{page}", args=[contract.pk]) if page else dossier_url,
        label=label,
        detail=detail,
    )
