"""The contract of three parties: its content, its lifecycle, and the consents it received."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Organisation, PartyScopedQuerySet
from agreements.agreement import Agreement
from agreements.enums import MissionCode
from agreements.models import AgreementVersion
from contracts.enums import ContractStatus, SigningOrder
from contracts.lifecycle import RULES, SIGNED, Transition
from contracts.rules import DURATION_YEARS
from core.actor import Actor
from core.dates import anniversary
from core.enums import PARTIES, Side
from core.fields import StatusField
from core.models import (
    Approval,
    Signed,
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
from health_projects.models import HealthProject

OPEN_STATUSES = [
    ContractStatus.DRAFT,
    ContractStatus.NEGOTIATION,
    ContractStatus.AGREED,
    ContractStatus.SIGNING,
]


ENDING_ROWS = ("terminations__rates", "terminations__consents")
AMENDMENT_ROWS = ("amendments__agreement_version",)


class ContractQuerySet(PartyScopedQuerySet):
    def visible_to(self, actor: Actor) -> "ContractQuerySet":
        """Return the contracts of the actor's organisation; one never sent to negotiation is its CPTS's alone."""
        rows = super().visible_to(actor)
        return rows if actor.side in (Side.CPTS, Side.SYSTEM) else rows.shared()

    def shared(self) -> "ContractQuerySet":
        """Keep the contracts that the authorities have received."""
        opened = ContractTransition.objects.filter(subject=OuterRef("pk"), transition=Transition.OPEN_NEGOTIATION)
        kept = self.exclude(status=ContractStatus.DRAFT)
        return kept.exclude(Q(status=ContractStatus.ABANDONED) & ~Exists(opened))

    def signed(self) -> "ContractQuerySet":
        return self.filter(signed_on__isnull=False)

    def active(self) -> "ContractQuerySet":
        return self.filter(status=ContractStatus.ACTIVE)

    def ending_on(self, today: date) -> "ContractQuerySet":
        """R19: return the contracts in force whose notified end has come."""
        return self.active().filter(terminations__withdrawn_at__isnull=True, terminations__effective_on__lte=today)

    def for_funding(self) -> "ContractQuerySet":
        """Fetch, in a constant number of queries, what the computation of what is owed reads."""
        return self.select_related("cpts", "ars", "fund", "agreement_version").prefetch_related(
            "missions", "years__programme", "crises", "statements", "payments", *ENDING_ROWS, *AMENDMENT_ROWS
        )

    def expired_on(self, today: date) -> "ContractQuerySet":
        """R3: return the contracts in force whose last day has passed."""
        return self.active().filter(ends_on__lte=today)

    def awaiting_signature(self) -> "ContractQuerySet":
        return self.filter(status__in=[ContractStatus.AGREED, ContractStatus.SIGNING])

    def with_parties(self) -> "ContractQuerySet":
        return self.select_related("cpts", "ars", "fund")

    def with_page(self) -> "ContractQuerySet":
        """Load what the pages of one contract read, in a fixed number of queries."""
        related = ("health_project", "agreement_version", "document__file")
        return self.with_parties().select_related(*related).prefetch_related("missions", *ENDING_ROWS, *AMENDMENT_ROWS)


class Contract(TenantModel):
    """The tripartite contract of a CPTS, its ARS and its fund (CSP, L. 1434-12-2)."""

    number = models.CharField("numéro", max_length=20, unique=True)
    cpts = models.ForeignKey(Organisation, models.PROTECT, related_name="contracts", verbose_name="CPTS")
    ars = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="ARS")
    fund = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="caisse")
    health_project = models.ForeignKey(
        HealthProject, models.PROTECT, related_name="contracts", verbose_name="projet de santé"
    )
    status = StatusField(ContractStatus, verbose_name="état", default=ContractStatus.DRAFT)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)
    local_clauses = models.TextField("clauses locales", blank=True)
    member_count = models.PositiveIntegerField("adhérents", default=0)
    signing_order = StatusField(SigningOrder, verbose_name="ordre des signatures", default=SigningOrder.TOGETHER)
    # Recorded at the SIGNATURE dialogue and fixed at AGREED (design §3).
    planning_closed_on = models.DateField("dialogue de signature clos le", null=True, blank=True)
    agreement_version = models.ForeignKey(
        AgreementVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="accord"
    )
    population = models.PositiveIntegerField("population", null=True, blank=True)
    population_year = models.PositiveSmallIntegerField("année de la population", null=True, blank=True)
    size = models.PositiveSmallIntegerField("taille", null=True, blank=True)
    agreed_on = models.DateField("convenu le", null=True, blank=True)
    agreed_hash = models.CharField("empreinte du contenu convenu", max_length=64, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    signed_on = models.DateField("signé le", null=True, blank=True)
    ends_on = models.DateField("échéance", null=True, blank=True)
    terminated_on = models.DateField("résilié le", null=True, blank=True)

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat"
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cpts"],
                condition=Q(status__in=[*OPEN_STATUSES, ContractStatus.ACTIVE]),
                name="contracts_one_running_contract",
                violation_error_message="Cette CPTS a déjà un contrat en cours.",
            ),
            models.CheckConstraint(
                name="contracts_signed_means_dates",
                condition=Q(
                    status__in=["ACTIVE", "EXPIRED", "TERMINATED"],
                    signed_on__isnull=False,
                    ends_on__isnull=False,
                )
                | (
                    ~Q(status__in=["ACTIVE", "EXPIRED", "TERMINATED"]) & Q(signed_on__isnull=True, ends_on__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="contracts_agreed_means_fixed",
                condition=~Q(status__in=["AGREED", "SIGNING", "ACTIVE", "EXPIRED", "TERMINATED"])
                | Q(
                    agreement_version__isnull=False,
                    population__isnull=False,
                    size__isnull=False,
                    agreed_on__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="contracts_terminated_after_signature",
                condition=Q(status="TERMINATED", terminated_on__isnull=False, terminated_on__gt=F("signed_on"))
                | (~Q(status="TERMINATED") & Q(terminated_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="contracts_size_1_to_4", condition=Q(size__isnull=True) | Q(size__gte=1, size__lte=4)
            ),
        ]

    def __str__(self):
        return f"Contrat {self.number}"

    @property
    def is_signed(self) -> bool:
        return self.status in SIGNED

    @property
    def termination(self):
        """Return the end of the contract that was notified, or that took place (`Termination`); None without one."""
        return next((row for row in self.terminations.all() if row.withdrawn_at is None), None)

    @property
    def expected_end(self) -> date:
        """Return the first day without contract as it is known now: the end that took place or is firm, or the term."""
        termination = self.termination
        return termination.effective_on if termination and termination.is_firm else self.ends_on

    def agreed_rates(self) -> dict[str, Decimal]:
        """R19: return the rate of each mission for the year cut short, once the three parties agreed on them."""
        termination = self.termination
        return termination.rate_values() if termination and termination.is_agreed else {}

    def amendments_in_force(self) -> list:
        """Return the signed amendments, in their order: each counts from its `takes_effect_on`."""
        return [amendment for amendment in self.amendments.all() if amendment.is_in_force]

    def amended_sizes(self) -> dict[int, int]:
        """R18: return the sizes that amendments set, by the contract year from which they count."""
        return {row.takes_effect_year: row.new_size for row in self.amendments_in_force() if row.new_size}

    def agreement_in(self, year: int) -> AgreementVersion:
        """R2: return the version of the national agreement that applies in a contract year."""
        version = self.agreement_version
        for row in sorted(self.amendments_in_force(), key=lambda row: row.takes_effect_year or 0):
            if row.agreement_version_id and row.takes_effect_year <= year:
                version = row.agreement_version
        return version

    def agreements_by_year(self) -> dict[int, Agreement]:
        """R2: return the versions that amendments brought, by the contract year from which they apply."""
        return {
            row.takes_effect_year: row.agreement_version.as_value()
            for row in self.amendments_in_force()
            if row.agreement_version_id
        }

    @property
    def parties(self) -> list[Organisation]:
        """Return the three organisations, in the order in which they are named."""
        return [self.cpts, self.ars, self.fund]

    @property
    def circuit(self) -> list[list[Organisation]]:
        """Return who signs its documents, step after step."""
        return [[self.party(side) for side in step] for step in self.signing_order.steps]

    def party(self, side: Side) -> Organisation:
        """Return the organisation of a party."""
        return getattr(self, side.value.lower())

    def party_id(self, side: Side):
        """Return the key of the organisation of a party, None for a side that is not one."""
        return getattr(self, f"{side.value.lower()}_id") if side in PARTIES else None

    def anniversary(self, number: int) -> date:
        """Return anniversary `number` (R3); the contract must be signed."""
        return anniversary(self.signed_on, number)

    def end_of_year(self, number: int) -> date:
        """Return the first day after contract year `number`: the next anniversary, or the end inside it (R19)."""
        return min(self.anniversary(number), self.terminated_on or date.max)

    def crisis_opens_right(self, declared_on: date) -> bool:
        """R10: the mission of health crises had started when the authorities declared one."""
        return self.missions.filter(mission=MissionCode.HEALTH_CRISIS, started_on__lte=declared_on).exists()

    def is_cut_short(self, number: int) -> bool:
        """R19: the contract ended inside contract year `number`."""
        return self.end_of_year(number) < self.anniversary(number)

    @property
    def last_year(self) -> int:
        """R19: the last contract year that exists, of a signed contract."""
        return self.year_on((self.terminated_on or self.ends_on) - timedelta(days=1))

    def year_on(self, day: date) -> int:
        """Return the contract year (1 to 5) that holds `day`, the last one after the end (R3)."""
        passed = sum(1 for n in range(1, DURATION_YEARS) if self.anniversary(n) <= day)
        return passed + 1


class ContractScopedQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ContractScopedQuerySet":
        """Return the rows of the contracts that the actor sees."""
        return self.filter(contract__in=Contract.objects.visible_to(actor))


class Consent(Approval, Withdrawable):
    """A party's consent to the exact content of the contract; a change of content withdraws it, visibly."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="consents", verbose_name="contrat")

    class Meta(Approval.Meta):
        verbose_name = "consentement"
        constraints = [
            one_of_the_parties("contracts_consent_of_a_party"),
            one_consent_a_side("contract", "contracts_one_consent_a_side"),
            nobody_consents_for_two("contract", "contracts_nobody_consents_for_two"),
            withdrawn_with_reason("contracts_withdrawn_with_reason"),
        ]

    def __str__(self):
        return f"{self.organisation_name}, {self.contract}"


class ContractTransition(TransitionLog):
    """One change of state of a contract."""

    subject = models.ForeignKey(Contract, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition de contrat"
        constraints = [reason_when_required(RULES, "contracts_reason_when_required")]

    def __str__(self):
        return f"{self.subject} : {self.transition}"


class CrisisDeclaration(Signed):
    """A serious health crisis declared by the authorities on a territory (R10)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="crises", verbose_name="contrat")
    declared_on = models.DateField("déclarée le")
    label = models.CharField("crise", max_length=200)

    class Meta:
        verbose_name = "déclaration de crise"
        ordering = ["declared_on", "at", "pk"]

    def __str__(self):
        return self.label
