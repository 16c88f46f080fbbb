"""What the actions, the pages and the rooms above read of a health project, as values."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from agreements.agreement import Agreement
from agreements.models import AgreementVersion
from agreements.rules import population_warnings, size_for_population
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.face import Turn
from core.wording import Lack, counted, spoken_list
from health_projects import permissions, rules
from health_projects.enums import Decision, ProjectStatus, SectionKey
from health_projects.models import HealthProject, TerritoryOverlap
from territories.models import Commune
from territories.rules import PARENTS, TerritorySummary, overlap


@dataclass(frozen=True, kw_only=True)
class ProjectTerritory:
    """The territory of a project in figures (R1).

    `population` is the one that counts, in inhabitants: agreed if there is one, else the published sum, None when
    a commune has no published population. `size` and `size_total` (euros a year, all missions) follow from it.
    """

    summary: TerritorySummary
    population: int | None
    is_agreed: bool
    source: str
    reason: str
    size: int | None
    next_size: int | None
    to_next_size: int | None
    size_total: Decimal | None
    total_is_validated: bool
    warnings: tuple[str, ...]
    agreement_code: str

    @property
    def commune_count(self) -> int:
        return self.summary.commune_count

    @property
    def year(self) -> int | None:
        """Return the most recent year among the populations added up."""
        return max(self.summary.years, default=None)


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Communes shared with the project of another CPTS: its name and the communes, nothing else of it (R1)."""

    other: UUID
    cpts: str
    codes: tuple[str, ...]
    communes: tuple[str, ...]
    is_accepted: bool
    reason: str = ""
    accepted_by: str = ""


def agreement_today() -> Agreement:
    """Return the national agreement in force today (R2)."""
    return AgreementVersion.objects.with_rows().in_force_on(clock.today()).as_value()


def territory_of(project: HealthProject, *, agreement: Agreement | None = None) -> ProjectTerritory:
    """Return the territory of a project in figures, with the sizes of `agreement` (the one in force by default)."""
    agreement = agreement or agreement_today()
    codes = list(project.communes.values_list("code", flat=True))
    summary = Commune.objects.summarise(codes)
    is_agreed = project.agreed_population is not None
    population = project.agreed_population if is_agreed else _published(summary)
    size = None if population is None else size_for_population(agreement, population)
    terms = {row.size: row for row in agreement.sizes}
    following = terms.get((size or 0) + 1) if size else None
    return ProjectTerritory(
        summary=summary,
        population=population,
        is_agreed=is_agreed,
        source=project.agreed_population_source if is_agreed else _source(summary),
        reason=project.agreed_population_reason,
        size=size,
        next_size=following and following.size,
        to_next_size=following and following.minimum_population - population,
        size_total=size and terms[size].published_total,
        total_is_validated=bool(size) and terms[size].total_is_validated,
        warnings=tuple(_warnings(agreement, summary, population, is_agreed)),
        agreement_code=agreement.code,
    )


def _published(summary: TerritorySummary) -> int | None:
    return summary.population if summary.commune_count and summary.is_complete else None


def _source(summary: TerritorySummary) -> str:
    return f"populations municipales {summary.years_label}, Insee" if summary.years else ""


def _warnings(agreement, summary, population, is_agreed) -> list[str]:
    found = list(population_warnings(agreement, population)) if population is not None else []
    if summary.missing and not is_agreed:
        found.append(
            f"L’Insee ne publie pas la population de {', '.join(summary.missing)} : "
            "indiquez la population dont vous convenez avec l’ARS et la caisse."
        )
    if len(summary.years) > 1:
        found.append(f"Les populations additionnées sont de plusieurs années ({summary.years_label}).")
    if len(summary.regions) > 1:
        names = spoken_list([region.name for region in summary.regions])
        found.append(f"Le territoire s’étend sur plusieurs régions : {names}.")
    return found


def section_texts(project: HealthProject) -> dict[str, str]:
    """Return the text of each section by key, in the order of a project; empty where nothing is written."""
    written = dict(project.sections.values_list("key", "text"))
    return {key.value: written.get(key.value, "") for key in SectionKey}


def missing_items(project: HealthProject, *, territory: ProjectTerritory | None = None) -> list[Lack]:
    """Return, as French sentences, what is left to do before the project may be sent, each with its page."""
    territory = territory or territory_of(project)
    found = rules.missing_items(
        commune_count=territory.commune_count,
        population=territory.population,
        unpublished=territory.summary.missing,
        missions=project.missions,
        texts=section_texts(project),
    )
    return [Lack(lack, part=lack.part, url=_page_of(project, lack.part)) for lack in found]


def _page_of(project: HealthProject, part: str) -> str:
    """Return where one writes a part of a project."""
    if part in (rules.TERRITORY, rules.POPULATION, rules.MISSIONS):
        return reverse(f"health_projects:project_{part}", args=[project.pk])
    return reverse("health_projects:project_section", args=[project.pk, part])


def project_content(project: HealthProject) -> dict:
    """Return the whole project as plain JSON, in a fixed order: what a submission freezes, what a PDF prints."""
    territory = territory_of(project)
    communes = project.communes.with_population().order_by("code")
    texts = section_texts(project)
    return {
        "cpts": project.cpts.name,
        "title": project.title,
        "version": project.version_number,
        "communes": [
            {"code": commune.code, "name": commune.name, "population": commune.population} for commune in communes
        ],
        "population": {
            "covered": territory.population,
            "is_agreed": territory.is_agreed,
            "published_sum": territory.summary.population,
            "years": list(territory.summary.years),
            "source": territory.source,
            "reason": territory.reason,
        },
        "size": territory.size,
        "agreement": territory.agreement_code,
        "missions": [
            {"code": code, "label": label} for code, label in zip(project.missions, project.mission_labels, strict=True)
        ],
        "sections": [{"key": key.value, "title": key.label, "text": texts[key.value]} for key in SectionKey],
    }


def shared_territories(project: HealthProject) -> list[Overlap]:
    """Return the overlaps of a project with those of other CPTS, whichever their region (R1).

    It crosses tenants: a page reads it through `actions.overlapping_projects`, which checks and records.
    """
    codes = set(project.communes.values_list("code", flat=True))
    shared = _shared_codes(project, codes)
    if not shared:
        return []
    others = HealthProject.objects.filter(pk__in=shared).select_related("cpts").order_by("cpts__name", "pk")
    names = Commune.objects.in_bulk(sorted(set().union(*shared.values())))
    accepted = _accepted(project, others)
    return [_overlap(other, shared[other.pk], names, accepted.get(other.pk)) for other in others]


def unaccepted_overlaps(project: HealthProject) -> list[str]:
    """Return the names of the project's communes that it shares without the ARS's acceptance (R1).

    They block the signature of a contract. The other CPTS are not named: use `actions.overlapping_projects`.
    """
    waiting = [row for row in shared_territories(project) if not row.is_accepted]
    return sorted({name for row in waiting for name in row.communes})


def _shared_codes(project: HealthProject, codes: set[str]) -> dict[UUID, tuple[str, ...]]:
    parents = {PARENTS[code] for code in codes if code in PARENTS}
    parts = {code for code, parent in PARENTS.items() if parent in codes}
    rows = HealthProject.communes.through.objects.filter(
        commune__in=codes | parents | parts,
        healthproject__in=HealthProject.objects.of_reference().exclude(cpts=project.cpts_id),
    ).values_list("healthproject", "commune")
    theirs = defaultdict(set)
    for pk, code in rows:
        theirs[pk].add(code)
    return {pk: overlap(codes, found) for pk, found in theirs.items()}


def _accepted(project: HealthProject, others) -> dict[UUID, TerritoryOverlap]:
    """Return the acceptances by other project: those of this project, and the other's by the same ARS."""
    mine = TerritoryOverlap.objects.filter(project=project, other__in=others)
    theirs = TerritoryOverlap.objects.filter(other=project, project__in=others, project__cpts__ars=project.cpts.ars_id)
    return {row.project_id: row for row in theirs} | {row.other_id: row for row in mine}


def _overlap(other, codes, names, acceptance) -> Overlap:
    covered = acceptance is not None and set(codes) <= set(acceptance.accepted_codes)
    return Overlap(
        other=other.pk,
        cpts=other.cpts.name,
        codes=codes,
        communes=tuple(names[code].name for code in codes),
        is_accepted=covered,
        reason=acceptance.reason if covered else "",
        accepted_by=acceptance.accepted_by_name if covered else "",
    )


def turn_of(actor: Actor, project: HealthProject, *, missing: list[str] | None = None) -> Turn | None:
    """Return whose turn it is on a project, as the person who looks at it should read it; None once decided.

    `missing` is what `missing_items` says, when the caller knows it already.
    """
    match project.status:
        case ProjectStatus.DRAFT:
            return _drafting(actor, project, missing)
        case ProjectStatus.CHANGES_REQUESTED:
            return _correcting(actor, project)
        case ProjectStatus.SUBMITTED:
            return _deciding(actor, project)
        case _:
            return None


def _drafting(actor: Actor, project: HealthProject, missing: list[str] | None) -> Turn:
    if not permissions.can_edit(actor, project):
        return Turn(text=f"Chez la {project.cpts} : le projet est en cours de rédaction.", is_mine=False)
    left = len(missing_items(project) if missing is None else missing)
    if left:
        return Turn(
            text="À vous : complétez le projet de santé, puis envoyez-le à l’ARS.",
            detail=f"Il reste {counted(left, 'point')} à compléter.",
            url=f"{reverse('health_projects:project_detail', args=[project.pk])}#missing-title",
            label="Voir ce qui manque",
        )
    return Turn(
        text="À vous : le projet est complet, vous pouvez l’envoyer à l’ARS.",
        detail="L’ARS aura deux mois pour se prononcer. Le projet ne se modifie plus pendant ce temps.",
        url=reverse("health_projects:project_submit", args=[project.pk]),
        label="Envoyer à l’ARS",
        by_post=True,
    )


def _correcting(actor: Actor, project: HealthProject) -> Turn:
    if not permissions.can_resume(actor, project):
        return Turn(text=f"Chez la {project.cpts} : l’ARS a demandé des corrections.", is_mine=False)
    return Turn(
        text="À vous : l’ARS demande des corrections.",
        detail="Lisez sa demande ci-dessous, puis reprenez la rédaction. Rien de votre texte n’est perdu.",
        url=reverse("health_projects:project_resume", args=[project.pk]),
        label="Reprendre la rédaction",
        by_post=True,
    )


def _deciding(actor: Actor, project: HealthProject) -> Turn:
    due = format_date(project.decision_due_on)
    silence = f"Sans opposition le {due} au plus tard, le projet est approuvé tacitement."
    if permissions.can_review(actor, project):
        url = reverse("health_projects:project_detail", args=[project.pk])
        return Turn(
            text="À vous : approuvez ce projet, ou demandez des corrections.",
            detail=silence,
            url=f"{url}#decision",
            label="Se prononcer",
        )
    return Turn(text=f"Chez l’ARS : réponse attendue le {due} au plus tard.", detail=silence, is_mine=False)


def decision_sentence(project: HealthProject) -> str:
    """Return how a project was decided (R5), or an empty text."""
    if project.status == ProjectStatus.OPPOSED:
        return (
            f"Opposition de l’ARS le {format_date(project.decided_on)} : "
            f"{project.get_opposition_ground_display().lower()}."
        )
    if project.status != ProjectStatus.APPROVED:
        return ""
    day = format_date(project.decided_on)
    if project.decision == Decision.TACIT:
        return f"Approbation tacite, acquise le {day} : deux mois sans opposition de l’ARS."
    return f"Approbation expresse de l’ARS le {day}."
