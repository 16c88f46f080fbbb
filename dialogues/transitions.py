"""How the state of a dialogue changes: under lock, by the table, with both traces."""

from contracts.models import Contract
from contracts.permissions import check_party
from core import audit
from core.actor import Actor
from dialogues import lifecycle
from dialogues.lifecycle import Transition
from dialogues.models import DialogueTransition, ManagementDialogue


def lock(actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Lock the contract, then the dialogue: always in this order."""
    Contract.objects.select_for_update(of=("self",)).get(pk=dialogue.contract_id)
    dialogue = (
        ManagementDialogue.objects.select_for_update(of=("self",))
        .select_related("contract__cpts", "contract__ars", "contract__fund", "contract__agreement_version")
        .get(pk=dialogue.pk)
    )
    check_party(actor, dialogue.contract)
    return dialogue


def move(actor: Actor, dialogue: ManagementDialogue, transition: Transition, *, comment: str = "") -> None:
    """Perform a transition: check it, save the facts with it, leave its trace."""
    source = dialogue.status
    dialogue.status = lifecycle.target_of(transition, status=source, side=actor.side, comment=comment)
    dialogue.save()
    audit.log_transition(DialogueTransition, actor, dialogue, transition, source=source, comment=comment)
    audit.record(
        actor, f"dialogue.{transition}", dialogue, before={"status": source}, after={"status": dialogue.status}
    )
