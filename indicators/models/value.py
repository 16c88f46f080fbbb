"""What was measured of an indicator, the steps of its confirmation, and its evidence (R15)."""

from django.db import models
from django.db.models import F, Q

from core.enums import Side
from core.fields import StatusField
from core.models import Signed, TenantModel, TransitionLog
from core.values import number_fr
from documents.models import StoredFile
from indicators.enums import ProgrammeStatus, ValueStatus
from indicators.models.indicator import Indicator
from indicators.models.programme import ProgrammeScopedQuerySet


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
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    label = models.CharField("pièce", max_length=200, blank=True)

    class Meta:
        verbose_name = "pièce justificative"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["value", "sha256"],
                condition=~Q(sha256=""),  # joined twice before this was refused
                name="indicators_evidence_joined_once",
                violation_error_message="Ce fichier est déjà joint à cette valeur.",
            ),
        ]

    def __str__(self):
        return self.label or str(self.file)
