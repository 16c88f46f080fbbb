"""A dialogue is held, its minutes written, approved by the three, and revised if need be (R16, R17)."""

from datetime import date
from functools import partial

from django.db import transaction

from accounts.permissions import Act, check, check_still
from contracts import actions as contract_actions
from core import audit, clock
from core.actor import Actor
from core.enums import PARTIES
from core.errors import DomainError, StaleForm
from dialogues import notifications, transitions
from dialogues.actions.closing import close
from dialogues.assemblers import approval_hash, check_mission_start, missing_items, standing_approvals, year_of
from dialogues.enums import DialogueKind, DialogueStatus
from dialogues.lifecycle import Transition
from dialogues.models import ClosedRevision, ManagementDialogue, MinutesApproval
from dialogues.rules import check_held_on
from indicators import actions as indicator_actions

STALE = "Une autre personne a modifié ce compte rendu entre-temps : comparez les deux textes."


@transaction.atomic
def hold(*, actor: Actor, dialogue: ManagementDialogue, held_on: date, participants: str) -> ManagementDialogue:
    """Record that the dialogue was held: not in the future, not before its window opens (R16)."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = transitions.lock(actor, dialogue)
    check_held_on(held_on, kind=dialogue.kind, window_opens_on=dialogue.window_opens_on, today=clock.today())
    dialogue.held_on, dialogue.participants = held_on, participants
    transitions.move(actor, dialogue, Transition.HOLD)
    if dialogue.kind == DialogueKind.MISSION_START:  # R13a: the mission gets its programme in this dialogue
        contract_actions.prepare_mission(actor=actor, contract=dialogue.contract, mission=dialogue.mission)
    return dialogue


@transaction.atomic
def write_minutes(
    *,
    actor: Actor,
    dialogue: ManagementDialogue,
    version: int,
    minutes: str,
    decisions: str,
    mission_starts_on: date | None = None,
    new_size: int | None = None,
    members: int | None = None,
) -> ManagementDialogue:
    """Save the minutes being written; `members` are those of the next year's first day (R11).

    Raises StaleForm when someone else saved since `version`.
    """
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = transitions.lock(actor, dialogue)
    if dialogue.status != DialogueStatus.HELD:
        raise DomainError("Le compte rendu s’écrit une fois le dialogue tenu, et avant son approbation.")
    if version != dialogue.lock_version:
        raise StaleForm(STALE, current={"minutes": dialogue.minutes, "decisions": dialogue.decisions})
    check_mission_start(dialogue, mission_starts_on)
    _check_members(dialogue, members)
    before = {"minutes": dialogue.minutes, "decisions": dialogue.decisions}
    dialogue.minutes, dialogue.decisions = minutes, decisions
    dialogue.mission_starts_on = mission_starts_on
    if new_size and new_size != dialogue.new_size:
        _review_size(actor, dialogue, new_size)
    dialogue.new_size = new_size
    dialogue.members = members if dialogue.revision == 1 else dialogue.members
    dialogue.lock_version += 1
    dialogue.save()
    audit.record(actor, "dialogue.write", dialogue, before=before, after={"minutes": minutes, "decisions": decisions})
    return dialogue


@transaction.atomic
def send_minutes(*, actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Send the minutes to the approval of the three parties; refused while something is missing."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = transitions.lock(actor, dialogue)
    if missing := missing_items(dialogue):
        raise DomainError(" ".join(missing))
    transitions.move(actor, dialogue, Transition.SEND_MINUTES)
    transaction.on_commit(partial(notifications.send_minutes_ready, dialogue))
    return dialogue


@transaction.atomic
def reopen_minutes(*, actor: Actor, dialogue: ManagementDialogue, reason: str) -> ManagementDialogue:
    """Take the minutes back to correct them, with the reason: the approvals given are withdrawn, visibly."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = transitions.lock(actor, dialogue)
    transitions.move(actor, dialogue, Transition.REOPEN_MINUTES, comment=reason)
    dialogue.approvals.filter(withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    return dialogue


@transaction.atomic
def approve_minutes(*, actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Approve the minutes for one's party; the third approval closes the dialogue (R17)."""
    check(actor, Act.APPROVE_MINUTES)
    dialogue = transitions.lock(actor, dialogue)
    if dialogue.status != DialogueStatus.MINUTES:
        raise DomainError("Ce compte rendu n’est pas à l’approbation.")
    transitions.lock_what_closing_changes(dialogue)
    check_still(actor, Act.APPROVE_MINUTES)
    digest = approval_hash(dialogue)
    standing = standing_approvals(dialogue, digest)
    _check_approver(actor, dialogue, standing)
    dialogue.approvals.filter(side=actor.side, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    approval = MinutesApproval.objects.create(
        dialogue=dialogue,
        revision=dialogue.revision,
        content_hash=digest,
        **audit.signed_by(actor),
    )
    audit.record(actor, "dialogue.approve", dialogue, after={"content_hash": approval.content_hash})
    if len(standing) + 1 == len(PARTIES):
        close(actor, dialogue)
    return dialogue


@transaction.atomic
def revise(*, actor: Actor, dialogue: ManagementDialogue, reason: str) -> ManagementDialogue:
    """R17: open a new, numbered revision of a closed annual dialogue, to correct its results and its minutes.

    What was closed stays readable as it was. The minutes are written and approved again; the third approval issues a
    new revision of the statement and of the annex. Raises DomainError for another kind of dialogue.
    """
    check(actor, Act.REVISE)
    dialogue = transitions.lock(actor, dialogue)
    if dialogue.kind != DialogueKind.ANNUAL:
        raise DomainError("Seul un dialogue annuel se révise : ses résultats décident de montants.")
    closed = {
        "held_on": dialogue.held_on,
        "minutes": dialogue.minutes,
        "decisions": dialogue.decisions,
        "closed_at": dialogue.closed_at,
        "minutes_document": dialogue.minutes_document,
    }
    number, dialogue.revision = dialogue.revision, dialogue.revision + 1
    dialogue.closed_at = dialogue.minutes_document = None
    dialogue.lock_version += 1
    transitions.move(actor, dialogue, Transition.REVISE, comment=reason)
    statement = dialogue.contract.statements.filter(year=dialogue.year).latest("revision")
    ClosedRevision.objects.create(dialogue=dialogue, number=number, statement=statement, **closed)
    indicator_actions.revise_programme(actor=actor, programme=year_of(dialogue.contract, dialogue.year).programme)
    transaction.on_commit(partial(notifications.send_revision_opened, dialogue, actor.organisation_name, reason))
    return dialogue


def _check_members(dialogue: ManagementDialogue, members: int | None) -> None:
    """R11: the annual dialogue counts the members on the first day of the next year; a revision no longer does."""
    if members in (None, dialogue.members):
        return
    if dialogue.kind != DialogueKind.ANNUAL:
        raise DomainError("Seul le dialogue annuel compte les adhérents (R11).", field="members")
    if dialogue.revision > 1:
        raise DomainError("Une révision corrige l’année évaluée : elle ne compte pas les adhérents.", field="members")


def _review_size(actor: Actor, dialogue: ManagementDialogue, size: int) -> None:
    """R18: the annual dialogue may change the size of the year in which it is held, from its first day."""
    if dialogue.kind != DialogueKind.ANNUAL:
        raise DomainError("Seul le dialogue annuel revoit la taille (R18).", field="new_size")
    if dialogue.revision > 1:
        raise DomainError("Une révision corrige l’année évaluée : elle ne revoit pas la taille.", field="new_size")
    contract = dialogue.contract
    contract_actions.set_year_size(actor=actor, contract=contract, number=contract.year_on(dialogue.held_on), size=size)


def _check_approver(actor: Actor, dialogue: ManagementDialogue, standing: list[MinutesApproval]) -> None:
    if any(approval.side == actor.side for approval in standing):
        raise DomainError("Votre partie a déjà approuvé ce compte rendu.")
    given = dialogue.approvals.filter(revision=dialogue.revision, withdrawn_at__isnull=True, user=actor.user_id)
    if given.exclude(side=actor.side).exists():
        raise DomainError("Une même personne n’approuve pas pour deux parties.")
