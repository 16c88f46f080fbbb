"""The programme of a contract year: missions, their actions and deliverables."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PartyScopedQuerySet
from agreements.enums import MissionCode
from core.actor import Actor
from core.enums import Side
from core.fields import MoneyField, StatusField
from core.models import TenantModel
from documents.models import StoredFile
from indicators.enums import ProgrammeStatus


class ProgrammeScopedQuerySet(PartyScopedQuerySet):
    """Rows of a programme: its CPTS's alone until it is shared with the two authorities."""

    def visible_to(self, actor: Actor) -> "ProgrammeScopedQuerySet":
        """Return the rows of the actor's organisation; an authority and an observer see what was shared."""
        rows = super().visible_to(actor)
        if actor.side in (Side.CPTS, Side.SYSTEM):
            return rows
        return rows.filter(**{f"{self.party_path}shared_at__isnull": False})


class ProgrammeQuerySet(ProgrammeScopedQuerySet):
    def with_content(self) -> "ProgrammeQuerySet":
        """Bring missions, actions, deliverables, indicators, levels, values and evidence, in as many queries."""
        return self.select_related("cpts", "ars", "fund").prefetch_related(
            "missions__actions__deliverables__file",
            "missions__indicators__action",
            "missions__indicators__levels",
            "missions__indicators__value__evidence__file",
        )


class Programme(TenantModel):
    """What a CPTS commits to in one contract year (R13a). It names its parties: the contract stands above."""

    cpts = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="CPTS")
    ars = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="ARS")
    fund = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="caisse")
    year = models.PositiveSmallIntegerField("année contractuelle")
    # The days of the contract year, known once the programme is opened; `ends_on` is excluded (R3).
    starts_on = models.DateField("premier jour", null=True, blank=True)
    ends_on = models.DateField("anniversaire suivant", null=True, blank=True)
    status = StatusField(ProgrammeStatus, verbose_name="état", default=ProgrammeStatus.DRAFT)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)
    # When the two authorities received it: with the negotiation in year 1, at its creation later.
    shared_at = models.DateTimeField("partagé le", null=True, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = "programme"
        constraints = [
            models.CheckConstraint(name="indicators_year_1_to_5", condition=Q(year__gte=1, year__lte=5)),
            models.CheckConstraint(
                name="indicators_agreed_is_shared", condition=Q(status="DRAFT") | Q(shared_at__isnull=False)
            ),
            models.CheckConstraint(
                name="indicators_programme_days_in_order",
                condition=Q(starts_on__isnull=True, ends_on__isnull=True)
                | Q(starts_on__isnull=False, ends_on__gt=F("starts_on")),
            ),
        ]

    def __str__(self):
        return f"Programme de l’année {self.year}, {self.cpts}"

    def party(self, side: Side) -> Organisation:
        """Return the organisation of a party."""
        return getattr(self, side.value.lower())

    @property
    def parties(self) -> list[Organisation]:
        return [self.cpts, self.ars, self.fund]

    @property
    def is_shared(self) -> bool:
        """The three parties read it; while it is written, a change takes back what one of them agreed to."""
        return self.shared_at is not None

    @property
    def is_open(self) -> bool:
        return self.status == ProgrammeStatus.OPEN


class ProgrammeMissionQuerySet(ProgrammeScopedQuerySet):
    party_path = "programme__"

    def with_content(self) -> "ProgrammeMissionQuerySet":
        """Bring the programme, its parties, and all that is written for the mission."""
        return self.select_related("programme__cpts", "programme__ars", "programme__fund").prefetch_related(
            "actions__deliverables__file",
            "indicators__action",
            "indicators__levels",
            "indicators__value__evidence__file",
        )


class ProgrammeMission(TenantModel):
    """A mission in the programme, with the variable part V that its indicators share out (R13b)."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="missions", verbose_name="programme")
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices)
    position = models.PositiveSmallIntegerField("rang")
    variable_amount = MoneyField(verbose_name="volet variable (€)")
    # A mission that joins a programme in progress, or whose V changes (R13a, R18), is written before it is agreed.
    is_agreed = models.BooleanField("convenue", default=False)
    # The day from which the mission counts in this year (R7); its results are looked at from then on.
    active_from = models.DateField("active à partir du", null=True, blank=True)

    objects = ProgrammeMissionQuerySet.as_manager()

    class Meta:
        verbose_name = "mission du programme"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "mission"], name="indicators_one_row_a_mission"),
            models.CheckConstraint(name="indicators_variable_not_negative", condition=Q(variable_amount__gte=0)),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return MissionCode(self.mission).label

    @property
    def is_editable(self) -> bool:
        """A draft is written; later, only a mission that joined or whose V changed, until it is agreed."""
        status = self.programme.status
        return status == ProgrammeStatus.DRAFT or (status == ProgrammeStatus.OPEN and not self.is_agreed)

    @property
    def is_running(self) -> bool:
        """Its values are entered, confirmed, contested and settled now."""
        return self.programme.is_open and self.is_agreed and self.active_from is not None


class MissionScopedQuerySet(ProgrammeScopedQuerySet):
    party_path = "programme_mission__programme__"


class MissionAction(TenantModel):
    """An action of the year: what the CPTS does, and who leads it."""

    programme_mission = models.ForeignKey(ProgrammeMission, models.CASCADE, related_name="actions")
    title = models.CharField("action", max_length=250)
    lead = models.CharField("référent", max_length=120, blank=True)
    position = models.PositiveSmallIntegerField("rang")
    lock_version = models.PositiveIntegerField("version de saisie", default=1)

    objects = MissionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.title


class DeliverableQuerySet(ProgrammeScopedQuerySet):
    party_path = "action__programme_mission__programme__"

    def with_programme(self) -> "DeliverableQuerySet":
        path = "action__programme_mission__programme"
        return self.select_related(*(f"{path}__{side}" for side in ("cpts", "ars", "fund")))


class Deliverable(TenantModel):
    """A proof expected for an action."""

    action = models.ForeignKey(MissionAction, models.CASCADE, related_name="deliverables")
    label = models.CharField("livrable attendu", max_length=250)
    position = models.PositiveSmallIntegerField("rang")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DeliverableQuerySet.as_manager()

    class Meta:
        verbose_name = "livrable"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.label
