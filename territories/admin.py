"""Reference data in the back office: to look at; it is changed by loading new files."""

from django.contrib import admin
from django.db import models

from core.admin import ReadOnlyAdmin
from territories.models import (
    Commune,
    CommunePopulation,
    Department,
    Epci,
    FormerCommune,
    PopulationSource,
    Region,
    TerritoryLoad,
)


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ["code", "name"]


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "region"]
    list_select_related = ["region"]


@admin.register(Epci)
class EpciAdmin(ReadOnlyAdmin):
    list_display = ["siren", "name", "kind", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["siren", "name", "search_name"]


class CommunePopulationInline(admin.TabularInline):
    model = CommunePopulation
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Commune)
class CommuneAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "department", "epci", "is_active"]
    list_filter = ["is_active", "department__region"]
    list_select_related = ["department", "epci"]
    search_fields = ["code", "name", "search_name"]
    inlines = [CommunePopulationInline]


@admin.register(FormerCommune)
class FormerCommuneAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "current"]
    list_select_related = ["current"]
    search_fields = ["code", "name"]


@admin.register(PopulationSource)
class PopulationSourceAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "reference_year", "in_force_on", "licence", "is_confirmed"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


@admin.register(TerritoryLoad)
class TerritoryLoadAdmin(ReadOnlyAdmin):
    list_display = ["geography_year", "loaded_at", "digest"]
