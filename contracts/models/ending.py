"""What ends a contract before its term (R19): who notified it, why, for which day, and the rates agreed on."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from agreements.enums import MissionCode
from contracts.enums import TerminationGround
from contracts.models.contract import Contract, ContractScopedQuerySet
from core.actor import Actor
from core.enums import PARTIES
from core.fingerprints import fingerprint
from core.models import (
    Approval,
    Signed,
    TenantModel,
    Withdrawable,
    nobody_consents_for_two,
    one_consent_a_side,
    one_of_the_parties,
    withdrawn_with_reason,
)


class Termination(TenantModel, Signed, Withdrawable):
    """The end of a contract, notified by a party (`Signed`) for a day: the first one without contract.

    A contract has one that stands at most (`Contract.termination`). Its terms are the ground, the day and the rates.
    """

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="terminations", verbose_name="contrat")
    ground = models.CharField("motif", max_length=16, choices=TerminationGround.choices)
    reason = models.TextField("raison")
    formal_notice_on = models.DateField("mise en demeure du", null=True, blank=True)
    notified_on = models.DateField("notifiée le")
    effective_on = models.DateField("premier jour sans contrat")
    settled_on = models.DateField("décompte de fin arrêté le", null=True, blank=True)

    objects = ContractScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "résiliation"
        ordering = ["at", "pk"]
        constraints = [
            one_of_the_parties("contracts_termination_of_a_party"),
            withdrawn_with_reason("contracts_termination_withdrawn_with_reason"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(withdrawn_at__isnull=True),
                name="contracts_one_termination",
                violation_error_message="La fin de ce contrat est déjà notifiée.",
            ),
            models.CheckConstraint(
                name="contracts_termination_dates_in_order", condition=Q(effective_on__gte=F("notified_on"))
            ),
            models.CheckConstraint(
                name="contracts_breach_after_formal_notice",
                condition=Q(ground="BREACH", formal_notice_on__isnull=False, formal_notice_on__lt=F("notified_on"))
                | (~Q(ground="BREACH") & Q(formal_notice_on__isnull=True)),
                violation_error_message="Un manquement, et lui seul, suit une mise en demeure.",
            ),
            models.CheckConstraint(name="contracts_termination_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self):
        return f"Fin du contrat {self.contract.number} au {self.effective_on:%d/%m/%Y}"

    @property
    def needs_accord(self) -> bool:
        """The three parties must agree for the contract to end."""
        return self.ground == TerminationGround.COMMON_ACCORD

    @property
    def is_firm(self) -> bool:
        """The contract ends on the day, unless it is withdrawn before."""
        return not self.needs_accord or self.is_agreed

    def rate_values(self) -> dict[str, Decimal]:
        """Return the rates on the table, by mission; `Contract.agreed_rates` gives them once they count."""
        return {row.mission: row.rate for row in self.rates.all()}

    def rates_read(self) -> dict[str, Decimal]:
        """Return the rates as their form shows them: in %, by name of field."""
        return {f"rate_{mission}": rate * 100 for mission, rate in self.rate_values().items()}

    @property
    def terms(self) -> Mapping:
        """What each party agrees on: plain JSON."""
        return {
            "contract": str(self.contract_id),
            "ground": self.ground,
            "effective_on": self.effective_on.isoformat(),
            "rates": {mission: f"{rate:f}" for mission, rate in sorted(self.rate_values().items())},
        }

    def standing_consents(self) -> list["TerminationConsent"]:
        """Return the consents given to the terms as they are."""
        digest = fingerprint(self.terms)
        given = [consent for consent in self.consents.all() if consent.withdrawn_at is None]
        return [consent for consent in given if consent.content_hash == digest]

    @property
    def is_agreed(self) -> bool:
        """The three parties agreed on the terms."""
        return len({consent.side for consent in self.standing_consents()}) == len(PARTIES)


class TerminationRowQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "TerminationRowQuerySet":
        """Return the rows of the terminations that the actor sees."""
        return self.filter(termination__in=Termination.objects.visible_to(actor))


class TerminationRate(TenantModel):
    """R19: the part of the variable amount of a mission that the year cut short earns, between 0 and 1."""

    termination = models.ForeignKey(Termination, models.CASCADE, related_name="rates", verbose_name="résiliation")
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices)
    rate = models.DecimalField("taux", max_digits=5, decimal_places=4)

    objects = TerminationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "taux de fin de contrat"
        ordering = ["mission"]
        constraints = [
            models.UniqueConstraint(fields=["termination", "mission"], name="contracts_one_rate_a_mission"),
            models.CheckConstraint(name="contracts_rate_0_to_1", condition=Q(rate__gte=0, rate__lte=1)),
        ]

    def __str__(self):
        return f"{MissionCode(self.mission).label} : {self.rate}"


class TerminationConsent(Approval, Withdrawable):
    """A party's consent to the terms of the end: the accord itself, or the rates of the year cut short."""

    termination = models.ForeignKey(Termination, models.CASCADE, related_name="consents", verbose_name="résiliation")

    objects = TerminationRowQuerySet.as_manager()

    class Meta(Approval.Meta):
        verbose_name = "accord sur la fin du contrat"
        constraints = [
            one_of_the_parties("contracts_termination_consent_of_a_party"),
            one_consent_a_side("termination", "contracts_one_termination_consent_a_side"),
            nobody_consents_for_two("termination", "contracts_nobody_ends_for_two"),
            withdrawn_with_reason("contracts_termination_consent_withdrawn_with_reason"),
        ]

    def __str__(self):
        return f"{self.organisation_name}, {self.termination}"
