"""Filters of the lists of health projects."""

import django_filters

from core.filters import BaseFilterSet, SearchFilter
from health_projects.enums import Decision, ProjectStatus
from health_projects.models import HealthProject


class ProjectFilter(BaseFilterSet):
    search = SearchFilter(fields=("cpts__name", "title"), label="CPTS", placeholder="Nom de la CPTS")
    status = django_filters.ChoiceFilter(label="état", choices=ProjectStatus.choices)
    decision = django_filters.ChoiceFilter(
        label="approbation", choices=[(Decision.EXPLICIT, "Expresse"), (Decision.TACIT, "Tacite")]
    )

    class Meta:
        model = HealthProject
        fields = ("search", "status", "decision")
