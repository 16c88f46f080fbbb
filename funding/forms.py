"""Forms of the funding room."""

from django import forms

from core.forms import ActionForm, FrenchDateField


class PayForm(ActionForm):
    """When a payment was made, under which reference."""

    paid_on = FrenchDateField(label="date du virement")
    reference = forms.CharField(label="référence du virement", max_length=60)


class CancelForm(ActionForm):
    """Why a payment is cancelled."""

    reason = forms.CharField(label="motif de l’annulation", widget=forms.Textarea(attrs={"rows": 3}))
