"""Forms of the accounts room."""

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import clear_state
from django import forms
from django.core.cache import cache
from django.core.validators import MaxLengthValidator

from accounts.models import User
from accounts.passkeys import UNREADABLE
from accounts.rules import check_password
from core.enums import Role
from core.forms import CrispyMixin

NEW_ACCOUNT = "new_account"  # where the session keeps the address of the account made by an invitation


class InvitationForm(CrispyMixin, forms.Form):
    """Whom to invite, in which of the `roles` that are the actor's to give."""

    email = forms.EmailField(label="adresse électronique")
    role = forms.ChoiceField(label="rôle")

    def __init__(self, *args, roles: Iterable[Role], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]

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
        help_text="Quinze caractères au moins, pas seulement des chiffres ; une phrase convient bien.",
    )

    def __init__(self, *args, email: str, **kwargs):
        self.email = email
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        names = {name: cleaned.get(name, "") for name in ("first_name", "last_name")}
        self.hear(check_password, cleaned.get("password"), User(email=self.email, **names), of=["password"])
        return cleaned


SERVED = "Ce code a déjà servi\u00a0: prenez le suivant. L’application en montre un nouveau toutes les trente secondes."
LONGEST_CODE = 40  # a recovery code has eight characters: what is longer was pasted by mistake


class CodeServesOnce:
    """A form that takes the code of a second factor once, for as long as it could be taken.

    The package forgets a code after one period, while its tolerance takes it during several: whoever read it over a
    shoulder would have the rest. Saying that a code has served spares the person a « code incorrect » and her tries.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].validators.append(MaxLengthValidator(LONGEST_CODE))

    def clean_code(self) -> str:
        key = f"accounts:code-served:{self.user.pk}:{normalize_user_code(self.cleaned_data['code'])}"
        if cache.get(key):
            raise forms.ValidationError(SERVED)
        code = super().clean_code()
        if not cache.add(key, True, mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)):
            raise forms.ValidationError(SERVED)  # sent twice at the same instant
        return code


class SignInCodeForm(CodeServesOnce, AuthenticateForm):
    """The code asked at sign-in, after the password."""


class CodeAgainForm(CodeServesOnce, ReauthenticateForm):
    """The code asked again, before what commits."""


class WithoutPlaceholders:
    """A form of the package whose fields do not repeat their label inside."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(WithoutPlaceholders, LoginForm):
    """The address and the password; who has just made her account in this browser finds her address written."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("login", self.request.session.get(NEW_ACCOUNT, ""))


class NewPasswordForm(WithoutPlaceholders, ChangePasswordForm):
    """Another password, by someone signed in."""


class ForgottenPasswordForm(WithoutPlaceholders, ResetPasswordForm):
    """The address that asks for a link."""


class PasswordByLinkForm(WithoutPlaceholders, ResetPasswordKeyForm):
    """Another password, by someone who followed the link."""


class PasskeyNameField(forms.CharField):
    """What tells one passkey from another."""

    def __init__(self, **kwargs):
        super().__init__(
            label="nom de la clé",
            max_length=60,
            help_text="Pour la reconnaître : « Téléphone », « Ordinateur du bureau ».",
            **kwargs,
        )


class ActivateTotpForm(CrispyMixin, ActivateTOTPForm):
    """The first code of the application, in the words of the other pages."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code de l’application"


class AddPasskeyForm(CrispyMixin, AddWebAuthnForm):
    """The name of a new passkey, and what the browser made of it."""

    name = PasskeyNameField()

    def clean(self):
        """Refuse in one sentence what is not the answer of a passkey."""
        try:
            return super().clean()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class RenamePasskeyForm(CrispyMixin, EditWebAuthnForm):
    name = PasskeyNameField()


class SpendsChallenge:
    """A challenge serves once, were the answer wrong; what is not an answer is refused in one sentence."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        finally:
            clear_state()


class AuthenticatePasskeyForm(SpendsChallenge, AuthenticateWebAuthnForm):
    """The passkey as the second factor of a sign-in."""


class ReauthenticatePasskeyForm(SpendsChallenge, ReauthenticateWebAuthnForm):
    """The passkey of someone signed in for long, before what touches her account."""
