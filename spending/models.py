"""What a CPTS tells of its money: its budget, what it spent, and whom it paid (R9, R20)."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Lower

from accounts.models import Organisation
from contracts.models import DURATION_YEARS, Contract, ContractScopedQuerySet
from core.actor import Actor
from core.enums import Side
from core.fields import MoneyField
from core.models import TenantModel
from documents.models import StoredFile
from spending.enums import Category, Envelope, ExpenseState, Profession


class Budget(TenantModel):
    """What a CPTS plans to spend in a contract year: its lines are replaced together."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="budgets", verbose_name="contrat")
    year = models.PositiveSmallIntegerField("année")
    lock_version = models.PositiveIntegerField("version de saisie", default=0)

    objects = ContractScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "budget"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "year"], name="spending_one_budget_a_year"),
            models.CheckConstraint(
                condition=Q(year__gte=1, year__lte=DURATION_YEARS), name="spending_budget_year_1_to_5"
            ),
        ]

    def __str__(self):
        return f"Budget de l’année {self.year}, {self.contract}"


class BudgetLineQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "BudgetLineQuerySet":
        """Return the lines of the budgets that the actor sees."""
        return self.filter(budget__in=Budget.objects.visible_to(actor))


class BudgetLine(TenantModel):
    """An amount planned for a category of an envelope. What is not planned has no line."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines", verbose_name="budget")
    envelope = models.CharField("enveloppe", max_length=24, choices=Envelope.choices)
    category = models.CharField("catégorie", max_length=16, choices=Category.choices)
    planned = MoneyField(verbose_name="prévu (€)")

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne de budget"
        constraints = [
            models.UniqueConstraint(fields=["budget", "envelope", "category"], name="spending_one_amount_a_line"),
            models.CheckConstraint(condition=Q(planned__gte=0), name="spending_planned_not_negative"),
        ]

    def __str__(self):
        return f"{Envelope(self.envelope).label}, {Category(self.category).label.lower()} : {self.planned}"


class ProfessionalQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ProfessionalQuerySet":
        """Return the professionals of the actor's CPTS, or of the CPTS whose contract the actor sees."""
        if actor.side == Side.CPTS:
            return self.filter(cpts=actor.organisation_id)
        return self.filter(cpts__in=Contract.objects.visible_to(actor).signed().values("cpts"))

    def with_received(self, year: int) -> "ProfessionalQuerySet":
        """Annotate `received`: the euros received from the CPTS in a calendar year, all contracts together (R20)."""
        counted = Q(
            expenses__cancelled_at__isnull=True,
            expenses__spent_on__gte=date(year, 1, 1),
            expenses__spent_on__lte=date(year, 12, 31),
        )
        return self.annotate(
            received=Coalesce(Sum("expenses__amount", filter=counted), Decimal(0), output_field=MoneyField())
        )

    def with_left(self, ceiling: Decimal | None) -> "ProfessionalQuerySet":
        """Annotate `ceiling` and `left` of the rows of `with_received`; both empty when the ceiling is not known."""
        known = Value(ceiling, output_field=MoneyField())
        left = ExpressionWrapper(known - F("received"), output_field=MoneyField())
        return self.annotate(ceiling=known, left=left)


class Professional(TenantModel):
    """Someone to whom a CPTS pays indemnities or a salary: a name and a profession, nothing on health."""

    cpts = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="CPTS")
    name = models.CharField("nom", max_length=120)
    profession = models.CharField("profession", max_length=24, choices=Profession.choices)

    objects = ProfessionalQuerySet.as_manager()

    class Meta:
        verbose_name = "professionnel"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "cpts",
                Lower("name"),
                name="spending_one_row_a_professional",
                violation_error_message="Ce nom est déjà dans la liste.",
            ),
        ]

    def __str__(self):
        return self.name


class ExpenseQuerySet(ContractScopedQuerySet):
    def counted(self) -> "ExpenseQuerySet":
        return self.filter(cancelled_at__isnull=True)

    def of_year(self, year: int) -> "ExpenseQuerySet":
        return self.filter(year=year)

    def with_receipt(self) -> "ExpenseQuerySet":
        """Annotate `has_receipt`."""
        return self.annotate(
            has_receipt=ExpressionWrapper(Q(receipt__isnull=False), output_field=models.BooleanField())
        )


class Expense(TenantModel):
    """What was paid on a day, out of an envelope of the contract year that holds this day.

    It is never changed: wrong, it is cancelled with a reason and another replaces it. Once the statement of its
    year is issued, neither (the database refuses it too).
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="expenses", verbose_name="contrat")
    year = models.PositiveSmallIntegerField("année")
    spent_on = models.DateField("payée le")
    envelope = models.CharField("enveloppe", max_length=24, choices=Envelope.choices)
    category = models.CharField("catégorie", max_length=16, choices=Category.choices)
    label = models.CharField("libellé", max_length=200)
    amount = MoneyField(verbose_name="montant (€)")
    is_off_purpose = models.BooleanField("hors de l’objet fléché", default=False)
    professional = models.ForeignKey(
        Professional,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="expenses",
        verbose_name="professionnel",
    )
    receipt = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="saisie par"
    )
    entered_at = models.DateTimeField("saisie le")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulée par"
    )
    cancel_reason = models.TextField("motif de l’annulation", blank=True)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        verbose_name = "dépense"
        ordering = ["-spent_on", "-created_at", "pk"]
        indexes = [models.Index(fields=["contract", "year"], name="spending_of_a_year")]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=1, year__lte=DURATION_YEARS), name="spending_expense_year_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="spending_amount_above_zero",
                violation_error_message="Le montant est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(is_off_purpose=False) | Q(envelope=Envelope.TRIAGE),
                name="spending_off_purpose_when_earmarked",
                violation_error_message="Seule une enveloppe fléchée peut être dépensée hors de son objet.",
            ),
            models.CheckConstraint(
                condition=~Q(category=Category.INDEMNITIES) | Q(professional__isnull=False),
                name="spending_indemnity_has_its_professional",
                violation_error_message="Indiquez le professionnel qui a reçu cette indemnité.",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="spending_cancelled_with_reason",
                violation_error_message="Indiquez le motif.",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def state(self) -> ExpenseState:
        return ExpenseState.CANCELLED if self.cancelled_at else ExpenseState.COUNTED
