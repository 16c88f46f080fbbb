"""Who may do what to a health project: asked by the views, the pages and the actions alike."""

from accounts.permissions import Act, may
from core.actor import Actor
from core.enums import Side
from health_projects.enums import ProjectStatus
from health_projects.lifecycle import VERSION_SOURCES
from health_projects.models import HealthProject

DECIDED = VERSION_SOURCES


def can_edit(actor: Actor, project: HealthProject) -> bool:
    """The coordinator and the president of the CPTS write a draft."""
    return may(actor, Act.DRAFT_PROJECT) and project.status == ProjectStatus.DRAFT


def can_resume(actor: Actor, project: HealthProject) -> bool:
    """They take up again a project that the ARS sent back."""
    return may(actor, Act.DRAFT_PROJECT) and project.status == ProjectStatus.CHANGES_REQUESTED


def can_review(actor: Actor, project: HealthProject) -> bool:
    """The ARS's officers and signatories decide on a project that was sent to them (R5)."""
    return may(actor, Act.REVIEW_PROJECT) and project.status == ProjectStatus.SUBMITTED


def can_comment(actor: Actor, project: HealthProject) -> bool:
    """Those who write the project, those who decide and the fund's officers (an opinion), until the decision."""
    return may_comment(actor) and project.status not in DECIDED


def may_comment(actor: Actor) -> bool:
    return may(actor, Act.REVIEW_PROJECT) or may(actor, Act.PROPOSE_CONTRACT_CHANGE)


def may_draft(actor: Actor) -> bool:
    return may(actor, Act.DRAFT_PROJECT)


def may_accept_overlap(actor: Actor) -> bool:
    return may(actor, Act.ACCEPT_OVERLAP)


def can_start_version(actor: Actor, project: HealthProject) -> bool:
    """A decided project may be followed by another version."""
    return may(actor, Act.DRAFT_PROJECT) and project.status in VERSION_SOURCES


def sees_overlaps(actor: Actor) -> bool:
    """Overlapping territories are said to the CPTS and to their ARS (R1)."""
    return actor.side in (Side.CPTS, Side.ARS, Side.SYSTEM)
