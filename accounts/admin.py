"""Back office of organisations and accounts; every write is in the journal."""

from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.crypto import get_random_string
from django.utils.html import format_html

from accounts import actions, notifications
from accounts.enums import ROLES_OF
from accounts.forms import InvitationForm
from accounts.models import Delegation, Invitation, Membership, Organisation, User
from core import audit
from core.admin import AuditedAdmin, LineMixin, ReadOnlyAdmin
from core.enums import Side
from core.http import attempt, posted, submit_form
from core.rows import RowForm
from core.wording import of

# Those of the packages write without the journal, and would show the secret of each second factor: an account's is
# reset from its own page.
admin.site.unregister([Group, EmailAddress, Authenticator])


CODE_HELP = "Le code est court et ne change plus\u00a0: cpts-alta-rocca, sans espace ni accent."
WHERE_TO_INVITE = "Pour inviter quelqu’un, ouvrez la page de son organisation, puis «\u00a0Inviter une personne\u00a0»."


class MembershipInline(LineMixin, admin.TabularInline):
    model = Membership
    autocomplete_fields = ["user"]


class OrganisationForm(RowForm):
    def clean(self):
        """An ARS covers regions: the model, which is read before they are linked, cannot ask for them."""
        cleaned = super().clean()
        if cleaned.get("side") == Side.ARS and "regions" not in self.errors and not cleaned.get("regions"):
            self.add_error("regions", "Choisissez au moins une région\u00a0: une ARS suit les CPTS de ses régions.")
        return cleaned


@admin.register(Organisation)
class OrganisationAdmin(AuditedAdmin):
    form = OrganisationForm
    list_display = ["name", "side", "ars", "fund", "is_active"]
    list_filter = ["side", "is_active"]
    search_fields = ["name", "code", "finess_ej"]
    autocomplete_fields = ["ars", "fund"]
    filter_horizontal = ["regions", "departments"]
    fieldsets = [
        (None, {"fields": ["side", "name", "code", "is_active"], "description": CODE_HELP}),
        ("Pour une CPTS", {"fields": ["ars", "fund"], "description": "Ce sont eux qui liront et signeront avec elle."}),
        ("Pour une ARS", {"fields": ["regions"], "description": "Une ARS suit les CPTS de ses régions."}),
        (
            "Pour une caisse ou une CPTS",
            {
                "fields": ["fund_kind", "departments"],
                "description": "Une CPTS dont vous ne dites pas les départements prend ceux de sa caisse.",
            },
        ),
        ("Coordonnées", {"fields": ["email", "finess_ej", "address"]}),
    ]
    inlines = [MembershipInline]

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """The portal itself is not an organisation that one adds."""
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        if db_field.name == "side":
            field.choices = [choice for choice in field.choices if choice[0] != Side.SYSTEM]
        return field

    def response_add(self, request, obj, post_url_continue=None):
        """Say what comes next: an organisation without a person can do nothing."""
        address = reverse("admin:accounts_organisation_invite", args=[obj.pk])
        response = super().response_add(request, obj, post_url_continue)
        messages.info(request, format_html('Ensuite\u00a0: <a href="{}">invitez sa première personne</a>.', address))
        return response

    def save_related(self, request, form, formsets, change):
        """A CPTS whose départements nobody gave takes those of its fund: portfolios are filtered by them."""
        super().save_related(request, form, formsets, change)
        organisation = form.instance
        if organisation.side == Side.CPTS and not organisation.departments.exists():
            departments = list(organisation.fund.departments.all())
            organisation.departments.set(departments)
            audit.record(request.actor, "admin.change", organisation, after={"departments": departments})

    def get_urls(self):
        view = self.admin_site.admin_view(self.invite)
        return [path("<path:object_id>/inviter/", view, name="accounts_organisation_invite"), *super().get_urls()]

    def invite(self, request, object_id):
        """Invite a person to an organisation: its first president or signatory has nobody else to do it."""
        organisation = get_object_or_404(Organisation, pk=object_id)
        form = InvitationForm(posted(request), roles=ROLES_OF.get(organisation.side, ()))
        if request.method == "POST" and submit_form(
            request, form, actions.invite_to, organisation=organisation, success="L’invitation est envoyée."
        ):
            return redirect("admin:accounts_organisation_change", object_id)
        title = f"Inviter une personne : {organisation}"
        context = {**self.admin_site.each_context(request), "title": title, "organisation": organisation, "form": form}
        return render(request, "admin/accounts/organisation/invite.html", context)


class UserForm(RowForm):
    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "job_title", "is_active", "is_staff"]

    def clean_email(self) -> str:
        """An account is found by its address in lower case: written otherwise, nobody would sign in with it."""
        return self.cleaned_data["email"].lower()


class ResetForm(forms.Form):
    reason = forms.CharField(label="Raison", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Accounts. A password is never set here: the person asks for a link on the sign-in page."""

    form = UserForm
    list_display = ["email", "first_name", "last_name", "is_active", "has_second_factor", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    ordering = ["last_name", "first_name", "pk"]
    search_fields = ["email", "first_name", "last_name"]

    def get_queryset(self, request):
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        return super().get_queryset(request).annotate(second_factor=Exists(factors))

    def get_urls(self):
        view = self.admin_site.admin_view(self.reset_second_factor)
        name = "accounts_user_reset_second_factor"
        return [path("<path:object_id>/second-facteur/", view, name=name), *super().get_urls()]

    @admin.display(description="second facteur", boolean=True)
    def has_second_factor(self, user) -> bool:
        return user.second_factor

    def change_view(self, request, object_id, form_url="", extra_context=None):
        factors = Authenticator.objects.filter(user__pk=object_id)
        context = {**(extra_context or {}), "has_second_factor": factors.exists()}
        return super().change_view(request, object_id, form_url, context)

    def reset_second_factor(self, request, object_id):
        """Ask for the reason, then take the second factor of a person away."""
        user = get_object_or_404(User, pk=object_id)
        form = ResetForm(posted(request))
        if request.method == "POST" and form.is_valid():
            done = attempt(
                request,
                actions.reset_second_factor,
                user=user,
                success=f"Le second facteur {of(str(user))} est réinitialisé, et un courriel l’en avertit.",
                **form.cleaned_data,
            )
            if done:
                return redirect("admin:accounts_user_change", object_id)
        title = f"Réinitialiser le second facteur {of(str(user))}"
        context = {**self.admin_site.each_context(request), "title": title, "person": user, "form": form}
        return render(request, "admin/accounts/user/reset_second_factor.html", context)

    def save_model(self, request, obj, form, change):
        """An account opened without a password; the access to the back office comes with its rights."""
        if not change:
            obj.set_password(get_random_string(40))
        obj.is_superuser = obj.is_staff
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()  # the package would still open the account with the former
            transaction.on_commit(partial(notifications.address_changed, obj, form.initial["email"]))


@admin.register(Delegation)
class DelegationAdmin(ReadOnlyAdmin):
    """Read here, given by who holds the power: the back office has none over contracts."""

    list_display = ["grantor", "grantee", "power", "starts_on", "ends_on", "ended_at"]
    list_filter = ["power"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "organisation", "role", "expires_at", "accepted_at", "withdrawn_at"]
    exclude = ["token"]
    search_fields = ["email", "organisation__name"]
    actions = ["resend", "withdraw"]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"subtitle": WHERE_TO_INVITE, **(extra_context or {})})

    @admin.action(description="Renvoyer les invitations choisies")
    def resend(self, request, queryset):
        for invitation in queryset:
            sent = f"L’invitation de {invitation.email} est renvoyée."
            attempt(request, actions.resend_invitation, invitation=invitation, success=sent)

    @admin.action(description="Retirer les invitations choisies")
    def withdraw(self, request, queryset):
        for invitation in queryset:
            attempt(
                request,
                actions.withdraw_invitation,
                invitation=invitation,
                success=f"L’invitation de {invitation.email} est retirée.",
            )
