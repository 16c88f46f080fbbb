"""The lifecycle of a dialogue de gestion (design §3, R17), as a table."""

from dataclasses import dataclass
from enum import StrEnum

from core.enums import PARTIES, Side
from core.errors import TransitionNotAllowed
from dialogues.enums import DialogueStatus


class Transition(StrEnum):
    """What moves a dialogue. The third approval closes it: nobody closes it by hand."""

    CONVENE = "convene"
    HOLD = "hold"
    SEND_MINUTES = "send_minutes"
    REOPEN_MINUTES = "reopen_minutes"
    CLOSE = "close"
    REVISE = "revise"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """From which states, to which one, by which sides, with a comment or not."""

    sources: tuple[DialogueStatus, ...]
    target: DialogueStatus
    sides: tuple[Side, ...] = PARTIES
    comment_required: bool = False


RULES: dict[Transition, Rule] = {
    Transition.CONVENE: Rule(sources=(DialogueStatus.PLANNED, DialogueStatus.CONVENED), target=DialogueStatus.CONVENED),
    Transition.HOLD: Rule(sources=(DialogueStatus.PLANNED, DialogueStatus.CONVENED), target=DialogueStatus.HELD),
    Transition.SEND_MINUTES: Rule(sources=(DialogueStatus.HELD,), target=DialogueStatus.MINUTES),
    Transition.REOPEN_MINUTES: Rule(
        sources=(DialogueStatus.MINUTES,), target=DialogueStatus.HELD, comment_required=True
    ),
    Transition.CLOSE: Rule(sources=(DialogueStatus.MINUTES,), target=DialogueStatus.CLOSED),
    Transition.REVISE: Rule(sources=(DialogueStatus.CLOSED,), target=DialogueStatus.HELD, comment_required=True),
}


APPROVED = "a approuvé le compte rendu"
WORDS: dict[Transition, str] = {
    Transition.CONVENE: "a convoqué les parties",
    Transition.HOLD: "a noté la tenue du dialogue",
    Transition.SEND_MINUTES: "a envoyé le compte rendu à l’approbation",
    Transition.REOPEN_MINUTES: "a repris le compte rendu",
    Transition.CLOSE: "a donné la troisième approbation, qui clôt le dialogue",
    Transition.REVISE: "a rouvert le dialogue pour une révision",
}


def available(status: DialogueStatus, side: Side) -> list[Transition]:
    """Return what `side` may do in `status`."""
    return [name for name, rule in RULES.items() if status in rule.sources and side in rule.sides]


def target_of(transition: Transition, *, status: DialogueStatus, side: Side, comment: str = "") -> DialogueStatus:
    """Return the state after `transition`; raise TransitionNotAllowed with the reason otherwise."""
    rule = RULES[transition]
    if side not in rule.sides:
        raise TransitionNotAllowed("Seules les trois parties mènent le dialogue.")
    if status not in rule.sources:
        raise TransitionNotAllowed(f"Ce dialogue est à l’état « {DialogueStatus(status).label} ».")
    if rule.comment_required and not comment.strip():
        raise TransitionNotAllowed("Indiquez la raison.", field="reason")
    return rule.target
