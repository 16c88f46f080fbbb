"""The dialogues as the home page and the dossier ask for them (R16, R17): whose turn it is, until when."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.permissions import Act, may
from agreements.enums import MissionCode
from contracts.models import Contract, ContractMission
from core.actor import Actor
from core.dates import format_date
from dashboards.enums import Subject
from dashboards.waiting import Waiting
from dialogues.assemblers import approval_hash
from dialogues.enums import DialogueKind, DialogueStatus
from dialogues.models import ManagementDialogue


def with_turn(dialogues: QuerySet[ManagementDialogue], actor: Actor) -> QuerySet[ManagementDialogue]:
    """Annotate what `of_dialogue` reads: `planned_start` of the mission, `my_approval` as the hash that it carries."""
    missions = ContractMission.objects.visible_to(actor)
    missions = missions.filter(contract=OuterRef("contract"), mission=OuterRef("mission"))
    approved = ManagementDialogue.objects.visible_to(actor).filter(
        pk=OuterRef("pk"),
        approvals__revision=F("revision"),
        approvals__side=actor.side,
        approvals__withdrawn_at__isnull=True,
    )
    return dialogues.annotate(
        planned_start=Subquery(missions.values("planned_start")[:1]),
        my_approval=Subquery(approved.values("approvals__content_hash")[:1]),
    )


def dialogue_items(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    """Read the open dialogues; those of a dossier are already there (`dossier.load`)."""
    if contract:
        rows = [dialogue for dialogue in contract.dialogues.all() if dialogue.is_open]
    else:
        rows = with_turn(ManagementDialogue.objects.visible_to(actor).open(), actor).select_related("contract__cpts")
    for row in rows:
        if item := of_dialogue(actor, row, today):
            yield item


def of_dialogue(actor: Actor, dialogue: ManagementDialogue, today: date) -> Waiting | None:
    """Return what a dialogue asks of the actor now, None when it is another's turn."""
    if dialogue.status == DialogueStatus.MINUTES:
        return _to_approve(dialogue, today) if may(actor, Act.APPROVE_MINUTES) else None
    if not may(actor, Act.PREPARE_DIALOGUE):
        return None
    match dialogue.status:
        case DialogueStatus.PLANNED:
            return _of_dialogue(dialogue, f"Convoquer le {spoken(dialogue)}", "Convoquer", "convene", today)
        case DialogueStatus.CONVENED:
            return _convened(dialogue, today)
        case _:
            text = f"Rédiger le compte rendu\u00a0: {spoken(dialogue)}"
            detail = f"Tenu le {format_date(dialogue.held_on)}"
            return _of_dialogue(dialogue, text, "Rédiger le compte rendu", "minutes", today, detail=detail)


def _to_approve(dialogue: ManagementDialogue, today: date) -> Waiting | None:
    """Ask for the approval, and again when what was approved changed since: only the exact content counts (R17)."""
    if dialogue.my_approval and dialogue.my_approval == approval_hash(dialogue):
        return None
    detail = f"Tenu le {format_date(dialogue.held_on)}"
    if dialogue.my_approval:
        detail = f"{detail}, modifié depuis votre approbation"
    text = f"Approuver le compte rendu\u00a0: {spoken(dialogue)}"
    return _of_dialogue(dialogue, text, "Lire le compte rendu", "detail", today, detail=detail)


def _convened(dialogue: ManagementDialogue, today: date) -> Waiting:
    day, window_opens = dialogue.convened_for, dialogue.window_opens_on
    may_be_held = day <= today and (dialogue.kind != DialogueKind.ANNUAL or window_opens <= today)
    text = f"Noter la tenue du {spoken(dialogue)}" if may_be_held else f"Participer au {spoken(dialogue)}"
    item = _of_dialogue(
        dialogue,
        text,
        "Noter la tenue" if may_be_held else "Voir l’ordre du jour",
        "hold" if may_be_held else "detail",
        today,
        detail=f"Convoqué pour le {format_date(day)}" + (f", {dialogue.place}" if dialogue.place else ""),
    )
    return item if may_be_held else replace(item, due=day)


def _of_dialogue(
    dialogue: ManagementDialogue, text: str, label: str, page: str, today: date, detail: str = ""
) -> Waiting:
    contract, closes = dialogue.contract, dialogue.window_closes_on
    planned = dialogue.planned_start
    is_planned_first = planned and planned >= today and (closes is None or planned < closes)
    return Waiting(
        cpts=contract.cpts_id,
        dossier=contract.cpts.name,
        dossier_url=reverse("dashboards:dossier", args=[contract.pk]),
        subject=Subject.DIALOGUE,
        text=text,
        url=reverse(f"dialogues:dialogue_{page}", args=[dialogue.pk]),
        label=label,
        due=planned if is_planned_first else closes,
        detail=detail or window_words(dialogue, today),
        is_late=dialogue.is_late(today),
        is_pressing=planned is not None and planned < today,
    )


def window_words(dialogue: ManagementDialogue, today: date) -> str:
    """Return what the last day of a dialogue does not say by itself; empty when there is nothing to add."""
    opens, closes = dialogue.window_opens_on, dialogue.window_closes_on
    if dialogue.kind == DialogueKind.ANNUAL and opens and closes:
        return f"Fenêtre du dialogue\u00a0: du {format_date(opens)} au {format_date(closes)}"
    if dialogue.kind == DialogueKind.MISSION_START and dialogue.planned_start:
        planned = f"Démarrage prévu le {format_date(dialogue.planned_start)}"
        return f"{planned}, date passée" if dialogue.planned_start < today else planned
    return ""


def spoken(dialogue: ManagementDialogue) -> str:
    """Return a dialogue as it is named inside a sentence: « dialogue de démarrage, prévention »."""
    match dialogue.kind:
        case DialogueKind.ANNUAL:
            return f"dialogue annuel de l’année {dialogue.year}"
        case DialogueKind.MISSION_START:
            return f"dialogue de démarrage, {MissionCode(dialogue.mission).label.lower()}"
        case _:
            return DialogueKind(dialogue.kind).label.lower()
