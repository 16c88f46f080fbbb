"""Forms of the accounts room."""

from django import forms

from accounts.enums import ROLES_OF
from accounts.permissions import may_grant
from core.actor import Actor
from core.enums import Role
from core.forms import CrispyMixin


class InvitationForm(CrispyMixin, forms.Form):
    """Whom to invite, in which of the roles that are the actor's to give."""

    email = forms.EmailField(label="adresse électronique")
    role = forms.ChoiceField(label="rôle")

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (role.value, role.label) for role in ROLES_OF[actor.side] if may_grant(actor, role)
        ]

    def clean_role(self):
        return Role(self.cleaned_data["role"])


class AcceptInvitationForm(CrispyMixin, forms.Form):
    """What makes an account: a name and a password."""

    first_name = forms.CharField(label="prénom", max_length=80)
    last_name = forms.CharField(label="nom", max_length=80)
    job_title = forms.CharField(
        label="fonction", max_length=120, required=False, help_text="Elle figure sous votre signature."
    )
    password = forms.CharField(
        label="mot de passe",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Douze caractères au moins ; une phrase convient bien.",
    )
