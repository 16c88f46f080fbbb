"""A document issued from frozen data, replaced, laid out again."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import chain, repeat
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from core import audit, clock
from core.actor import Actor
from core.dates import format_date
from core.errors import DomainError
from core.models import JobState
from documents import permissions, tasks
from documents.models import Document, Signature


@transaction.atomic
def issue_document(
    *,
    actor: Actor,
    kind: str,
    key: str,
    title: str,
    template_name: str,
    payload: dict,
    circuit: Sequence[Sequence[Organisation]],
    readers: Sequence[Organisation],
    expires_on: date | None = None,
    former_round: Document | None = None,
) -> Document:
    """Freeze the data of a document and ask the worker for its PDF; the same `key` gives the same document.

    `circuit` are the steps of its signature, one after the other, empty for a document that nobody signs: the
    organisations of a step sign when they like, each by as many people as its statutes ask for, until `expires_on`
    included. `readers` may read it, the signatories among them. `former_round` is the document that this one is
    signed instead of: it stays as it is, and the new one prints which of its signatures are void.
    """
    document, created = Document.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "title": title,
            "template_name": template_name,
            "payload": {**payload, "former_round": _void_signatures(former_round)} if former_round else payload,
            "issued_at": clock.now(),
            "expires_on": expires_on,
            "former_round": former_round,
        },
    )
    if not created:
        return document
    document.readers.set([*readers, *chain.from_iterable(circuit)])
    _open_places(document, circuit)
    audit.record(actor, "document.issue", document, after={"kind": kind, "code": document.code})
    transaction.on_commit(partial(tasks.wake_renderer, document.pk))
    return document


def _open_places(document: Document, circuit: Sequence[Sequence[Organisation]]) -> None:
    """Make a place for each signatory, in the order of the circuit; those of a side are numbered from one."""
    taken = Counter()
    for step, organisations in enumerate(circuit, start=1):
        for organisation in chain.from_iterable(repeat(item, item.signatory_count) for item in organisations):
            taken[organisation.side] += 1
            Signature.objects.create(
                document=document,
                side=organisation.side,
                number=taken[organisation.side],
                step=step,
                position=taken.total(),
                organisation=organisation,
                organisation_name=organisation.name,
            )


def _void_signatures(former: Document) -> dict[str, Any]:
    """Return what a new round prints of the former one: its code, and the signatures that bind nobody any more."""
    return {
        "code": former.code,
        "issued_on": format_date(timezone.localdate(former.issued_at)),
        "signatures": former.given_words,
    }


@transaction.atomic
def replace_document(*, actor: Actor, document: Document | None, by: Document) -> None:
    """Say that `by` takes the place of a document, or amends it: its verification says so from now on.

    Called by the room above when it takes effect. `by` replaces one document, a document may be amended many times;
    without a former document (a contract taken over from paper) there is nothing to say.
    """
    if document is None or by.replaces_id == document.pk:
        return
    if by.replaces_id is not None:
        raise DomainError("Ce document en remplace déjà un autre.")
    by.replaces = document
    by.save(update_fields=["replaces", "updated_at"])
    audit.record(actor, "document.replace", document, after={"by": by.code})


@transaction.atomic
def retry_document(*, actor: Actor, document: Document) -> Document:
    """Put a failed document back in the queue. Raises DomainError when it did not fail, NotAllowed to a reader."""
    permissions.check_may_retry(actor)
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.job_state != JobState.FAILED:
        raise DomainError("Ce document n’est pas en échec.")
    document.job_state, document.attempts, document.error = JobState.QUEUED, 0, ""
    document.save(update_fields=["job_state", "attempts", "error", "updated_at"])
    audit.record(actor, "document.retry", document)
    transaction.on_commit(partial(tasks.wake_renderer, document.pk))
    return document
