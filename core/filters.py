"""Filters of the lists: French labels, one line, a search that takes words in any order."""

from collections.abc import Sequence

import django_filters
from django import forms
from django.utils.text import capfirst

from core.form_fields import FrenchDateField
from core.search import holding


class SearchFilter(django_filters.CharFilter):
    """Keep the rows where each word, accents or not, is in one of `fields`: `SearchFilter(fields=("name",))`."""

    def __init__(self, fields: Sequence[str], label: str = "Rechercher", placeholder: str = "", **kwargs):
        self.fields = tuple(fields)
        widget = forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "autocomplete": "off"})
        widget.input_type = "search"
        super().__init__(label=label, widget=widget, max_length=200, **kwargs)

    def filter(self, queryset, value):
        return queryset.filter(holding(value, self.fields)) if value else queryset


class DateFilter(django_filters.DateFilter):
    """A date as the forms read it, with their sentence for what is not one."""

    field_class = FrenchDateField


class BaseFilterSet(django_filters.FilterSet):
    """Base of the filters of a list. Choices that are rows must be scoped: read `self.request.actor`."""

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None):
        super().__init__(data, queryset, request=request, prefix=prefix)
        for field in self.form.fields.values():
            field.label = capfirst(field.label or "")
            field.help_text = ""
            if isinstance(field, forms.ModelChoiceField) and field.empty_label:
                field.empty_label = "Tous"
            field.widget.attrs.pop("required", None)
