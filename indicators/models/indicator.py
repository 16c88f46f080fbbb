"""Indicators and their levels (R13)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agreements.enums import Direction, Scale
from core.enums import Side
from core.fields import MoneyField, StatusField
from core.models import TenantModel
from indicators.enums import Nature, ProgrammeStatus, Settlement, Usage, ValueStatus
from indicators.models.programme import MissionAction, MissionScopedQuerySet, ProgrammeMission

if TYPE_CHECKING:
    from indicators.models.value import IndicatorValue


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
