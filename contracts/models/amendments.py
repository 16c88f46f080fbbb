"""Local amendments: what they change, from which contract year on, and the consents they received (R2, R18)."""

from datetime import date

from django.db import models
from django.db.models import Q

from agreements.enums import MissionCode
from agreements.models import AgreementVersion
from contracts.enums import AmendmentStatus
from contracts.lifecycle import AMENDMENT_RULES
from contracts.models.contract import DURATION_YEARS, Contract, ContractScopedQuerySet
from core.actor import Actor
from core.fields import StatusField
from core.models import (
    Approval,
    TenantModel,
    TransitionLog,
    Withdrawable,
    nobody_consents_for_two,
    one_consent_a_side,
    one_of_the_parties,
    reason_when_required,
    withdrawn_with_reason,
)
from documents.models import Document

OPEN_AMENDMENTS = [AmendmentStatus.DRAFT, AmendmentStatus.AGREED, AmendmentStatus.SIGNING]


class AmendmentQuerySet(ContractScopedQuerySet):
    def open(self) -> "AmendmentQuerySet":
        """Keep the amendments being written, agreed on or signed."""
        return self.filter(status__in=OPEN_AMENDMENTS)

    def with_page(self) -> "AmendmentQuerySet":
        """Load what the pages of one amendment read."""
        parties = [f"contract__{name}" for name in ("cpts", "ars", "fund", "agreement_version")]
        return self.select_related(*parties, "agreement_version", "document__file").prefetch_related(
            "missions", "contract__missions", "contract__years", "contract__amendments__agreement_version"
        )


class Amendment(TenantModel):
    """A change of the contract that the three parties sign: money changes from the first day of a later year."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="amendments", verbose_name="contrat")
    number = models.PositiveSmallIntegerField("numéro")
    status = StatusField(AmendmentStatus, verbose_name="état", default=AmendmentStatus.DRAFT)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)
    reason = models.TextField("raison")
    takes_effect_year = models.PositiveSmallIntegerField("année d’effet", null=True, blank=True)
    new_size = models.PositiveSmallIntegerField("nouvelle taille", null=True, blank=True)
    new_population = models.PositiveIntegerField("nouvelle population", null=True, blank=True)
    agreement_version = models.ForeignKey(
        AgreementVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="nouvel accord"
    )
    rewrites_clauses = models.BooleanField("remplace les clauses locales", default=False)
    local_clauses = models.TextField("clauses locales", blank=True)
    updates_parties = models.BooleanField("met à jour le nom et le siège des parties", default=False)
    agreed_on = models.DateField("convenu le", null=True, blank=True)
    agreed_hash = models.CharField("empreinte du contenu convenu", max_length=64, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    signed_on = models.DateField("signé le", null=True, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = "avenant"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="contracts_one_amendment_a_number"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(status__in=OPEN_AMENDMENTS),
                name="contracts_one_open_amendment",
                violation_error_message="Un avenant de ce contrat est déjà en cours.",
            ),
            models.CheckConstraint(
                name="contracts_money_changes_on_a_first_day",
                condition=Q(takes_effect_year__gte=2, takes_effect_year__lte=DURATION_YEARS)
                | Q(
                    takes_effect_year__isnull=True,
                    new_size__isnull=True,
                    new_population__isnull=True,
                    agreement_version__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="contracts_amended_size_1_to_4",
                condition=Q(new_size__isnull=True) | Q(new_size__gte=1, new_size__lte=4),
            ),
            models.CheckConstraint(
                name="contracts_amendment_in_force_means_signed",
                condition=Q(status="IN_FORCE", signed_on__isnull=False, document__isnull=False)
                | (~Q(status="IN_FORCE") & Q(signed_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="contracts_amendment_agreed_means_fixed",
                condition=(~Q(status__in=["AGREED", "SIGNING", "IN_FORCE"]) & Q(agreed_on__isnull=True, agreed_hash=""))
                | (Q(status__in=["AGREED", "SIGNING", "IN_FORCE"], agreed_on__isnull=False) & ~Q(agreed_hash="")),
            ),
        ]

    def __str__(self):
        return f"Avenant n° {self.number} au contrat {self.contract.number}"

    @property
    def label(self) -> str:
        return f"Avenant n°\u00a0{self.number}"

    @property
    def takes_effect_on(self) -> date | None:
        """Return the first day of the year from which it counts; its signature when no money changes."""
        if self.takes_effect_year is None:
            return self.signed_on
        return self.contract.anniversary(self.takes_effect_year - 1)

    @property
    def is_in_force(self) -> bool:
        return self.status == AmendmentStatus.IN_FORCE

    @property
    def is_draft(self) -> bool:
        return self.status == AmendmentStatus.DRAFT


class AmendmentRowQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "AmendmentRowQuerySet":
        """Return the rows of the amendments that the actor sees."""
        return self.filter(amendment__in=Amendment.objects.visible_to(actor))


class AmendmentMission(TenantModel):
    """A mission that an amendment adds, with its planned start, or withdraws."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="missions", verbose_name="avenant")
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices)
    is_added = models.BooleanField("ajoutée")
    planned_start = models.DateField("démarrage prévu", null=True, blank=True)

    objects = AmendmentRowQuerySet.as_manager()

    class Meta:
        verbose_name = "mission d’un avenant"
        ordering = ["mission"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "mission"], name="contracts_one_change_a_mission"),
            models.CheckConstraint(
                name="contracts_added_mission_is_planned",
                condition=Q(is_added=True, planned_start__isnull=False) | Q(is_added=False, planned_start__isnull=True),
            ),
        ]

    def __str__(self):
        return MissionCode(self.mission).label


class AmendmentConsent(Approval, Withdrawable):
    """A party's consent to the exact content of an amendment."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="consents", verbose_name="avenant")

    objects = AmendmentRowQuerySet.as_manager()

    class Meta(Approval.Meta):
        verbose_name = "consentement à un avenant"
        constraints = [
            one_of_the_parties("contracts_amendment_consent_of_a_party"),
            one_consent_a_side("amendment", "contracts_one_amendment_consent_a_side"),
            nobody_consents_for_two("amendment", "contracts_nobody_amends_for_two"),
            withdrawn_with_reason("contracts_amendment_consent_withdrawn_with_reason"),
        ]

    def __str__(self):
        return f"{self.organisation_name}, {self.amendment}"


class AmendmentTransition(TransitionLog):
    """One change of state of an amendment."""

    subject = models.ForeignKey(Amendment, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition d’avenant"
        constraints = [reason_when_required(AMENDMENT_RULES, "contracts_amendment_reason_when_required")]

    def __str__(self):
        return f"{self.subject} : {self.transition}"
