"""What is owed and what was paid: statements that never change, and payments."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from agreements.enums import LineKind, MissionCode, PaymentKind
from agreements.models import AgreementVersion
from contracts.models import Contract, ContractScopedQuerySet
from core.actor import Actor
from core.fields import MoneyField, StatusField
from core.models import TenantModel, TransitionLog
from funding.enums import PaymentStatus


class Statement(TenantModel):
    """The statement of a contract year: issued once at the closing of its dialogue, never changed.

    A correction is a new revision. `inputs`, the agreement and the engine's version allow to recompute it.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="statements", verbose_name="contrat")
    year = models.PositiveSmallIntegerField("année")
    revision = models.PositiveSmallIntegerField("révision", default=1)
    agreement_version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+", verbose_name="accord")
    engine_version = models.CharField("version du calcul", max_length=20)
    inputs = models.JSONField("données du calcul")
    total = MoneyField(verbose_name="total (€)")
    content_hash = models.CharField("empreinte", max_length=64)
    issued_at = models.DateTimeField("émis le")

    objects = ContractScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "décompte annuel"
        ordering = ["year", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "year", "revision"], name="funding_one_row_a_revision")
        ]

    def __str__(self):
        return f"Décompte de l’année {self.year}, {self.contract}"


class StatementLineQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "StatementLineQuerySet":
        """Return the lines of the statements that the actor sees."""
        return self.filter(statement__in=Statement.objects.visible_to(actor))


class StatementLine(TenantModel):
    """One rounded line, with the rule that made it and its calculation."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", verbose_name="décompte")
    position = models.PositiveSmallIntegerField("rang")
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices, blank=True)
    kind = models.CharField("volet", max_length=20, choices=LineKind.choices)
    base = models.CharField("volet majoré", max_length=20, choices=LineKind.choices, blank=True)
    amount = MoneyField(verbose_name="montant (€)")
    rule = models.CharField("règle", max_length=8)
    explanation = models.TextField("calcul")
    is_validated = models.BooleanField("chiffres validés")

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne de décompte"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["statement", "position"], name="funding_one_row_a_line")]

    def __str__(self):
        return f"{LineKind(self.kind).label} : {self.amount}"


class PaymentQuerySet(ContractScopedQuerySet):
    def due(self) -> "PaymentQuerySet":
        return self.filter(status=PaymentStatus.DUE)

    def totals(self) -> dict[str, Decimal]:
        """Return the euros due, ordered and paid, in one query."""
        states = (PaymentStatus.DUE, PaymentStatus.ORDERED, PaymentStatus.PAID)
        sums = {state.value.lower(): Coalesce(Sum("amount", filter=Q(status=state)), Decimal(0)) for state in states}
        return self.aggregate(**sums)


class Payment(TenantModel):
    """A payment whose condition is met: due, then ordered and paid by the fund's accountant."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments", verbose_name="contrat")
    year = models.PositiveSmallIntegerField("année")
    kind = models.CharField("nature", max_length=12, choices=PaymentKind.choices)
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices, blank=True)
    line_kind = models.CharField("volet", max_length=20, choices=LineKind.choices)
    base = models.CharField("volet majoré", max_length=20, choices=LineKind.choices, blank=True)
    revision = models.PositiveSmallIntegerField("révision", default=1)
    due_on = models.DateField("dû le")
    amount = MoneyField(verbose_name="montant (€)")
    explanation = models.TextField("calcul", blank=True)
    status = StatusField(PaymentStatus, verbose_name="état", default=PaymentStatus.DUE)
    ordered_on = models.DateField("ordonné le", null=True, blank=True)
    paid_on = models.DateField("payé le", null=True, blank=True)
    reference = models.CharField("référence", max_length=60, blank=True)
    cancel_reason = models.TextField("motif d’annulation", blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "versement"
        ordering = ["due_on", "contract__number", "mission", "line_kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "year", "kind", "mission", "line_kind", "base", "revision"],
                name="funding_nothing_due_twice",
            ),
            models.CheckConstraint(name="funding_payment_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="funding_payment_dates_follow_status",
                condition=Q(status="DUE", ordered_on__isnull=True, paid_on__isnull=True)
                | Q(status="ORDERED", ordered_on__isnull=False, paid_on__isnull=True)
                | (
                    Q(status="PAID", ordered_on__isnull=False, paid_on__isnull=False, paid_on__gte=F("ordered_on"))
                    & ~Q(reference="")
                )
                | (Q(status="CANCELLED") & ~Q(cancel_reason="")),
            ),
        ]

    def __str__(self):
        return f"{PaymentKind(self.kind).label} {LineKind(self.line_kind).label} : {self.amount}"


class PaymentTransition(TransitionLog):
    """One change of state of a payment."""

    subject = models.ForeignKey(Payment, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition de versement"
