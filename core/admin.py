"""The back office writes nothing that the journal does not keep."""

from django.contrib import admin

from core import audit
from core.models import AuditEvent


class AuditedAdmin(admin.ModelAdmin):
    """Base of every admin page: each write leaves an audit event."""

    def save_model(self, request, obj, form, change):
        before = {name: form.initial.get(name) for name in form.changed_data} if change else None
        super().save_model(request, obj, form, change)
        after = {name: form.cleaned_data.get(name) for name in form.changed_data}
        audit.record(request.actor, "admin.change" if change else "admin.add", obj, before=before, after=after)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            lines = [line.cleaned_data for line in formset.forms if line.has_changed()]
            audit.record(request.actor, "admin.change_lines", form.instance, after={"lines": lines})

    def delete_model(self, request, obj):
        audit.record(request.actor, "admin.delete", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            audit.record(request.actor, "admin.delete", obj)
        super().delete_queryset(request, queryset)


class ReadOnlyAdmin(admin.ModelAdmin):
    """A page to look at, never to write."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["sequence", "at", "user_name", "organisation_name", "action", "object_label"]
    list_filter = ["action", "side"]
    search_fields = ["user_name", "object_id", "object_label"]
    ordering = ["-sequence"]
