"""Back office of organisations and accounts; every write is in the journal."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.crypto import get_random_string

from accounts.models import Delegation, Invitation, Membership, Organisation, User
from core.admin import AuditedAdmin, ReadOnlyAdmin

# Those of the packages write without the journal, and would show the secret of each second factor.
admin.site.unregister([Group, EmailAddress, Authenticator])


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Organisation)
class OrganisationAdmin(AuditedAdmin):
    list_display = ["name", "side", "ars", "fund", "is_active"]
    list_filter = ["side", "is_active"]
    search_fields = ["name", "code", "finess_ej"]
    autocomplete_fields = ["ars", "fund"]
    filter_horizontal = ["regions", "departments"]
    inlines = [MembershipInline]


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "job_title", "is_active", "is_staff"]


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Accounts. A password is never set here: the person asks for a link on the sign-in page."""

    form = UserForm
    list_display = ["email", "first_name", "last_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "first_name", "last_name"]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_password(get_random_string(40))
        super().save_model(request, obj, form, change)


@admin.register(Delegation)
class DelegationAdmin(AuditedAdmin):
    list_display = ["grantor", "grantee", "power", "starts_on", "ends_on"]
    list_filter = ["power"]
    raw_id_fields = ["grantor", "grantee"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "organisation", "role", "expires_at", "accepted_at", "withdrawn_at"]
    exclude = ["token"]


@admin.register(Authenticator)
class SecondFactorAdmin(AuditedAdmin):
    """Second factors, to take away the one that a person lost; never their secret."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email", "user__last_name"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
