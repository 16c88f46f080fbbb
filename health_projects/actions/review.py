"""From the draft to the decision (R5): submit, send back, resume, approve, oppose."""

from django.db import transaction

from accounts.permissions import Act, check
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.enums import Side
from core.errors import DomainError
from core.fingerprints import fingerprint
from health_projects import lifecycle, notifications, rules
from health_projects.actions.rows import locked, notify
from health_projects.assemblers import missing_items, project_content
from health_projects.enums import Decision, OppositionGround, ProjectStatus
from health_projects.lifecycle import Transition
from health_projects.models import HealthProject, ProjectSubmission, ProjectTransition


@transaction.atomic
def submit_project(*, actor: Actor, project: HealthProject) -> ProjectSubmission:
    """Send a complete project to the ARS: freeze its content, start a clock of two months (R5)."""
    check(actor, Act.DRAFT_PROJECT)
    project = locked(actor, project)
    _check_transition(actor, project, Transition.SUBMIT)
    missing = missing_items(project)
    if missing:
        raise DomainError("Le projet n’est pas complet. " + " ".join(missing))
    now = clock.now()
    submission = _freeze(actor, project, now)
    project.first_submitted_at = project.first_submitted_at or now
    project.submitted_at, project.decision_due_on = now, rules.decision_due_on(clock.today())
    fields = ["first_submitted_at", "submitted_at", "decision_due_on"]
    _move(actor, project, Transition.SUBMIT, fields, extra={"content_hash": submission.content_hash})
    notify(notifications.project_submitted, project)
    notify(notifications.territory_shared, project)
    return submission


@transaction.atomic
def send_back(*, actor: Actor, project: HealthProject, reason: str) -> HealthProject:
    """Ask the CPTS for corrections, with the reason; the clock stops, the next submission starts another (R5)."""
    project = _under_review(actor, project, Transition.SEND_BACK, reason)
    project.decision_due_on = None
    _move(actor, project, Transition.SEND_BACK, ["decision_due_on"], comment=reason)
    notify(notifications.project_sent_back, project, reason)
    return project


@transaction.atomic
def resume(*, actor: Actor, project: HealthProject) -> HealthProject:
    """Take up again the writing of a project that the ARS sent back."""
    check(actor, Act.DRAFT_PROJECT)
    project = locked(actor, project)
    _check_transition(actor, project, Transition.RESUME)
    return _move(actor, project, Transition.RESUME, [])


@transaction.atomic
def approve(*, actor: Actor, project: HealthProject) -> HealthProject:
    """R5: approve a project expressly, within the two months."""
    project = _under_review(actor, project, Transition.APPROVE)
    project.decision, project.decided_on = Decision.EXPLICIT, clock.today()
    _move(actor, project, Transition.APPROVE, ["decision", "decided_on"])
    notify(notifications.project_approved, project)
    return project


@transaction.atomic
def oppose(*, actor: Actor, project: HealthProject, ground: str, reason: str) -> HealthProject:
    """R5: oppose a project, on one of the two grounds, with the reason."""
    project = _under_review(actor, project, Transition.OPPOSE, reason)
    if ground not in OppositionGround.values:
        raise DomainError("Choisissez l’un des deux motifs d’opposition.", field="ground")
    project.opposition_ground, project.decided_on = ground, clock.today()
    _move(
        actor,
        project,
        Transition.OPPOSE,
        ["opposition_ground", "decided_on"],
        comment=reason,
        extra={"ground": ground},
    )
    notify(notifications.project_opposed, project, reason)
    return project


@transaction.atomic
def approve_tacitly(*, project: HealthProject) -> HealthProject:
    """R5: record the approval that silence gave, on the day after the two months, whenever this runs."""
    project = locked(SYSTEM, project)
    _check_transition(SYSTEM, project, Transition.APPROVE_TACITLY)
    if clock.today() <= project.decision_due_on:
        raise DomainError("Le délai de deux mois n’est pas écoulé.")
    project.decision = Decision.TACIT
    project.decided_on = rules.tacit_approval_on(project.decision_due_on)
    _move(SYSTEM, project, Transition.APPROVE_TACITLY, ["decision", "decided_on"])
    notify(notifications.project_approved_tacitly, project)
    return project


def _under_review(actor: Actor, project: HealthProject, transition: Transition, comment: str = "") -> HealthProject:
    """Return the locked row, which the ARS may decide on, before silence does (R5)."""
    check(actor, Act.REVIEW_PROJECT)
    project = locked(actor, project)
    _check_transition(actor, project, transition, comment)
    rules.check_within_delay(project.decision_due_on, clock.today())
    return project


def _move(
    actor: Actor,
    project: HealthProject,
    transition: Transition,
    fields: list[str],
    *,
    comment: str = "",
    extra: dict | None = None,
) -> HealthProject:
    """Change the state, save the facts of the transition, write its log row and its event."""
    source = project.status
    project.status = _check_transition(actor, project, transition, comment)
    project.save(update_fields=["status", "updated_at", *fields])
    audit.log_transition(ProjectTransition, actor, project, transition, source=source, comment=comment)
    after = {"status": project.status, **{name: getattr(project, name) for name in fields}, **(extra or {})}
    if comment:
        after["comment"] = comment.strip()
    audit.record(actor, f"health_project.{transition.value}", project, before={"status": source}, after=after)
    return project


def _freeze(actor: Actor, project: HealthProject, now) -> ProjectSubmission:
    content = project_content(project)
    signature = audit.signed_by(actor) | {"at": now}
    return ProjectSubmission.objects.create(
        project=project,
        number=project.submissions.count() + 1,
        content=content,
        content_hash=fingerprint(content),
        covered_population=content["population"]["covered"],
        size=content["size"],
        **signature,
    )


def _check_transition(actor: Actor, project: HealthProject, transition: Transition, comment: str = "") -> ProjectStatus:
    return lifecycle.target_of(transition, status=project.status, side=Side(actor.side), comment=comment)
