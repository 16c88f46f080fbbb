"""The lifecycles of a programme and of a value (design §3), as tables. Pure; docs/lifecycle.md shows the same."""

from dataclasses import dataclass
from enum import StrEnum

from core.enums import PARTIES, Side, Status
from core.errors import DomainError, TransitionNotAllowed
from indicators.enums import ProgrammeStatus, ValueStatus


class ProgrammeTransition(StrEnum):
    """What happens to a programme; the contract or the dialogue above it decides when."""

    AGREE = "agree"
    REOPEN = "reopen"
    OPEN = "open"
    CLOSE = "close"
    REVISE = "revise"


class ValueStep(StrEnum):
    """What happens to a value, at the hands of a party."""

    ENTER = "enter"
    CONFIRM = "confirm"
    CONTEST = "contest"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """From which states, to which one, by which sides, and whether a reason is due."""

    sources: frozenset[Status]
    target: Status
    sides: tuple[Side, ...] = PARTIES
    comment_required: bool = False


BY_THE_PORTAL_TOO = (*PARTIES, Side.SYSTEM)
PROGRAMME_RULES: dict[ProgrammeTransition, Rule] = {
    ProgrammeTransition.AGREE: Rule(
        sources=frozenset({ProgrammeStatus.DRAFT}), target=ProgrammeStatus.AGREED, sides=BY_THE_PORTAL_TOO
    ),
    ProgrammeTransition.REOPEN: Rule(
        sources=frozenset({ProgrammeStatus.AGREED}), target=ProgrammeStatus.DRAFT, sides=BY_THE_PORTAL_TOO
    ),
    ProgrammeTransition.OPEN: Rule(
        sources=frozenset({ProgrammeStatus.AGREED}), target=ProgrammeStatus.OPEN, sides=BY_THE_PORTAL_TOO
    ),
    ProgrammeTransition.CLOSE: Rule(
        sources=frozenset({ProgrammeStatus.OPEN}), target=ProgrammeStatus.CLOSED, sides=BY_THE_PORTAL_TOO
    ),
    ProgrammeTransition.REVISE: Rule(sources=frozenset({ProgrammeStatus.CLOSED}), target=ProgrammeStatus.OPEN),
}
VALUE_RULES: dict[ValueStep, Rule] = {
    ValueStep.ENTER: Rule(sources=frozenset(ValueStatus), target=ValueStatus.ENTERED),
    ValueStep.CONFIRM: Rule(sources=frozenset({ValueStatus.ENTERED}), target=ValueStatus.CONFIRMED),
    ValueStep.CONTEST: Rule(
        sources=frozenset({ValueStatus.ENTERED, ValueStatus.CONFIRMED}),
        target=ValueStatus.CONTESTED,
        comment_required=True,
    ),
}
PROGRAMME_WORDS: dict[ProgrammeTransition, str] = {
    ProgrammeTransition.AGREE: "a constaté l’accord sur un programme",
    ProgrammeTransition.REOPEN: "a rouvert un programme à la rédaction",
    ProgrammeTransition.OPEN: "a ouvert un programme",
    ProgrammeTransition.CLOSE: "a clos un programme",
    ProgrammeTransition.REVISE: "a rouvert un programme pour une révision",
}
VALUE_WORDS: dict[ValueStep, str] = {
    ValueStep.ENTER: "a saisi la valeur d’un indicateur",
    ValueStep.CONFIRM: "a confirmé la valeur d’un indicateur",
    ValueStep.CONTEST: "a contesté la valeur d’un indicateur",
}
_REFUSED = {
    ProgrammeTransition.AGREE: "Ce programme est déjà convenu.",
    ProgrammeTransition.REOPEN: "Ce programme ne peut plus être rouvert à la rédaction.",
    ProgrammeTransition.OPEN: "Ce programme n’est pas convenu : il ne peut pas s’ouvrir.",
    ProgrammeTransition.CLOSE: "Ce programme n’est pas en cours : il ne peut pas être clos.",
    ProgrammeTransition.REVISE: "Seul un programme clos se révise.",
    ValueStep.ENTER: "Cette valeur ne peut plus être saisie.",
    ValueStep.CONFIRM: "Cette valeur n’est pas à confirmer.",
    ValueStep.CONTEST: "Cette valeur est déjà contestée : elle attend d’être saisie à nouveau.",
}
_RULES: dict[ProgrammeTransition | ValueStep, Rule] = {**PROGRAMME_RULES, **VALUE_RULES}


def target_of(
    transition: ProgrammeTransition | ValueStep,
    *,
    status: Status,
    side: Side,
    comment: str = "",
) -> Status:
    """Return the state that `transition` leads to from `status`.

    Raises TransitionNotAllowed when the state or the side forbids it, DomainError on `reason` when a reason is due.
    """
    rule = _RULES[transition]
    if status not in rule.sources or side not in rule.sides:
        raise TransitionNotAllowed(_REFUSED[transition])
    if rule.comment_required and not comment.strip():
        raise DomainError("Indiquez la raison : elle est lue par les trois parties.", "reason")
    return rule.target


def value_steps(status: ValueStatus | None, side: Side) -> list[ValueStep]:
    """Return what `side` may do to a value in this state; None is « no value yet »."""
    if status is None:
        return [ValueStep.ENTER] if side in VALUE_RULES[ValueStep.ENTER].sides else []
    return [step for step, rule in VALUE_RULES.items() if status in rule.sources and side in rule.sides]
