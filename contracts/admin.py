"""Back office of the wording of the contract: prepared as a draft, looked at, adopted, validated."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse

from contracts import actions, clauses
from contracts.models import Wording, WordingArticle
from core.admin import AuditedAdmin, LineMixin
from core.errors import DomainError
from core.rows import LineForm, LineFormSet

ADOPTED_MEANWHILE = (
    "Cette trame a été adoptée pendant que vous écriviez\u00a0: elle ne change plus. "
    "Copiez votre texte, puis préparez une nouvelle trame."
)


class ArticleForm(LineForm):
    """An article in plain text: what it names must exist, said beside it."""

    class Meta:
        model = WordingArticle
        fields = ["position", "title", "body", "followed_by"]
        widgets = {"body": forms.Textarea(attrs={"rows": 10, "cols": 100})}

    def clean_body(self):
        body = self.cleaned_data["body"]
        try:
            clauses.parse_body(body)
        except DomainError as error:
            raise ValidationError(error.message) from error
        return body


class ArticleFormSet(LineFormSet):
    """The articles of a draft; what was typed while someone adopted it is shown beside what binds now."""

    def clean(self):
        super().clean()
        if not self.instance.is_draft:
            raise ValidationError(ADOPTED_MEANWHILE)


class ArticleInline(LineMixin, admin.StackedInline):
    model = WordingArticle
    form = ArticleForm
    formset = ArticleFormSet

    def has_add_permission(self, request, obj=None):
        return obj is not None and (obj.is_draft or request.method == "POST")

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Wording)
class WordingAdmin(AuditedAdmin):
    list_display = ["__str__", "agreement_version", "adopted_on", "adopted_by", "validated_on", "validated_by"]
    list_filter = ["agreement_version"]
    actions = ["adopt", "validate"]

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["agreement_version"]
        return ["agreement_version", "state", "how_to_write", "preview"]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else []

    def get_inlines(self, request, obj):
        is_edited = obj is not None and (obj.is_draft or "articles-TOTAL_FORMS" in request.POST)
        return [ArticleInline] if is_edited else []

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_draft)

    def save_model(self, request, obj, form, change):
        if change:
            return
        obj.number = Wording.objects.filter(agreement_version=obj.agreement_version).count() + 1
        super().save_model(request, obj, form, change)
        actions.copy_current_wording(wording=obj)

    def response_add(self, request, obj, post_url_continue=None):
        return HttpResponseRedirect(reverse("admin:contracts_wording_change", args=[obj.pk]))

    @admin.display(description="état")
    def state(self, wording):
        if wording.is_draft:
            return "En préparation : n’engage personne tant qu’elle n’est pas adoptée (actions de la liste)."
        return wording.status

    @admin.display(description="comment l’écrire")
    def how_to_write(self, wording):
        return render_to_string(
            "contracts/partials/wording_help.html", {"mentions": clauses.MENTIONS, "conditions": clauses.CONDITIONS}
        )

    @admin.display(description="aperçu, tel qu’enregistré")
    def preview(self, wording):
        values = {name: f"[{label}]" for name, label in clauses.MENTIONS.items()}
        try:
            articles = clauses.filled(wording.as_value(), values, frozenset(clauses.CONDITIONS))
        except DomainError as error:
            return error.message
        return render_to_string("contracts/partials/wording_preview.html", {"articles": articles})

    @admin.action(description="Adopter : les contrats à venir auront cette trame", permissions=["change"])
    def adopt(self, request, queryset):
        self._attempt(request, queryset, actions.adopt_wording, "adoptée")

    @admin.action(description="Valider : vous répondez de cette trame", permissions=["change"])
    def validate(self, request, queryset):
        self._attempt(request, queryset, actions.validate_wording, "validée")

    def _attempt(self, request, queryset, action, done):
        for wording in queryset:
            try:
                action(actor=request.actor, wording=wording)
            except DomainError as error:
                messages.error(request, f"{wording} : {error.message}")
            else:
                messages.success(request, f"{wording} {done}.")
