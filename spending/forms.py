"""Forms of the spending room."""

from decimal import Decimal

from django import forms

from contracts.models import Contract
from core.files import KINDS
from core.forms import ActionForm, DocumentField, FrenchDateField, MoneyField
from spending.assemblers import envelopes_of
from spending.enums import Category, Envelope, Profession
from spending.models import Expense, Professional

RECEIPT_MEGABYTES = 20


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
        label="payée le", help_text="La date du paiement : elle donne l’année contractuelle et l’année du plafond."
    )
    envelope = forms.ChoiceField(label="enveloppe")
    is_off_purpose = forms.BooleanField(
        label="dépensée hors de l’objet de l’enveloppe fléchée",
        required=False,
        help_text="L’argent du traitement et de l’orientation ne sert qu’à cela. Un écart est montré au dialogue "
        "annuel ; rien n’est retenu.",
    )
    category = forms.ChoiceField(label="catégorie", choices=Category.choices)
    label = forms.CharField(label="libellé", max_length=200, help_text="Par exemple : loyer de mars, journée qualité.")
    amount = MoneyField(label="montant payé (€)", min_value=Decimal("0.01"))
    professional = forms.ModelChoiceField(
        Professional.objects.none(),
        label="professionnel payé",
        required=False,
        empty_label="Aucun",
        help_text="Obligatoire pour une indemnité : ce qu’il reçoit dans l’année civile est plafonné (R20).",
    )
    receipt = ReceiptField(label="pièce", required=False)

    def __init__(self, *args, contract: Contract, **kwargs):
        super().__init__(*args, **kwargs)
        envelopes = envelopes_of(contract)
        self.fields["envelope"].choices = [(envelope.value, envelope.label) for envelope in envelopes]
        people = Professional.objects.visible_to(self.actor).filter(cpts=contract.cpts_id)
        self.fields["professional"].queryset = people
        if Envelope.TRIAGE not in envelopes:
            del self.fields["is_off_purpose"]


class ReplaceForm(ExpenseForm):
    """The right expense, and why the one before was wrong."""

    reason = forms.CharField(label="motif de la correction", widget=forms.Textarea(attrs={"rows": 2}))

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
