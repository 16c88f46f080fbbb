"""Forms of the spending room."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from contracts.models import Contract
from core.errors import DomainError
from core.files import KINDS
from core.form_fields import DocumentField, FrenchDateField, JSONField, MoneyField
from core.forms import ActionForm, ReadValuesMixin, StaleFormMixin
from spending.assemblers import check_cap_of, check_day_of, check_envelope_of, envelopes_of
from spending.enums import Category, Envelope, Profession
from spending.models import Budget, Expense, Professional
from spending.rules import check_indemnity
from spending.sheets import Rows, fitted, rows_of

RECEIPT_MEGABYTES = 20
CHOOSE = ("", "Choisissez…")


class ReceiptField(DocumentField):
    """One file; returns (name, bytes), or None."""

    def __init__(self, **kwargs):
        super().__init__(kinds=tuple(KINDS), max_megabytes=RECEIPT_MEGABYTES, **kwargs)

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        return (file.name, file.read()) if file else None


class ExpenseForm(ActionForm):
    """What was paid, when, out of what, to whom."""

    spent_on = FrenchDateField(
        label="payée le", help_text="La date du paiement : elle donne l’année contractuelle et l’année du plafond."
    )
    envelope = forms.ChoiceField(label="enveloppe")
    is_off_purpose = forms.BooleanField(
        label="dépensée hors de l’objet de l’enveloppe fléchée",
        required=False,
        help_text="L’argent du traitement et de l’orientation ne sert qu’à cela. Un écart est montré au dialogue "
        "annuel ; rien n’est retenu.",
    )
    category = forms.ChoiceField(label="catégorie", choices=[CHOOSE, *Category.choices])
    label = forms.CharField(label="libellé", max_length=200, help_text="Par exemple : loyer de mars, journée qualité.")
    amount = MoneyField(label="montant payé (€)", min_value=Decimal("0.01"))
    professional = forms.ModelChoiceField(
        Professional.objects.none(),
        label="professionnel payé",
        required=False,
        empty_label="Aucun",
        help_text="Obligatoire pour une indemnité : ce qu’il reçoit dans l’année civile est plafonné (R20).",
    )
    receipt = ReceiptField(label="pièce", required=False)

    def __init__(self, *args, contract: Contract, **kwargs):
        super().__init__(*args, **kwargs)
        envelopes = envelopes_of(contract)
        self.fields["envelope"].choices = [CHOOSE, *((envelope.value, envelope.label) for envelope in envelopes)]
        people = Professional.objects.visible_to(self.actor).filter(cpts=contract.cpts_id)
        self.fields["professional"].queryset = people
        if Envelope.TRIAGE not in envelopes:
            del self.fields["is_off_purpose"]
        self.contract = contract

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.contract.signed_on is not None:
            self._check_with_the_rest(cleaned)
        return cleaned

    def _check_with_the_rest(self, told: dict[str, Any]) -> None:
        """Ask what the action will ask: whoever corrects a field reads at once what to correct in the others."""
        day = told.get("spent_on")
        self.hear(check_day_of, self.contract, day, of=["spent_on"])
        paid = {"category": told.get("category"), "has_professional": told.get("professional") is not None}
        self.hear(check_indemnity, **paid, of=["category", "professional"])
        year = None if "spent_on" in self.errors else self.contract.year_on(day)
        facts = paid | {"is_off_purpose": told.get("is_off_purpose", False)}
        self.hear(check_envelope_of, self.contract, year, told.get("envelope"), **facts, of=["envelope"])
        if told.get("professional"):
            self._check_cap(told)

    def _check_cap(self, told: dict[str, Any]) -> None:
        paid = (told["professional"], told.get("spent_on"), told.get("amount"))
        self.hear(check_cap_of, self.contract, *paid, of=["spent_on", "amount"])


class ReplaceForm(ExpenseForm):
    """The right expense, and why the one before was wrong."""

    reason = forms.CharField(label="motif de la correction", widget=forms.Textarea(attrs={"rows": 2}))

    def _check_cap(self, told: dict[str, Any]) -> None:
        """The action counts it, once the expense before counts no more."""

    @staticmethod
    def values_of(expense: Expense) -> dict:
        """Return what an expense tells, as the form shows it."""
        names = ("spent_on", "envelope", "is_off_purpose", "category", "label", "amount")
        return {name: getattr(expense, name) for name in names} | {"professional": expense.professional_id}


class CancelForm(ActionForm):
    """Why an expense is cancelled."""

    reason = forms.CharField(label="motif de l’annulation", widget=forms.Textarea(attrs={"rows": 3}))


class ReceiptForm(ActionForm):
    """The receipt of an expense."""

    receipt = ReceiptField(label="pièce")


class ProfessionalForm(ActionForm):
    """Someone whom the CPTS pays: a name, a profession, nothing else."""

    name = forms.CharField(label="nom", max_length=120, help_text="Le nom et le prénom, rien sur la santé de personne.")
    profession = forms.ChoiceField(label="profession", choices=Profession.choices)


class CorrectionForm(ReadValuesMixin, ProfessionalForm):
    """The same for someone already listed."""


class BudgetForm(StaleFormMixin, ActionForm):
    """The budget of a year as a grid: a line per envelope, a column per category. An empty cell plans nothing."""

    keeps_version = True

    def __init__(self, *args, contract: Contract, year: int, budget: Budget | None = None, **kwargs):
        planned = {f"{line.envelope}-{line.category}": line.planned for line in (budget.lines.all() if budget else ())}
        version = budget.lock_version if budget else 0
        super().__init__(*args, initial=planned, current_version=version, current_values=planned, **kwargs)
        self.envelopes = envelopes_of(contract, year)
        for envelope in self.envelopes:
            for category in Category:
                self.fields[f"{envelope}-{category}"] = _cell(envelope, category)

    @property
    def rows(self) -> list[tuple[Envelope, list]]:
        """Return each envelope with its bound fields, in the order of the categories."""
        return [
            (envelope, [(category, self[f"{envelope}-{category}"]) for category in Category])
            for envelope in self.envelopes
        ]

    @property
    def totals(self) -> list[tuple[str, Decimal]]:
        """Return the euros of each envelope that plans something, as they are typed; what is no amount counts for
        nothing."""
        sums = [(envelope.label, sum(map(self._typed, cells), Decimal(0))) for envelope, cells in self.rows]
        return [(label, amount) for label, amount in sums if amount]

    @property
    def total(self) -> Decimal:
        """Return the euros of the whole grid, as they are typed."""
        return sum((amount for _label, amount in self.totals), Decimal(0))

    def _typed(self, cell: tuple) -> Decimal:
        bound = cell[1]
        try:
            return bound.field.clean(bound.value()) or Decimal(0)
        except forms.ValidationError:
            return Decimal(0)

    def clean(self):
        cleaned = super().clean()
        amounts = {
            (envelope.value, category.value): cleaned[f"{envelope}-{category}"]
            for envelope in self.envelopes
            for category in Category
            if cleaned.get(f"{envelope}-{category}") is not None
        }
        return {"amounts": amounts, "version": cleaned.get("version", "")}


def _cell(envelope: Envelope, category: Category) -> MoneyField:
    label = f"{envelope.label}, {category.label.lower()}"
    field = MoneyField(label=label, required=False)
    field.widget.attrs |= {"class": "form-control", "aria-label": label}
    return field


class SheetForm(ActionForm):
    """The template that comes back: `rows` are its cells, as text."""

    file = DocumentField(kinds=("xlsx", "csv"), max_megabytes=5, label="fichier rempli")

    def __init__(self, *args, heads: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.heads = heads

    def clean(self):
        cleaned = super().clean()
        if file := cleaned.get("file"):
            try:
                cleaned["rows"] = rows_of(file.name, file.read(), self.heads)
            except DomainError as error:
                self.add_error("file", error.message)
        return cleaned


class RowsForm(forms.Form):
    """The cells of a file that was checked, to save them: they are checked again. `version` is that of a budget."""

    rows = JSONField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, heads: Sequence[str], **kwargs):
        super().__init__(*args, auto_id="saved_%s", **kwargs)
        self.heads = heads

    def clean_rows(self) -> Rows:
        rows = self.cleaned_data["rows"]
        is_table = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
        if not is_table or not all(isinstance(cell, str) for row in rows for cell in row):
            raise forms.ValidationError("Déposez à nouveau le fichier.")
        try:
            return fitted(rows, self.heads)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
