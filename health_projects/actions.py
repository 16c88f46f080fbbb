"""Writes of the health projects room. Each one: lock, permission, lifecycle, facts, trace, then the mails."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from accounts.permissions import Act, check
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.enums import Side
from core.errors import DomainError, NotAllowed, StaleForm
from core.fingerprints import fingerprint
from core.models import AuditEvent
from health_projects import lifecycle, notifications, permissions, rules
from health_projects.assemblers import (
    Overlap,
    agreement_today,
    missing_items,
    project_content,
    shared_territories,
)
from health_projects.enums import Decision, OppositionGround, ProjectStatus, SectionKey
from health_projects.lifecycle import CREATED, Transition
from health_projects.models import (
    HealthProject,
    ProjectComment,
    ProjectSection,
    ProjectSubmission,
    ProjectTransition,
    TerritoryOverlap,
)
from territories.models import Commune
from territories.rules import check_arrondissements

OVERLAP_READ = "health_project.read_overlaps"
STALE = "Quelqu’un a enregistré cette page pendant que vous écriviez : comparez les deux textes."


@transaction.atomic
def create_project(*, actor: Actor, title: str = "") -> HealthProject:
    """Open the first version of the health project of the actor's CPTS. A second project is refused."""
    check(actor, Act.DRAFT_PROJECT)
    cpts = Organisation.objects.select_for_update(of=("self",)).get(pk=actor.organisation_id)
    if cpts.health_projects.exists():
        raise DomainError("Votre CPTS a déjà un projet de santé : ouvrez-le, ou rédigez une nouvelle version.")
    title = title.strip() or f"Projet de santé de la {cpts.name}"
    project = HealthProject.objects.create(cpts=cpts, title=title[:200])
    audit.log_transition(ProjectTransition, actor, project, CREATED, source="")
    audit.record(actor, "health_project.create", project, after={"title": project.title})
    return project


@transaction.atomic
def rename_project(
    *, actor: Actor, project: HealthProject, title: str, version: int | str | None = None
) -> HealthProject:
    """Give a draft another title. A blank one is refused."""
    project = _draft(actor, project)
    before = {"title": project.title}
    _check_version(project, version, before)
    if not title.strip():
        raise DomainError("Donnez un titre au projet.", field="title")
    project.title = title.strip()
    _save_draft(project, "title")
    audit.record(actor, "health_project.rename", project, before=before, after={"title": project.title})
    return project


@transaction.atomic
def new_version(*, actor: Actor, project: HealthProject) -> HealthProject:
    """Open the version that follows a decided one, with the same text, territory and missions.

    After an opposition, or for a change of territory after an approval (design §3).
    """
    check(actor, Act.DRAFT_PROJECT)
    Organisation.objects.select_for_update(of=("self",)).get(pk=project.cpts_id)
    decided = _locked(actor, project)
    last = HealthProject.objects.filter(cpts=decided.cpts_id).order_by("-version_number").first()
    if last.pk != decided.pk:
        raise DomainError(f"Ouvrez la version {last.version_number} : elle est plus récente que celle-ci.")
    lifecycle.check_new_version(decided.status)
    version = HealthProject.objects.create(
        cpts_id=decided.cpts_id,
        version_number=decided.version_number + 1,
        title=decided.title,
        missions=decided.missions,
        agreed_population=decided.agreed_population,
        agreed_population_source=decided.agreed_population_source,
        agreed_population_reason=decided.agreed_population_reason,
    )
    version.communes.set(decided.communes.all())
    ProjectSection.objects.bulk_create(
        ProjectSection(project=version, key=row.key, text=row.text, updated_by_name=row.updated_by_name)
        for row in decided.sections.all()
    )
    audit.log_transition(ProjectTransition, actor, version, CREATED, source="")
    audit.record(actor, "health_project.new_version", version, after={"follows": decided.pk})
    return version


# Drafting


@transaction.atomic
def save_section(*, actor: Actor, project: HealthProject, key: str, text: str, version: int | str) -> ProjectSection:
    """Save the text of a section; `version` is the one the writer read, 0 for a section never saved.

    Raises StaleForm, with what is stored now, when someone else saved meanwhile. The journal keeps the length
    and the hash of the text: the text itself is in the row, and frozen by each submission.
    """
    project = _draft(actor, project)
    if key not in SectionKey.values:
        raise DomainError("Cette section n’existe pas.")
    section = project.sections.filter(key=key).first() or ProjectSection(project=project, key=key, lock_version=0)
    if str(version) != str(section.lock_version):
        raise StaleForm(STALE, current={"text": section.text})
    text = text.replace("\r\n", "\n")
    if text == section.text and not section._state.adding:
        return section
    before = _fingerprint(section.text)
    section.text, section.updated_by_name = text, actor.user_name
    section.lock_version += 1
    section.save()
    audit.record(
        actor,
        "health_project.save_section",
        project,
        before={"section": key, **before},
        after={"section": key, **_fingerprint(text)},
    )
    return section


@transaction.atomic
def set_communes(*, actor: Actor, project: HealthProject, codes: Iterable[str]) -> HealthProject:
    """Make `codes` the territory. Refuses unknown codes, and a commune together with its arrondissements."""
    return _replace_communes(actor, _draft(actor, project), set(codes))


@transaction.atomic
def add_communes(*, actor: Actor, project: HealthProject, codes: Iterable[str]) -> HealthProject:
    """Add communes to the territory; those already in it stay. Same refusals as `set_communes`."""
    project = _draft(actor, project)
    return _replace_communes(actor, project, _codes_of(project) | set(codes))


@transaction.atomic
def add_epci(*, actor: Actor, project: HealthProject, siren: str) -> HealthProject:
    """Add every commune of an intercommunality to the territory."""
    project = _draft(actor, project)
    codes = set(Commune.objects.in_epci(siren).values_list("code", flat=True))
    if not codes:
        raise DomainError("Cette intercommunalité n’existe pas.")
    return _replace_communes(actor, project, _codes_of(project) | codes)


@transaction.atomic
def remove_communes(*, actor: Actor, project: HealthProject, codes: Iterable[str]) -> HealthProject:
    """Take communes out of the territory."""
    project = _draft(actor, project)
    return _replace_communes(actor, project, _codes_of(project) - set(codes))


@transaction.atomic
def set_missions(
    *, actor: Actor, project: HealthProject, missions: Iterable[str], version: int | str | None = None
) -> HealthProject:
    """Choose the missions, among those of the national agreement in force (R2), kept in its order."""
    project = _draft(actor, project)
    _check_version(project, version, {"missions": project.missions})
    agreement, chosen = agreement_today(), set(missions)
    for code in sorted(chosen):
        agreement.mission(code)  # refuses, with a sentence, what this agreement does not have
    before = project.missions
    project.missions = sorted(chosen, key=agreement.mission_order)
    _save_draft(project, "missions")
    audit.record(
        actor,
        "health_project.set_missions",
        project,
        before={"missions": before},
        after={"missions": project.missions},
    )
    return project


@transaction.atomic
def set_agreed_population(
    *,
    actor: Actor,
    project: HealthProject,
    population: int | None,
    source: str = "",
    reason: str = "",
    version: int | str | None = None,
) -> HealthProject:
    """R1: replace the published sum by a population that the parties agree on, with its source and its reason.

    `population` None comes back to the published sum.
    """
    project = _draft(actor, project)
    before = _population_of(project)
    _check_version(project, version, before)
    source, reason = source.strip(), reason.strip()
    if population is None:
        source = reason = ""
    elif population <= 0:
        raise DomainError("Indiquez un nombre d’habitants supérieur à zéro.", field="population")
    elif not source:
        raise DomainError("Indiquez d’où vient cette population.", field="source")
    elif not reason:
        raise DomainError("Indiquez pourquoi elle remplace la population publiée.", field="reason")
    project.agreed_population = population
    project.agreed_population_source, project.agreed_population_reason = source, reason
    _save_draft(project, "agreed_population", "agreed_population_source", "agreed_population_reason")
    audit.record(actor, "health_project.set_population", project, before=before, after=_population_of(project))
    return project


@transaction.atomic
def comment_section(*, actor: Actor, project: HealthProject, part: str, text: str) -> ProjectComment:
    """Add a remark on a section, until the decision."""
    project = _locked(actor, project)
    if not permissions.may_comment(actor):
        raise NotAllowed("Votre rôle ne vous permet pas de commenter ce projet.")
    if not permissions.can_comment(actor, project):
        raise DomainError("Ce projet est décidé : il ne se commente plus.")
    if part not in SectionKey.values:
        raise DomainError("Cette section n’existe pas.")
    if not text.strip():
        raise DomainError("Écrivez votre commentaire.", field="text")
    comment = ProjectComment.objects.create(subject=project, part=part, text=text.strip(), **audit.signed_by(actor))
    audit.record(actor, "health_project.comment", project, after={"section": part, "comment": comment.pk})
    return comment


# From the draft to the decision


@transaction.atomic
def submit_project(*, actor: Actor, project: HealthProject) -> ProjectSubmission:
    """Send a complete project to the ARS: freeze its content, start a clock of two months (R5)."""
    check(actor, Act.DRAFT_PROJECT)
    project = _locked(actor, project)
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
    _notify(notifications.project_submitted, project)
    _notify(notifications.territory_shared, project)
    return submission


@transaction.atomic
def send_back(*, actor: Actor, project: HealthProject, reason: str) -> HealthProject:
    """Ask the CPTS for corrections, with the reason; the clock stops, the next submission starts another (R5)."""
    project = _under_review(actor, project, Transition.SEND_BACK, reason)
    project.decision_due_on = None
    _move(actor, project, Transition.SEND_BACK, ["decision_due_on"], comment=reason)
    _notify(notifications.project_sent_back, project, reason)
    return project


@transaction.atomic
def resume(*, actor: Actor, project: HealthProject) -> HealthProject:
    """Take up again the writing of a project that the ARS sent back."""
    check(actor, Act.DRAFT_PROJECT)
    project = _locked(actor, project)
    _check_transition(actor, project, Transition.RESUME)
    return _move(actor, project, Transition.RESUME, [])


@transaction.atomic
def approve(*, actor: Actor, project: HealthProject) -> HealthProject:
    """R5: approve a project expressly, within the two months."""
    project = _under_review(actor, project, Transition.APPROVE)
    project.decision, project.decided_on = Decision.EXPLICIT, clock.today()
    _move(actor, project, Transition.APPROVE, ["decision", "decided_on"])
    _notify(notifications.project_approved, project)
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
    _notify(notifications.project_opposed, project, reason)
    return project


@transaction.atomic
def approve_tacitly(*, project: HealthProject, actor: Actor = SYSTEM) -> HealthProject:
    """R5: record the approval that silence gave, on the day after the two months, whenever this runs."""
    project = _locked(actor, project)
    _check_transition(actor, project, Transition.APPROVE_TACITLY)
    if clock.today() <= project.decision_due_on:
        raise DomainError("Le délai de deux mois n’est pas écoulé.")
    project.decision = Decision.TACIT
    project.decided_on = rules.tacit_approval_on(project.decision_due_on)
    _move(actor, project, Transition.APPROVE_TACITLY, ["decision", "decided_on"])
    _notify(notifications.project_approved_tacitly, project)
    return project


# Territories that overlap


@transaction.atomic
def overlapping_projects(*, actor: Actor, project: HealthProject) -> list[Overlap]:
    """R1: return the names of the other CPTS that share communes with this project, and these communes.

    One of the two reads that cross tenants (design §1): it checks that the actor sees the project, and leaves
    an event in the journal once a day for each person and project, when there is something to see.
    """
    visible = HealthProject.objects.visible_to(actor).filter(pk=project.pk).exists()
    if not visible or not permissions.sees_overlaps(actor):
        return []
    found = shared_territories(project)
    if found and not _already_read(actor, project):
        after = {"cpts": [row.cpts for row in found], "communes": [row.codes for row in found]}
        audit.record(actor, OVERLAP_READ, project, after=after)
    return found


@transaction.atomic
def accept_overlap(*, actor: Actor, project: HealthProject, other, reason: str) -> TerritoryOverlap:
    """R1: accept, with a reason, that this project and the project of key `other` share these communes."""
    check(actor, Act.ACCEPT_OVERLAP)
    project = _locked(actor, project)
    if not reason.strip():
        raise DomainError("Indiquez pourquoi ce chevauchement est accepté.", field="reason")
    row = next((row for row in shared_territories(project) if row.other == other), None)
    if row is None:
        raise DomainError("Ces deux territoires n’ont pas, ou plus, de commune en commun.")
    acceptance, _created = TerritoryOverlap.objects.update_or_create(
        project=project,
        other_id=other,
        defaults={
            "accepted_at": clock.now(),
            "accepted_by_name": actor.label,
            "reason": reason.strip(),
            "accepted_codes": list(row.codes),
        },
    )
    audit.record(
        actor,
        "health_project.accept_overlap",
        project,
        after={"other": other, "communes": row.codes, "reason": acceptance.reason},
    )
    return acceptance


# What the actions share


def _locked(actor: Actor, project: HealthProject) -> HealthProject:
    """Return the row as it is now, locked; NotAllowed when the actor does not see it."""
    rows = HealthProject.objects.visible_to(actor).select_for_update(of=("self",))
    row = rows.select_related("cpts__ars", "cpts__fund").filter(pk=project.pk).first()
    if row is None:
        raise NotAllowed("Ce projet n’est pas celui de votre organisation.")
    return row


def _draft(actor: Actor, project: HealthProject) -> HealthProject:
    """Return the locked row, which the actor may write."""
    check(actor, Act.DRAFT_PROJECT)
    project = _locked(actor, project)
    if project.status != ProjectStatus.DRAFT:
        raise DomainError(
            f"Ce projet est à l’état « {project.status.label} » : il ne se modifie pas. "
            "Ce que vous venez d’écrire n’est pas enregistré."
        )
    return project


def _under_review(actor: Actor, project: HealthProject, transition: Transition, comment: str = "") -> HealthProject:
    """Return the locked row, which the ARS may decide on, before silence does (R5)."""
    check(actor, Act.REVIEW_PROJECT)
    project = _locked(actor, project)
    _check_transition(actor, project, transition, comment)
    rules.check_within_delay(project.decision_due_on, clock.today())
    return project


def _check_transition(actor: Actor, project: HealthProject, transition: Transition, comment: str = "") -> ProjectStatus:
    return lifecycle.target_of(transition, status=project.status, side=Side(actor.side), comment=comment)


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


def _replace_communes(actor: Actor, project: HealthProject, codes: set[str]) -> HealthProject:
    before = _codes_of(project)
    if codes == before:
        return project
    check_arrondissements(codes)
    added = codes - before
    known = set(Commune.objects.active().filter(code__in=added).values_list("code", flat=True))
    if unknown := sorted(added - known):
        raise DomainError(f"Code Insee inconnu : {', '.join(unknown)}.", field="codes")
    project.communes.add(*known)
    project.communes.remove(*(before - codes))
    project.save(update_fields=["updated_at"])  # adding and removing need no version: they do not undo each other
    audit.record(
        actor,
        "health_project.set_communes",
        project,
        before={"removed": sorted(before - codes)},
        after={"added": sorted(added), "count": len(codes)},
    )
    return project


def _codes_of(project: HealthProject) -> set[str]:
    return set(project.communes.values_list("code", flat=True))


def _population_of(project: HealthProject) -> dict:
    return {
        "population": project.agreed_population,
        "source": project.agreed_population_source,
        "reason": project.agreed_population_reason,
    }


def _check_version(project: HealthProject, version: int | str | None, current: dict) -> None:
    if version is not None and str(version) != str(project.lock_version):
        raise StaleForm(STALE, current=current)


def _save_draft(project: HealthProject, *fields: str) -> None:
    project.lock_version += 1
    project.save(update_fields=["lock_version", "updated_at", *fields])


def _fingerprint(text: str) -> dict:
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _already_read(actor: Actor, project: HealthProject) -> bool:
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return AuditEvent.objects.filter(
        object_type=project._meta.label,
        object_id=str(project.pk),
        action=OVERLAP_READ,
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        at__gte=midnight,
        at__lt=midnight + timedelta(days=1),
    ).exists()


def _notify(event: Callable, project: HealthProject, *details) -> None:
    transaction.on_commit(partial(event, project, *details))
