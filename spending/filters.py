"""Filters of the spending room."""

import django_filters as filters

from core.filters import BaseFilterSet, SearchFilter
from spending.enums import Category, Envelope, ExpenseState
from spending.models import Expense


class ExpenseFilter(BaseFilterSet):
    """By words, envelope, category, receipt."""

    q = SearchFilter(fields=("label", "professional__name"), label="libellé, professionnel")
    envelope = filters.ChoiceFilter(choices=Envelope.choices, label="enveloppe")
    category = filters.ChoiceFilter(choices=Category.choices, label="catégorie")
    receipt = filters.ChoiceFilter(
        choices=[("oui", "Jointe"), ("non", "Manquante")], label="pièce", method="by_receipt"
    )
    state = filters.ChoiceFilter(choices=ExpenseState.choices, label="état", method="by_state")

    class Meta:
        model = Expense
        fields = ()

    def by_receipt(self, queryset, name, value):
        return queryset.filter(receipt__isnull=value == "non")

    def by_state(self, queryset, name, value):
        return queryset.filter(cancelled_at__isnull=value == ExpenseState.COUNTED)
