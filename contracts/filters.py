"""Filters of the list of contracts."""

import django_filters

from contracts.enums import ContractStatus
from contracts.models import Contract
from core.filters import BaseFilterSet, SearchFilter


class ContractFilter(BaseFilterSet):
    search = SearchFilter(fields=("number", "cpts__name"), placeholder="CPTS ou numéro")
    status = django_filters.ChoiceFilter(
        label="état", choices=ContractStatus.choices, empty_label="Tous", field_name="status"
    )
    size = django_filters.ChoiceFilter(
        label="taille", choices=[(size, f"Taille {size}") for size in (1, 2, 3, 4)], empty_label="Toutes"
    )

    class Meta:
        model = Contract
        fields = ("search", "status", "size")
