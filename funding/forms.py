"""Forms of the funding room."""

from collections.abc import Iterable
from typing import Any

from django import forms

from core import clock
from core.form_fields import FrenchDateField, MoneyField
from core.forms import ActionForm, ReadValuesMixin
from funding.models import Payment
from funding.rules import check_paid_on


class PayForm(ActionForm):
    """When `payments` were made, under which reference."""

    paid_on = FrenchDateField(label="date du virement")
    reference = forms.CharField(label="référence du virement", max_length=60)

    def __init__(self, *args, payments: Iterable[Payment], **kwargs):
        self.payments = payments
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for payment in self.payments:
            days = {"ordered_on": payment.ordered_on, "today": clock.today()}
            self.hear(check_paid_on, cleaned.get("paid_on"), **days, of=["paid_on"])
        return cleaned


class PayOrderForm(PayForm):
    """The same for all that remains to pay of an order, whose total was read."""

    seen_total = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)


class CancelForm(ActionForm):
    """Why a payment is cancelled."""

    reason = forms.CharField(label="motif de l’annulation", widget=forms.Textarea(attrs={"rows": 3}))


class PeriodForm(ActionForm):
    """The days of an order, both included. Read from the address: showing what is due writes nothing."""

    first_day = FrenchDateField(label="dû à partir du")
    last_day = FrenchDateField(label="jusqu’au")

    def clean(self):
        cleaned = super().clean()
        first_day, last_day = cleaned.get("first_day"), cleaned.get("last_day")
        if first_day and last_day and last_day < first_day:
            self.add_error("last_day", "La période se termine avant de commencer.")
        if last_day and last_day > clock.today():
            self.add_error("last_day", "Un versement ne s’ordonne pas avant le jour où il est dû.")
        return cleaned


class OrderForm(PeriodForm):
    """What the accountant orders: the period, and the total that was read."""

    first_day = FrenchDateField(widget=forms.HiddenInput)
    last_day = FrenchDateField(widget=forms.HiddenInput)
    seen_total = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)


class LineStartForm(ReadValuesMixin, ActionForm):
    """From which day triage or the compensation of professionals counts (R9)."""

    starts_on = FrenchDateField(
        label="premier jour",
        help_text="Pas avant le démarrage de la mission, ni avant le premier jour de l’année contractuelle en cours. "
        "Une fois venu, il ne change plus.",
    )


class CompensationForm(ReadValuesMixin, ActionForm):
    """What the CPTS really paid to compensate professionals in a contract year (R9)."""

    amount = MoneyField(
        label="montant réellement payé (€)",
        help_text="La caisse paie ce montant, dans la limite du plafond de l’année. Écrivez 0 s’il n’y a rien eu.",
    )
