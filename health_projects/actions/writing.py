"""Writing a project: its versions, sections, territory, missions and population, and what is remarked on it."""

import hashlib
from collections.abc import Iterable

from django.db import transaction

from accounts.models import Organisation
from accounts.permissions import Act, check
from core import audit
from core.actor import Actor
from core.errors import DomainError, NotAllowed, StaleForm
from health_projects import lifecycle, permissions
from health_projects.actions.rows import locked
from health_projects.assemblers import agreement_today
from health_projects.enums import ProjectStatus, SectionKey
from health_projects.lifecycle import CREATED
from health_projects.models import HealthProject, ProjectComment, ProjectSection, ProjectTransition
from territories.models import Commune
from territories.rules import check_arrondissements

STALE = "Quelqu’un a enregistré cette page pendant que vous écriviez : comparez les deux textes."


@transaction.atomic
def create_project(*, actor: Actor, title: str = "") -> HealthProject:
    """Open the first version of the health project of the actor's CPTS. A second project is refused."""
    check(actor, Act.DRAFT_PROJECT)
    cpts = Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    if cpts.health_projects.exists():
        raise DomainError("Votre CPTS a déjà un projet de santé : ouvrez-le, ou rédigez une nouvelle version.")
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
    Organisation.objects.select_for_update(no_key=True).get(pk=project.cpts_id)
    decided = locked(actor, project)
    last = HealthProject.objects.filter(cpts=decided.cpts_id).order_by("-version_number").first()
    if last.pk != decided.pk:
        raise DomainError(f"Ouvrez la version {last.version_number} : elle est plus récente que celle-ci.")
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
    audit.record(actor, "health_project.new_version", version, after={"follows": decided})
    return version


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
    codes = set(Commune.objects.in_epci(siren).values_list("code", flat=True)) if siren.isdecimal() else set()
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
    project = locked(actor, project)
    if not permissions.may_comment(actor):
        raise NotAllowed("Votre rôle ne vous permet pas de commenter ce projet.")
    if not permissions.can_comment(actor, project):
        raise DomainError("Ce projet est décidé : il ne se commente plus.")
    if part not in SectionKey.values:
        raise DomainError("Cette section n’existe pas.")
    if not text.strip():
        raise DomainError("Écrivez votre commentaire.", field="text")
    comment = ProjectComment.objects.create(subject=project, part=part, text=text.strip(), **audit.signed_by(actor))
    audit.record(actor, "health_project.comment", project, after={"section": part, "comment": comment.text})
    return comment


def _draft(actor: Actor, project: HealthProject) -> HealthProject:
    """Return the locked row, which the actor may write."""
    check(actor, Act.DRAFT_PROJECT)
    project = locked(actor, project)
    if project.status != ProjectStatus.DRAFT:
        raise DomainError(
            f"Ce projet est à l’état « {project.status.label} » : il ne se modifie pas. "
            "Ce que vous venez d’écrire n’est pas enregistré."
        )
    return project


def _replace_communes(actor: Actor, project: HealthProject, codes: set[str]) -> HealthProject:
    before = _codes_of(project)
    if codes == before:
        return project
    check_arrondissements(codes)
    added = codes - before
    known = set(Commune.objects.active().filter(code__in=added).values_list("code", flat=True))
    if unknown := sorted(added - known):
        raise DomainError(f"Code Insee inconnu : {', '.join(unknown)}.", field="codes")
    project.communes.add(*known)
    project.communes.remove(*(before - codes))
    project.save(update_fields=["updated_at"])  # adding and removing need no version: they do not undo each other
    audit.record(
        actor,
        "health_project.set_communes",
        project,
        before={"removed": _named(before - codes)},
        after={"added": _named(added), "count": len(codes)},
    )
    return project


def _named(codes: set[str]) -> list[str]:
    communes = Commune.objects.filter(code__in=codes).order_by("search_name", "code")
    return [f"{commune.name} ({commune.code})" for commune in communes]


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
