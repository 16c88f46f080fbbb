"""What a contract engages in and for how long: its missions, its years."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from agreements.enums import MissionCode
from contracts.models.contract import DURATION_YEARS, Contract, ContractScopedQuerySet
from core.fields import MoneyField
from core.models import TenantModel
from indicators.models import Programme


class ContractMission(TenantModel):
    """A mission of the contract: planned, then started at the date set by its dialogue (R4)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="missions", verbose_name="contrat")
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices)
    planned_start = models.DateField("démarrage prévu", null=True, blank=True)
    started_on = models.DateField("démarrée le", null=True, blank=True)
    triage_starts_on = models.DateField("traitement et orientation à partir du", null=True, blank=True)
    compensation_starts_on = models.DateField("compensation à partir du", null=True, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=1)
    # R18: set by amendments, each on the first day of a contract year.
    added_from = models.DateField("ajoutée à partir du", null=True, blank=True)
    withdrawn_from = models.DateField("retirée à partir du", null=True, blank=True)

    objects = ContractScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "mission engagée"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "mission"], name="contracts_one_row_a_mission"),
            models.CheckConstraint(
                name="contracts_lines_start_with_mission",
                condition=(
                    (
                        Q(triage_starts_on__isnull=True)
                        | Q(started_on__isnull=False, triage_starts_on__gte=F("started_on"))
                    )
                    & (
                        Q(compensation_starts_on__isnull=True)
                        | Q(started_on__isnull=False, compensation_starts_on__gte=F("started_on"))
                    )
                ),
                violation_error_message="Une ligne de la mission ne démarre pas avant elle (R9).",
            ),
        ]

    def __str__(self):
        return MissionCode(self.mission).label


class ContractYear(TenantModel):
    """A contract year: its size and its members as known on its first day, and its programme (R1, R11, R13a)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="years", verbose_name="contrat")
    number = models.PositiveSmallIntegerField("année")
    opening_size = models.PositiveSmallIntegerField("taille au premier jour", null=True, blank=True)
    size = models.PositiveSmallIntegerField("taille", null=True, blank=True)
    # R11: what the three count at the annual dialogue; `opening_members` is what the advances of the year supposed.
    opening_members = models.PositiveIntegerField("adhérents supposés au premier jour", null=True, blank=True)
    members = models.PositiveIntegerField("adhérents au premier jour", default=0)
    # R9: what the CPTS declares to have paid; pending while there is none.
    declared_compensation = MoneyField(verbose_name="compensation déclarée (€)", null=True, blank=True)
    programme = models.OneToOneField(Programme, models.PROTECT, related_name="contract_year")

    objects = ContractScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "année contractuelle"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="contracts_one_row_a_year"),
            models.CheckConstraint(
                name="contracts_year_1_to_5", condition=Q(number__gte=1, number__lte=DURATION_YEARS)
            ),
            models.CheckConstraint(
                name="contracts_sizes_of_a_year_1_to_4",
                condition=(Q(size__isnull=True) | Q(size__range=(1, 4)))
                & (Q(opening_size__isnull=True) | Q(opening_size__range=(1, 4))),
            ),
            models.CheckConstraint(
                name="contracts_compensation_not_negative",
                condition=Q(declared_compensation__isnull=True) | Q(declared_compensation__gte=0),
            ),
        ]

    def __str__(self):
        return f"{self.contract}, année {self.number}"

    @property
    def starts_on(self) -> date:
        return self.contract.anniversary(self.number - 1)

    @property
    def ends_on(self) -> date:
        """The next anniversary, excluded (R3)."""
        return self.contract.anniversary(self.number)
