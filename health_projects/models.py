"""The health project of a CPTS: its territory, its sections, its missions, and what the ARS decided."""

from datetime import date

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Organisation
from agreements.enums import MissionCode
from core.actor import Actor
from core.enums import Side
from core.fields import StatusField
from core.models import Comment, Signed, TenantModel, TransitionLog
from health_projects.enums import Decision, OppositionGround, ProjectStatus, SectionKey
from territories.models import Commune

# States in which the ARS has the territory before it, or has accepted it: those that may overlap another (R1).
COUNTED_STATUSES = (ProjectStatus.SUBMITTED, ProjectStatus.CHANGES_REQUESTED, ProjectStatus.APPROVED)


class HealthProjectQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "HealthProjectQuerySet":
        """Its CPTS's alone until first submitted, then also its ARS's and fund's (design §1)."""
        match actor.side:
            case Side.CPTS:
                return self.filter(cpts=actor.organisation_id)
            case Side.ARS:
                return self.filter(cpts__ars=actor.organisation_id, first_submitted_at__isnull=False)
            case Side.FUND:
                return self.filter(cpts__fund=actor.organisation_id, first_submitted_at__isnull=False)
            case Side.NATIONAL:
                return self.filter(first_submitted_at__isnull=False)
            case Side.SYSTEM:
                return self.all()
            case _:
                return self.none()

    def awaiting_decision(self) -> "HealthProjectQuerySet":
        return self.filter(status=ProjectStatus.SUBMITTED)

    def tacitly_approved_on(self, today: date) -> "HealthProjectQuerySet":
        """R5: return the projects whose two months ended before `today` without a decision."""
        return self.awaiting_decision().filter(decision_due_on__lt=today)

    def of_reference(self) -> "HealthProjectQuerySet":
        """Keep, for each CPTS, the version whose territory counts: the last approved, else the one under review."""
        versions = HealthProject.objects.filter(cpts=OuterRef("cpts"), status__in=COUNTED_STATUSES)
        last = versions.order_by(
            Case(When(status=ProjectStatus.APPROVED, then=Value(0)), default=Value(1)), "-version_number"
        )
        return self.filter(pk=Subquery(last.values("pk")[:1]))

    def with_figures(self) -> "HealthProjectQuerySet":
        """Annotate `commune_count`, `population` and `size` of the last submission (R1), and `awaited_on` (R5)."""
        communes = HealthProject.communes.through.objects.filter(healthproject=OuterRef("pk")).order_by()
        count = communes.values("healthproject").annotate(total=Count("pk")).values("total")
        last = ProjectSubmission.objects.filter(project=OuterRef("pk")).order_by("-number")
        return self.annotate(
            commune_count=Coalesce(Subquery(count), 0),
            population=Subquery(last.values("covered_population")[:1]),
            size=Subquery(last.values("size")[:1]),
            awaited_on=Case(When(status=ProjectStatus.SUBMITTED, then=F("decision_due_on"))),
        )

    def waiting_first(self) -> "HealthProjectQuerySet":
        """Order the rows of `with_figures`: those that wait for a decision by their day, then the last sent."""
        return self.order_by(F("awaited_on").asc(nulls_last=True), F("submitted_at").desc(nulls_last=True), "pk")


class HealthProject(TenantModel):
    """One version of the health project (projet de santé) of a CPTS."""

    cpts = models.ForeignKey(Organisation, models.PROTECT, related_name="health_projects", verbose_name="CPTS")
    version_number = models.PositiveSmallIntegerField("version", default=1)
    title = models.CharField("titre", max_length=200)
    status = StatusField(ProjectStatus, verbose_name="état", default=ProjectStatus.DRAFT)
    communes = models.ManyToManyField(Commune, blank=True, related_name="+", verbose_name="communes")
    missions = models.JSONField("missions", default=list, blank=True)
    agreed_population = models.PositiveIntegerField("population convenue", null=True, blank=True)
    agreed_population_source = models.CharField("source", max_length=200, blank=True)
    agreed_population_reason = models.TextField("raison", blank=True)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)
    first_submitted_at = models.DateTimeField("premier envoi", null=True, blank=True)
    submitted_at = models.DateTimeField("envoyé le", null=True, blank=True)
    decision_due_on = models.DateField("réponse attendue avant le", null=True, blank=True)
    decided_on = models.DateField("décidé le", null=True, blank=True)
    decision = models.CharField("décision", max_length=10, choices=Decision.choices, blank=True)
    opposition_ground = models.CharField(
        "motif d’opposition", max_length=20, choices=OppositionGround.choices, blank=True
    )

    objects = HealthProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet de santé"
        verbose_name_plural = "projets de santé"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cpts", "version_number"], name="health_projects_one_row_a_version"),
            models.UniqueConstraint(
                fields=["cpts"],
                condition=Q(status__in=["DRAFT", "SUBMITTED", "CHANGES_REQUESTED"]),
                name="health_projects_one_open_version",
                violation_error_message="Une version de ce projet est déjà en cours.",
            ),
            models.CheckConstraint(
                name="health_projects_submitted_has_clock",
                condition=~Q(status=ProjectStatus.SUBMITTED)
                | Q(submitted_at__isnull=False, decision_due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="health_projects_decided_has_date",
                condition=Q(status__in=["APPROVED", "OPPOSED"], decided_on__isnull=False)
                | (~Q(status__in=["APPROVED", "OPPOSED"]) & Q(decided_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="health_projects_approval_is_explicit_or_tacit",
                condition=(Q(status=ProjectStatus.APPROVED) & ~Q(decision=""))
                | (~Q(status=ProjectStatus.APPROVED) & Q(decision="")),
            ),
            models.CheckConstraint(
                name="health_projects_opposition_has_ground",
                condition=(Q(status=ProjectStatus.OPPOSED) & ~Q(opposition_ground=""))
                | (~Q(status=ProjectStatus.OPPOSED) & Q(opposition_ground="")),
            ),
            models.CheckConstraint(
                name="health_projects_agreed_population_explained",
                condition=Q(agreed_population__isnull=True)
                | (~Q(agreed_population_source="") & ~Q(agreed_population_reason="")),
                violation_error_message="Une population convenue demande une source et une raison (R1).",
            ),
        ]

    def __str__(self):
        return f"{self.title} (version {self.version_number})"

    @property
    def mission_labels(self) -> list[str]:
        labels = dict(MissionCode.choices)
        return [labels.get(code, code) for code in self.missions]


class ProjectSection(TenantModel):
    """The text of one section, and the number of its last save (a stale form is told so)."""

    project = models.ForeignKey(HealthProject, models.CASCADE, related_name="sections", verbose_name="projet")
    key = models.CharField("section", max_length=24, choices=SectionKey.choices)
    text = models.TextField("texte", blank=True)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)
    updated_by_name = models.CharField("modifié par", max_length=200, blank=True)

    class Meta:
        verbose_name = "section"
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="health_projects_one_row_a_section")]

    def __str__(self):
        return SectionKey(self.key).label


class ProjectSubmission(Signed):
    """What was sent to the ARS, frozen: each submission can be compared with the one before."""

    project = models.ForeignKey(HealthProject, models.PROTECT, related_name="submissions", verbose_name="projet")
    number = models.PositiveSmallIntegerField("numéro")
    content = models.JSONField("contenu")
    content_hash = models.CharField("empreinte", max_length=64)
    covered_population = models.PositiveIntegerField("population couverte")
    size = models.PositiveSmallIntegerField("taille")

    class Meta:
        verbose_name = "envoi"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="health_projects_one_row_a_submission")
        ]

    def __str__(self):
        return f"envoi {self.number} de {self.project}"


class ProjectTransition(TransitionLog):
    """One change of state of a health project."""

    subject = models.ForeignKey(HealthProject, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition de projet"
        constraints = [
            models.CheckConstraint(
                name="health_projects_reason_when_refused",
                condition=~Q(transition__in=["send_back", "oppose"]) | ~Q(comment=""),
                violation_error_message="Indiquez la raison.",
            )
        ]


class ProjectComment(Comment):
    """A remark on a section."""

    subject = models.ForeignKey(HealthProject, models.CASCADE, related_name="comments")

    class Meta(Comment.Meta):
        verbose_name = "commentaire"


class TerritoryOverlap(TenantModel):
    """The ARS accepted, with a reason, that two projects share communes (R1)."""

    project = models.ForeignKey(HealthProject, models.CASCADE, related_name="overlaps")
    other = models.ForeignKey(HealthProject, models.CASCADE, related_name="+")
    accepted_at = models.DateTimeField("accepté le", null=True, blank=True)
    accepted_by_name = models.CharField("accepté par", max_length=200, blank=True)
    reason = models.TextField("raison", blank=True)
    # The communes seen when it was accepted: another shared commune asks for another acceptance.
    accepted_codes = models.JSONField("communes acceptées", default=list, blank=True)

    class Meta:
        verbose_name = "chevauchement accepté"
        constraints = [
            models.UniqueConstraint(fields=["project", "other"], name="health_projects_one_row_an_overlap"),
            models.CheckConstraint(name="health_projects_overlap_with_another", condition=~Q(project=F("other"))),
            models.CheckConstraint(
                name="health_projects_overlap_accepted_with_reason",
                condition=Q(accepted_at__isnull=True) | ~Q(reason=""),
                violation_error_message="Indiquez pourquoi ce chevauchement est accepté.",
            ),
        ]

    def __str__(self):
        return f"{self.project} / {self.other}"
