"""How the state of a dialogue changes: under lock, by the table, with both traces."""

from collections.abc import Mapping
from typing import Any

from contracts import transitions as contract_transitions
from contracts.permissions import check_party
from core import audit
from core.actor import Actor
from dialogues import lifecycle
from dialogues.lifecycle import Transition
from dialogues.models import DialogueTransition, ManagementDialogue
from documents.models import Document
from funding import transitions as funding_transitions


def lock(actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Lock the contract, then the dialogue: always in this order."""
    contract_transitions.lock(dialogue.contract)
    dialogue = (
        ManagementDialogue.objects.select_for_update(of=("self",))
        .select_related("contract__cpts", "contract__ars", "contract__fund", "contract__agreement_version")
        .get(pk=dialogue.pk)
    )
    check_party(actor, dialogue.contract)
    return dialogue


def lock_what_closing_changes(dialogue: ManagementDialogue) -> None:
    """Lock the payments of a contract and the annexes of its dialogue, before the journal is written (`core.audit`).

    An accountant who orders one of them, or a party that signs the annex, holds it while waiting for the journal.
    """
    funding_transitions.lock_payments(dialogue.contract)
    annexes = list(dialogue.annexes.select_for_update(of=("self",)))
    documents = Document.objects.filter(pk__in=[annex.document_id for annex in annexes]).order_by("pk")
    list(documents.select_for_update(of=("self",)))


def move(
    actor: Actor,
    dialogue: ManagementDialogue,
    transition: Transition,
    *,
    comment: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Perform a transition: check it, save the facts with it, leave its trace; `before` and `after` are told too."""
    source = dialogue.status
    dialogue.status = lifecycle.target_of(transition, status=source, side=actor.side, comment=comment)
    dialogue.save()
    audit.log_transition(DialogueTransition, actor, dialogue, transition, source=source, comment=comment)
    audit.record(
        actor,
        f"dialogue.{transition}",
        dialogue,
        before={"status": source, **(before or {})},
        after={"status": dialogue.status, **(after or {})},
    )
