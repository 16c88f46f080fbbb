"""Filters of the dialogues room."""

import django_filters as filters

from core import clock
from core.filters import BaseFilterSet, SearchFilter
from dialogues.enums import DialogueKind, DialogueStatus
from dialogues.models import ManagementDialogue


class DialogueFilter(BaseFilterSet):
    """By words, kind, state, and the late ones."""

    q = SearchFilter(fields=("contract__cpts__name", "contract__number"), label="CPTS, contrat")
    kind = filters.ChoiceFilter(choices=DialogueKind.choices, label="nature")
    status = filters.ChoiceFilter(choices=DialogueStatus.choices, label="état")
    late = filters.ChoiceFilter(choices=[("1", "En retard")], label="délai", method="only_late")

    class Meta:
        model = ManagementDialogue
        fields = ()

    def only_late(self, queryset, name, value):
        return queryset.late(clock.today())
