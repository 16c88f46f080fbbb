"""Filters of the dashboards: the portfolio, and what waits for me."""

from collections.abc import Iterable

import django_filters
from django import forms
from django.db.models import QuerySet

from contracts.enums import ContractStatus
from core import clock
from core.filters import BaseFilterSet, SearchFilter
from core.search import folded, words_of
from dashboards.enums import Subject
from dashboards.portfolio import CONTRACT, PROJECT, SIZES, scope_of
from dashboards.todo import Waiting
from health_projects.enums import ProjectStatus
from territories.models import Department

STATES = [
    ("Contrat", [(f"{CONTRACT}:{value}", label) for value, label in ContractStatus.choices if value != "ABANDONED"]),
    ("Projet de santé", [(f"{PROJECT}:{value}", label) for value, label in ProjectStatus.choices]),
]


def departments_of(request) -> QuerySet[Department]:
    """Return the départements of the CPTS in the actor's scope."""
    return Department.objects.filter(pk__in=scope_of(request.actor).values("departments")).order_by("code")


class PortfolioFilter(BaseFilterSet):
    """By words, département, state, size and delay."""

    q = SearchFilter(fields=("name", "contract_number"), label="CPTS ou contrat", placeholder="Nom ou numéro")
    departement = django_filters.ModelChoiceFilter(
        queryset=departments_of, field_name="departments", label="département", empty_label="Tous"
    )
    etat = django_filters.ChoiceFilter(choices=STATES, field_name="state", label="état", empty_label="Tous")
    taille = django_filters.ChoiceFilter(
        choices=[(size, f"Taille {size}") for size in SIZES], field_name="size", label="taille", empty_label="Toutes"
    )
    retard = django_filters.ChoiceFilter(
        choices=[("1", "Dialogue en retard"), ("0", "À jour")], label="délai", method="by_delay", empty_label="Tous"
    )

    def by_delay(self, queryset, name, value):
        return queryset.filter(is_late=value == "1")


class TodoForm(forms.Form):
    """The filter bar of the home page, for those who follow many dossiers."""

    q = forms.CharField(
        label="Dossier", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    objet = forms.ChoiceField(label="Objet", required=False, choices=[("", "Tous"), *Subject.choices])
    delai = forms.ChoiceField(
        label="Échéance", required=False, choices=[("", "Toutes"), ("retard", "En retard"), ("mois", "Sous 30 jours")]
    )


class TodoFilter:
    """Filter of things to do, which are values and not rows; printed by the same filter bar as the lists."""

    def __init__(self, data, waiting: Iterable[Waiting]):
        self.form = TodoForm(data or {})
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        self.is_used = any(chosen.values())
        self.items = [item for item in waiting if _is_kept(item, **chosen)] if self.is_used else list(waiting)


def _is_kept(item: Waiting, *, q: str = "", objet: str = "", delai: str = "") -> bool:
    if not all(word in folded(f"{item.dossier} {item.text}") for word in words_of(q)):
        return False
    if objet and item.subject != objet:
        return False
    if delai == "retard":
        return item.is_late
    return delai != "mois" or (item.due is not None and (item.due - clock.today()).days <= 30)
