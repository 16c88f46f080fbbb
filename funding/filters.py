"""Filters of the funding room."""

import django_filters as filters

from agreements.enums import PaymentKind
from core.filters import BaseFilterSet, DateFilter, SearchFilter
from funding.enums import PaymentStatus
from funding.models import Payment


class PaymentFilter(BaseFilterSet):
    """By words, state, nature and due date."""

    q = SearchFilter(fields=("contract__cpts__name", "contract__number", "reference"), label="CPTS, contrat, référence")
    status = filters.ChoiceFilter(
        choices=[choice for choice in PaymentStatus.choices if choice[0] != PaymentStatus.FORECAST], label="état"
    )
    kind = filters.ChoiceFilter(choices=PaymentKind.choices, label="nature")
    due_until = DateFilter(field_name="due_on", lookup_expr="lte", label="dû jusqu’au")

    class Meta:
        model = Payment
        fields = ()
