"""Back office of the agreement versions, the national indicators and the ceilings."""

from dataclasses import replace

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from agreements.agreement import check_agreement
from agreements.enums import LineKind, MissionCode
from agreements.models import (
    AgreementLine,
    AgreementMission,
    AgreementSize,
    AgreementSource,
    AgreementVersion,
    NationalIndicator,
    Pass,
)
from core.admin import AuditedAdmin, LineMixin
from core.errors import DomainError
from core.rows import LineFormSet


class AmountFormSet(LineFormSet):
    """Amounts corrected by hand must still add up to the published totals (R2)."""

    def clean(self):
        super().clean()
        if any(self.errors) or self.instance.pk is None:
            return
        kept = [form.instance for form in self.forms if form.instance.kind and form not in self.deleted_forms]
        try:
            current = AgreementVersion.objects.with_rows().get(pk=self.instance.pk).unchecked_value()
            check_agreement(replace(current, lines=tuple(line.as_value() for line in kept)))
        except DomainError as error:
            raise ValidationError(error.message) from error


class LineInline(LineMixin, admin.TabularInline):
    model = AgreementLine
    formset = AmountFormSet
    fields = ["mission", "kind", "size", "amount", "is_validated", "note"]


class MissionInline(LineMixin, admin.TabularInline):
    model = AgreementMission


class SizeInline(LineMixin, admin.TabularInline):
    model = AgreementSize


class SourceInline(LineMixin, admin.TabularInline):
    model = AgreementSource


@admin.register(AgreementVersion)
class AgreementVersionAdmin(AuditedAdmin):
    list_display = ["code", "label", "takes_effect_on", "validated"]
    search_fields = ["code", "label"]
    inlines = [SizeInline, MissionInline, LineInline, SourceInline]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """The lines are ticked by their names: nobody types their codes."""
        if db_field.name != "bonus_kinds":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.MultipleChoiceField(
            choices=LineKind.choices, widget=forms.CheckboxSelectMultiple, required=False, label="Lignes majorées"
        )

    def get_queryset(self, request):
        return super().get_queryset(request).with_rows()

    @admin.display(description="confirmée", boolean=True)
    def validated(self, version):
        return all(line.is_validated for line in version.lines.all())


def _mission_choices() -> list[tuple[str, str]]:
    """Each mission once, as the latest version names it."""
    missions = AgreementMission.objects.order_by("version__takes_effect_on", "order").values_list("code", "label")
    return [("", "Choisissez"), *dict(missions).items()]


@admin.register(NationalIndicator)
class NationalIndicatorAdmin(AuditedAdmin):
    list_display = ["code", "label", "mission", "direction", "owner"]
    search_fields = ["code", "label"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A mission is chosen by its name, among those of every version."""
        if db_field.name != "mission_code":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.ChoiceField(choices=_mission_choices, label="Mission")

    @admin.display(description="mission", ordering="mission_code")
    def mission(self, indicator):
        return dict(MissionCode.choices).get(indicator.mission_code, indicator.mission_code)


@admin.register(Pass)
class PassAdmin(AuditedAdmin):
    list_display = ["year", "amount", "is_validated", "source"]
