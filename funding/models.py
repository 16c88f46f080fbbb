"""What is owed and what was paid: statements that never change, and payments."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce

from agreements.enums import LineKind, MissionCode, PaymentKind
from agreements.explanations import payment_label
from agreements.models import AgreementVersion
from contracts.models import Contract, ContractScopedQuerySet
from core.actor import Actor
from core.enums import Side
from core.fields import MoneyField, StatusField
from core.models import Signed, TenantModel, TransitionLog
from core.money import format_euros
from documents.models import Document
from funding.enums import PaymentStatus

# R19: the states of what the CPTS owes.
ORDER_IN_A_DAY = ("contract", "year", "mission", "base", "line_kind", "pk")  # a bonus after what it raises
REPAYMENT_WORDS = {
    PaymentStatus.DUE: "À reverser",
    PaymentStatus.ORDERED: "Réclamé",
    PaymentStatus.PAID: "Encaissé",
}


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
    # None for a statement issued before each had a document of its own.
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décompte (PDF)"
    )

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
        return f"{LineKind(self.kind).label}\u00a0: {format_euros(self.amount)}"

    @property
    def label(self) -> str:
        return payment_label(self.mission, self.kind, self.base)

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies a line in its statement."""
        return (self.mission, self.kind, self.base)


class PaymentOrderQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "PaymentOrderQuerySet":
        """Return the orders of the actor's fund; all of them for a national observer; none otherwise."""
        match actor.side:
            case Side.FUND:
                return self.filter(organisation=actor.organisation_id)
            case Side.NATIONAL | Side.SYSTEM:
                return self.all()
            case _:
                return self.none()


class PaymentOrder(TenantModel, Signed):
    """The payments of a period that the accountant of a fund ordered at once: what the bank file holds."""

    number = models.PositiveIntegerField("numéro")
    first_day = models.DateField("du")
    last_day = models.DateField("au")
    ordered_on = models.DateField("ordonné le")
    total = MoneyField(verbose_name="total (€)")

    objects = PaymentOrderQuerySet.as_manager()

    class Meta:
        verbose_name = "bordereau d’ordonnancement"
        verbose_name_plural = "bordereaux d’ordonnancement"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="funding_one_order_a_number"),
            models.CheckConstraint(name="funding_order_days_in_order", condition=Q(last_day__gte=F("first_day"))),
        ]

    def __str__(self):
        return f"Bordereau n° {self.number}"


class PaymentQuerySet(ContractScopedQuerySet):
    def payable(self) -> "PaymentQuerySet":
        """Keep what the accountant may order and pay: due, and neither to deduct (R18) nor to repay (R19)."""
        return self.filter(status=PaymentStatus.DUE, amount__gt=0)

    def to_pay(self) -> "PaymentQuerySet":
        """Keep what was ordered and is not paid yet."""
        return self.filter(status=PaymentStatus.ORDERED)

    def awaiting_accountant(self) -> "PaymentQuerySet":
        """Keep what the accountant has still to order or to pay, or to claim and receive (R19)."""
        waiting = self.filter(status__in=[PaymentStatus.DUE, PaymentStatus.ORDERED])
        return waiting.filter(Q(amount__gt=0) | Q(kind=PaymentKind.REPAYMENT))

    def due_within(self, first_day: date, last_day: date) -> "PaymentQuerySet":
        """Keep what falls due between two days, both included."""
        return self.filter(due_on__range=(first_day, last_day))

    def waiting_first(self) -> "PaymentQuerySet":
        """Order what is to be ordered or paid by its day, then the rest, the latest first."""
        waits = Q(status__in=[PaymentStatus.DUE, PaymentStatus.ORDERED])
        return self.order_by(Case(When(waits, then=F("due_on"))).asc(nulls_last=True), "-due_on", *ORDER_IN_A_DAY)

    def totals(self) -> dict[str, Decimal]:
        """Return the euros due, ordered and paid, deductions made (R18), in one query."""
        states = (PaymentStatus.DUE, PaymentStatus.ORDERED, PaymentStatus.PAID)
        sums = {
            state.value.lower(): Coalesce(Sum("net_amount", filter=Q(status=state)), Decimal(0)) for state in states
        }
        return self.aggregate(**sums)


class Payment(TenantModel):
    """A payment whose condition is met: due, then ordered and paid by the fund's accountant.

    A negative amount is a sum to deduct from later payments (R18), or a repayment that the CPTS owes (R19).
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments", verbose_name="contrat")
    year = models.PositiveSmallIntegerField("année")
    kind = models.CharField("nature", max_length=12, choices=PaymentKind.choices)
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices, blank=True)
    line_kind = models.CharField("volet", max_length=20, choices=LineKind.choices)
    base = models.CharField("volet majoré", max_length=20, choices=LineKind.choices, blank=True)
    revision = models.PositiveSmallIntegerField("révision", default=1)
    due_on = models.DateField("dû le")
    amount = MoneyField(verbose_name="montant (€)")
    # What was deducted of it (R18), with the sign of `amount`: the rows of `Deduction` say from and to what.
    deducted = MoneyField(verbose_name="déduit (€)", default=Decimal("0.00"))
    net_amount = models.GeneratedField(
        expression=F("amount") - F("deducted"),
        output_field=MoneyField(),
        db_persist=True,
        verbose_name="à payer (€)",
    )
    explanation = models.TextField("calcul", blank=True)
    is_validated = models.BooleanField("chiffres validés", default=True)
    status = StatusField(PaymentStatus, verbose_name="état", default=PaymentStatus.DUE)
    ordered_on = models.DateField("ordonné le", null=True, blank=True)
    paid_on = models.DateField("payé le", null=True, blank=True)
    reference = models.CharField("référence", max_length=60, blank=True)
    cancel_reason = models.TextField("motif d’annulation", blank=True)
    order = models.ForeignKey(
        PaymentOrder, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="bordereau"
    )

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
                name="funding_deducted_within_amount",
                condition=Q(amount__gt=0, deducted__gte=0, deducted__lte=F("amount"))
                | Q(amount__lt=0, deducted__lte=0, deducted__gte=F("amount")),
            ),
            models.CheckConstraint(
                name="funding_offset_means_nothing_left",
                condition=~Q(status="OFFSET") | Q(deducted=F("amount")),
            ),
            models.CheckConstraint(
                name="funding_payment_dates_follow_status",
                condition=Q(status__in=["DUE", "OFFSET"], ordered_on__isnull=True, paid_on__isnull=True)
                | Q(status="ORDERED", ordered_on__isnull=False, paid_on__isnull=True)
                | (
                    Q(status="PAID", ordered_on__isnull=False, paid_on__isnull=False, paid_on__gte=F("ordered_on"))
                    & ~Q(reference="")
                )
                | (Q(status="CANCELLED") & ~Q(cancel_reason="")),
            ),
        ]

    def __str__(self):
        line = LineKind(self.line_kind).label.lower()
        return f"{PaymentKind(self.kind).label} ({line})\u00a0: {format_euros(self.amount)}"

    @property
    def label(self) -> str:
        return payment_label(self.mission, self.line_kind, self.base)

    @property
    def key(self) -> tuple[int, str, str, str, str, int]:
        """What identifies a payment in its contract: nothing is due twice."""
        return (self.year, self.kind, self.mission, self.line_kind, self.base, self.revision)

    @property
    def is_repayment(self) -> bool:
        """R19: the CPTS owes it to the fund."""
        return self.kind == PaymentKind.REPAYMENT

    @property
    def is_to_deduct(self) -> bool:
        """R18: paid in excess, it is deducted from later payments and never claimed back."""
        return self.amount < 0 and not self.is_repayment

    @property
    def status_words(self) -> str:
        """Return what the state is called where its own word would say that the fund owes money; empty otherwise."""
        if self.is_repayment:
            return REPAYMENT_WORDS.get(self.status, "")
        return "À déduire" if self.is_to_deduct and self.status == PaymentStatus.DUE else ""


class DeductionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "DeductionQuerySet":
        """Return the deductions of the payments that the actor sees."""
        return self.filter(target__in=Payment.objects.visible_to(actor))


class Deduction(TenantModel):
    """R18: euros of a negative balance deducted from a later payment; never changed."""

    source = models.ForeignKey(Payment, models.PROTECT, related_name="deductions_made", verbose_name="trop-perçu")
    target = models.ForeignKey(Payment, models.PROTECT, related_name="deductions_received", verbose_name="versement")
    amount = MoneyField(verbose_name="montant (€)")
    deducted_on = models.DateField("déduit le")

    objects = DeductionQuerySet.as_manager()

    class Meta:
        verbose_name = "déduction"
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="funding_one_row_a_deduction"),
            models.CheckConstraint(name="funding_deduction_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self):
        return f"{format_euros(self.amount)} déduits"


class PaymentTransition(TransitionLog):
    """One change of state of a payment."""

    subject = models.ForeignKey(Payment, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition de versement"
