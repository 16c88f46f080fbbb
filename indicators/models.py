"""The programme of a contract year: missions, actions, indicators, deliverables; then values and evidence."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PartyScopedQuerySet
from agreements.enums import Direction, MissionCode, Scale
from core.actor import Actor
from core.enums import Side
from core.fields import MoneyField, StatusField
from core.models import Signed, TenantModel, TransitionLog
from core.values import number_fr
from documents.models import StoredFile
from indicators.enums import Nature, ProgrammeStatus, Settlement, Usage, ValueStatus


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


class IndicatorQuerySet(MissionScopedQuerySet):
    def results(self) -> "IndicatorQuerySet":
        return self.filter(usage=Usage.RESULT)

    def with_programme(self) -> "IndicatorQuerySet":
        return self.select_related(
            "action", "value", *(f"programme_mission__programme__{side}" for side in ("cpts", "ars", "fund"))
        )

    def of_running_programmes(self) -> "IndicatorQuerySet":
        return self.filter(
            programme_mission__programme__status=ProgrammeStatus.OPEN,
            programme_mission__is_agreed=True,
            programme_mission__active_from__isnull=False,
        )

    def to_enter_by(self, side: Side) -> "IndicatorQuerySet":
        """Return what `side` still owes a value for: none yet, or a contested one (R15)."""
        waiting = Q(value__isnull=True) | Q(value__status=ValueStatus.CONTESTED)
        return self.of_running_programmes().filter(waiting, owner=side, settlement=Settlement.NONE)


class Indicator(TenantModel):
    """What is measured. A result indicator carries a maximum amount and a scale (R13); the others are followed.

    `owner` is the side that enters its values (R15).
    """

    programme_mission = models.ForeignKey(ProgrammeMission, models.CASCADE, related_name="indicators")
    action = models.ForeignKey(MissionAction, models.CASCADE, null=True, blank=True, related_name="indicators")
    national_code = models.CharField("code national", max_length=20, blank=True)
    label = models.CharField("indicateur", max_length=250)
    unit = models.CharField("unité", max_length=40, blank=True)
    calculation = models.TextField("mode de calcul", blank=True)
    usage = models.CharField("usage", max_length=10, choices=Usage.choices, default=Usage.RESULT)
    nature = models.CharField("nature", max_length=8, choices=Nature.choices, default=Nature.OUTCOME)
    owner = StatusField(Side, verbose_name="saisi par", default=Side.CPTS)
    counts_patients = models.BooleanField("compte des patients", default=False)
    scale = models.CharField("barème", max_length=10, choices=Scale.choices, blank=True)
    direction = models.CharField("sens", max_length=4, choices=Direction.choices, default=Direction.UP)
    baseline = models.DecimalField("valeur de référence", max_digits=14, decimal_places=4, null=True, blank=True)
    target = models.DecimalField("cible", max_digits=14, decimal_places=4, null=True, blank=True)
    maximum_amount = MoneyField(verbose_name="montant maximal (€)", null=True, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=1)
    settlement = models.CharField(
        "décision", max_length=12, choices=Settlement.choices, blank=True, default=Settlement.NONE
    )
    retained_amount = MoneyField(verbose_name="montant retenu (€)", null=True, blank=True)
    settlement_reason = models.TextField("raison de la décision", blank=True)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = "indicateur"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="indicators_owner_is_a_party", condition=Q(owner__in=["CPTS", "ARS", "FUND"])),
            models.UniqueConstraint(
                fields=["programme_mission", "national_code"],
                condition=~Q(national_code=""),
                name="indicators_one_row_a_national_indicator",
                violation_error_message="Cet indicateur national est déjà dans le programme.",
            ),
            models.CheckConstraint(
                name="indicators_result_carries_money",
                condition=(Q(usage=Usage.RESULT, maximum_amount__isnull=False, maximum_amount__gt=0) & ~Q(scale=""))
                | Q(usage=Usage.FOLLOW_UP, maximum_amount__isnull=True, scale=""),
                violation_error_message="Un indicateur de résultat a un montant et un barème ; un indicateur de "
                "suivi n’en a pas.",
            ),
            models.CheckConstraint(
                name="indicators_retained_has_amount",
                condition=Q(settlement=Settlement.RETAINED, retained_amount__isnull=False, retained_amount__gte=0)
                | (~Q(settlement=Settlement.RETAINED) & Q(retained_amount__isnull=True)),
                violation_error_message="Indiquez le montant retenu.",
            ),
            models.CheckConstraint(
                name="indicators_settlement_has_reason",
                condition=Q(settlement=Settlement.NONE) | ~Q(settlement_reason=""),
                violation_error_message="Indiquez la raison de la décision.",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def is_result(self) -> bool:
        return self.usage == Usage.RESULT

    @property
    def is_national(self) -> bool:
        return bool(self.national_code)

    @property
    def current_value(self) -> "IndicatorValue | None":
        return getattr(self, "value", None)

    @property
    def is_settled(self) -> bool:
        """R13e: neutralised or retained by the three parties."""
        return bool(self.settlement)

    @property
    def is_waiting(self) -> bool:
        """Its result is not known: neither confirmed nor settled."""
        value = self.current_value
        return not self.is_settled and (value is None or value.status != ValueStatus.CONFIRMED)

    @property
    def is_achieved_or_not(self) -> bool:
        return self.scale == Scale.ACHIEVED


class Level(TenantModel):
    """A step of a LEVELS scale: from `threshold` on, `amount` is earned (R13c)."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="levels")
    position = models.PositiveSmallIntegerField("rang")
    threshold = models.DecimalField("seuil", max_digits=14, decimal_places=4)
    amount = MoneyField(verbose_name="montant (€)")

    class Meta:
        verbose_name = "palier"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "position"], name="indicators_one_row_a_level"),
            models.CheckConstraint(name="indicators_level_amount_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self):
        return f"{self.threshold} : {self.amount}"


class IndicatorValueQuerySet(ProgrammeScopedQuerySet):
    party_path = "indicator__programme_mission__programme__"

    def with_programme(self) -> "IndicatorValueQuerySet":
        path = "indicator__programme_mission__programme"
        return self.select_related(*(f"{path}__{side}" for side in ("cpts", "ars", "fund")))

    def to_confirm_by(self, side: Side) -> "IndicatorValueQuerySet":
        """Return the values entered by another party that wait for a confirmation (R15)."""
        return self.filter(
            status=ValueStatus.ENTERED,
            indicator__programme_mission__programme__status=ProgrammeStatus.OPEN,
        ).exclude(entered_by_side=side)


class IndicatorValue(TenantModel):
    """The value of an indicator for its year: entered by its owner, confirmed or contested by another (R15)."""

    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="value")
    number = models.DecimalField("valeur", max_digits=14, decimal_places=4, null=True, blank=True)
    achieved = models.BooleanField("atteint", null=True, blank=True)
    period_start = models.DateField("période du")
    period_end = models.DateField("au")
    source = models.CharField("source", max_length=200)
    status = StatusField(ValueStatus, verbose_name="état", default=ValueStatus.ENTERED)
    entered_by_side = StatusField(Side, verbose_name="saisie par")
    entered_by_name = models.CharField("auteur", max_length=200)
    entered_at = models.DateTimeField("saisie le")
    confirmed_by_side = StatusField(Side, verbose_name="confirmée par", blank=True)
    confirmed_by_name = models.CharField("confirmée par", max_length=200, blank=True)
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    contest_reason = models.TextField("motif de contestation", blank=True)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        verbose_name = "valeur"
        constraints = [
            models.CheckConstraint(
                name="indicators_value_period_in_order",
                condition=Q(period_end__gte=F("period_start")),
                violation_error_message="La fin de la période précède son début.",
            ),
            models.CheckConstraint(
                name="indicators_value_is_number_or_achieved",
                condition=Q(number__isnull=False, achieved__isnull=True)
                | Q(number__isnull=True, achieved__isnull=False),
                violation_error_message="Indiquez une valeur.",
            ),
            models.CheckConstraint(
                name="indicators_confirmed_by_another_side",
                condition=Q(status=ValueStatus.CONFIRMED, confirmed_at__isnull=False)
                & ~Q(confirmed_by_side=F("entered_by_side"))
                & ~Q(confirmed_by_side="")
                | ~Q(status=ValueStatus.CONFIRMED) & Q(confirmed_at__isnull=True),
                violation_error_message="Une valeur est confirmée par une autre partie.",
            ),
            models.CheckConstraint(
                name="indicators_contested_has_reason",
                condition=~Q(status=ValueStatus.CONTESTED) | ~Q(contest_reason=""),
                violation_error_message="Indiquez pourquoi vous contestez cette valeur.",
            ),
        ]

    def __str__(self):
        return f"{self.indicator} : {self.words}"

    @property
    def words(self) -> str:
        """The value as people read it, without its unit."""
        if self.achieved is not None:
            return "atteint" if self.achieved else "non atteint"
        return number_fr(self.number)


class ValueTransition(TransitionLog):
    """One change of state of a value."""

    subject = models.ForeignKey(IndicatorValue, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition de valeur"


class Evidence(Signed):
    """A piece of evidence behind a value (R15)."""

    value = models.ForeignKey(IndicatorValue, models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    label = models.CharField("pièce", max_length=200, blank=True)

    class Meta:
        verbose_name = "pièce justificative"
        ordering = ["at", "pk"]

    def __str__(self):
        return self.label or str(self.file)
