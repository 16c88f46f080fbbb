"""The lifecycle of a health project, as a table (design §3, R5). Pure; docs/lifecycle.md is tested against it."""

from dataclasses import dataclass
from enum import StrEnum

from core.enums import Side
from core.errors import TransitionNotAllowed
from health_projects.enums import ProjectStatus


class Transition(StrEnum):
    """What changes the state of a project."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    RESUME = "resume"
    APPROVE = "approve"
    APPROVE_TACITLY = "approve_tacitly"
    OPPOSE = "oppose"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """From which states, to which one, by which sides, and whether a reason must be given."""

    sources: frozenset[ProjectStatus]
    target: ProjectStatus
    sides: frozenset[Side]
    comment_required: bool = False


def _rule(source: ProjectStatus, target: ProjectStatus, side: Side, *, comment_required: bool = False) -> Rule:
    return Rule(
        sources=frozenset({source}),
        target=target,
        sides=frozenset({side}),
        comment_required=comment_required,
    )


RULES: dict[Transition, Rule] = {
    Transition.SUBMIT: _rule(ProjectStatus.DRAFT, ProjectStatus.SUBMITTED, Side.CPTS),
    Transition.SEND_BACK: _rule(
        ProjectStatus.SUBMITTED, ProjectStatus.CHANGES_REQUESTED, Side.ARS, comment_required=True
    ),
    Transition.RESUME: _rule(ProjectStatus.CHANGES_REQUESTED, ProjectStatus.DRAFT, Side.CPTS),
    Transition.APPROVE: _rule(ProjectStatus.SUBMITTED, ProjectStatus.APPROVED, Side.ARS),
    Transition.APPROVE_TACITLY: _rule(ProjectStatus.SUBMITTED, ProjectStatus.APPROVED, Side.SYSTEM),
    Transition.OPPOSE: _rule(ProjectStatus.SUBMITTED, ProjectStatus.OPPOSED, Side.ARS, comment_required=True),
}
# Nothing leaves these two states: what comes next is another version.
VERSION_SOURCES = frozenset({ProjectStatus.APPROVED, ProjectStatus.OPPOSED})

CREATED = "create"
"""Written in the history beside the transitions: a version begins, from no state."""
WORDS = {
    CREATED: "a ouvert une version du projet de santé",
    Transition.SUBMIT: "a envoyé le projet de santé à l’ARS",
    Transition.SEND_BACK: "a demandé des corrections au projet de santé",
    Transition.RESUME: "a repris la rédaction du projet de santé",
    Transition.APPROVE: "a approuvé le projet de santé",
    Transition.APPROVE_TACITLY: "a constaté l’approbation tacite du projet de santé",
    Transition.OPPOSE: "a fait opposition au projet de santé",
}


def available(status: ProjectStatus, side: Side) -> list[Transition]:
    """Return what a side may do to a project in this state, in the order of the table."""
    return [transition for transition, rule in RULES.items() if status in rule.sources and side in rule.sides]


def target_of(transition: Transition, *, status: ProjectStatus, side: Side, comment: str = "") -> ProjectStatus:
    """Return the state a transition leads to; TransitionNotAllowed, with a sentence, when it may not be done."""
    rule = RULES[transition]
    if side not in rule.sides:
        raise TransitionNotAllowed("Votre organisation ne peut pas faire cela sur ce projet.")
    if status not in rule.sources:
        raise TransitionNotAllowed(
            f"Ce projet est à l’état « {status.label} » : cette action n’est plus possible. "
            "Quelqu’un l’a peut-être déjà faite."
        )
    if rule.comment_required and not comment.strip():
        raise TransitionNotAllowed("Indiquez la raison : elle sera lue par la CPTS.", field="comment")
    return rule.target


def check_new_version(status: ProjectStatus) -> None:
    """Refuse, with TransitionNotAllowed, another version while this one is not decided."""
    if status not in VERSION_SOURCES:
        raise TransitionNotAllowed(
            f"La version en cours est à l’état « {status.label} » : une nouvelle version se rédige "
            "après l’approbation ou l’opposition."
        )
