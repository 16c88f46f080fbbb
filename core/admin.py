"""The back office writes nothing that the journal does not keep."""

from collections import Counter

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst

from core import audit, journal
from core.deletion import show_deletion, typed_in
from core.fingerprints import fingerprint
from core.locking import read_locked
from core.models import AuditEvent
from core.printable import refuse_unprintable
from core.rows import LineForm, LineFormSet, RowForm
from core.search import holding

READ = "lu"
CHANGED_BEFORE_DELETION = (
    "Quelqu’un a modifié entre-temps ce que vous alliez supprimer : relisez la liste avant de confirmer."
)


class FrenchTitles:
    """The titles of the pages as French says them: Django joins a verb and a name that do not agree."""

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        name = capfirst(self.opts.verbose_name)
        title = name if object_id else f"Ajouter\u00a0: {self.opts.verbose_name}"
        return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})


class PlainSearch:
    """The search box of a list, as the lists of the portal search: accents do not count."""

    def get_search_results(self, request, queryset, search_term):
        fields = self.get_search_fields(request)
        return (queryset.filter(holding(search_term, fields)) if fields else queryset), False


class LineMixin:
    """Base of the rows edited inside the page of another: `class LineInline(LineMixin, admin.TabularInline)`."""

    form = LineForm
    formset = LineFormSet
    extra = 0

    def get_fields(self, request, obj=None):
        """What each row was when it was read goes with it; whose row it is never changes, nor counts as read."""
        apart = {field.name for field in self.opts.fields if field.related_model is self.parent_model}
        names = [name for name in super().get_fields(request, obj) if name not in apart | {LineForm.version_name}]
        return [*names, LineForm.version_name] if self.has_change_permission(request, obj) else names

    def get_queryset(self, request):
        """With what a row names: it is told in words when someone else changed it."""
        linked = [field.name for field in self.opts.fields if field.many_to_one]
        return super().get_queryset(request).select_related(*linked)


class AuditedAdmin(FrenchTitles, PlainSearch, admin.ModelAdmin):
    """Base of every admin page: each write leaves an audit event, and none covers another unseen."""

    form = RowForm

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Names and clauses of the back office are printed too."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            refuse_unprintable(field)
        return field

    def get_object(self, request, object_id, from_field=None):
        """A row about to be written is held first: what the page shows is compared with it, and nobody writes after."""
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST":
            return row
        try:
            return read_locked(self.get_queryset(request), row.pk)
        except self.model.DoesNotExist:  # deleted while we waited
            return None

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """What was typed about a row deleted meanwhile is shown, and added again where nothing went with the row."""
        if request.method != "POST" or "post" in request.POST:  # the confirmation of a deletion sends `post`
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        names = f"admin:{opts.app_label}_{opts.model_name}"
        lines = {formset.get_default_prefix(): formset.form for formset, _ in self.get_formsets_with_inlines(request)}
        typed = typed_in(request, self.get_form(request), lines)
        add = reverse(f"{names}_add") if not lines and self.has_add_permission(request) else ""
        return show_deletion(request, self.model, object_id, typed, back=reverse(f"{names}_changelist"), add=add)

    def save_model(self, request, obj, form, change):
        before = {name: form.current_values.get(name) for name in form.changed_data} if change else None
        super().save_model(request, obj, form, change)
        after = {name: form.cleaned_data.get(name) for name in form.changed_data}
        audit.record(request.actor, "admin.change" if change else "admin.add", obj, before=before, after=after)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            lines = [line for line in formset.forms if line.has_changed()]
            before, after = [list(map(told, lines)) for told in (_line_before, _line_after)]
            audit.record(
                request.actor, "admin.change_lines", form.instance, before={"lines": before}, after={"lines": after}
            )

    def delete_view(self, request, object_id, extra_context=None):
        """What is deleted is what the confirmation showed, told in its address: changed since, it is shown again."""
        row = self.get_object(request, unquote(object_id))
        extra_context = {"title": f"Supprimer\u00a0: {self.opts.verbose_name}", **(extra_context or {})}
        if row is None or not self.has_delete_permission(request, row):
            return super().delete_view(request, object_id, extra_context)
        shown = self.get_form(request, row, change=True)(instance=row).current_version
        # With the nested list that the confirmation prints: what would go with the row counts as read too.
        read = fingerprint({"row": shown, "deleted": str(self.get_deleted_objects([row], request)[0])})
        if request.GET.get(READ) == read:
            return super().delete_view(request, object_id, extra_context)
        if request.method == "POST":
            messages.warning(request, CHANGED_BEFORE_DELETION)
        query = request.GET.copy()
        query[READ] = read
        return redirect(f"{request.path}?{query.urlencode()}")

    def get_deleted_objects(self, objs, request):
        """What forbids a deletion is counted by kind: hundreds of rows, which have no name for a reader, say less."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        kinds = Counter(str(line).partition(":")[0] for line in protected)
        return deleted, counts, lacking, [f"{kind}\u00a0: {number}" for kind, number in kinds.most_common()]

    def delete_model(self, request, obj):
        audit.record(request.actor, "admin.delete", obj)
        super().delete_model(request, obj)

    def get_actions(self, request):
        """Without the deletion of many rows at once: nobody reads again what colleagues wrote in each of them."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}


def _line_before(form) -> dict:
    return _line(form, {name: form.current_values.get(name) for name in form.changed_data if form.current_values})


def _line_after(form) -> dict:
    return _line(form, {name: form.cleaned_data.get(name) for name in form.changed_data})


def _line(form, values: dict) -> dict:
    return {"model": form._meta.model._meta.label, "row": str(form.instance), **values}


class ReadOnlyAdmin(FrenchTitles, PlainSearch, admin.ModelAdmin):
    """A page to look at, never to write."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ActionFilter(admin.SimpleListFilter):
    """What was done, in the words of the list: only what the journal holds."""

    title = "action"
    parameter_name = "action"
    template = "admin/partials/closed_filter.html"

    def lookups(self, request, model_admin):
        codes = AuditEvent.objects.order_by().values_list("action", flat=True).distinct()
        return sorted(((code, journal.spoken(code)) for code in codes), key=lambda choice: choice[1])

    def queryset(self, request, queryset):
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["sequence", "at", "user_name", "organisation_name", "spoken_action", "object_label"]
    list_filter = ["side", ActionFilter]
    search_fields = ["user_name", "object_id", "object_label"]
    ordering = ["-sequence"]
    list_per_page = 50
    fields = [
        "sequence", "at", "user_name", "organisation_name", "side", "spoken_action", "spoken_object",
        "fields_before", "fields_after", "object_id", "user_id", "organisation_id", "previous_hash", "hash",
    ]  # fmt: skip

    @admin.display(description="action", ordering="action")
    def spoken_action(self, event):
        return journal.spoken(event.action)

    @admin.display(description="objet")
    def spoken_object(self, event):
        return f"{journal.spoken_type(event.object_type)}\u00a0: {event.object_label}"

    @admin.display(description="avant")
    def fields_before(self, event):
        return _lines(journal.spoken_fields(event.object_type, event.before))

    @admin.display(description="après")
    def fields_after(self, event):
        return _lines(journal.spoken_fields(event.object_type, event.after))


def _lines(fields: list[tuple[str, str]]) -> str:
    return format_html_join("", "<p>{}\u00a0: {}</p>", fields) or "–"
