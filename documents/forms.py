"""The second factor asked again at each signature (design §1)."""

from allauth.mfa.base.forms import ReauthenticateForm
from django import forms

from core.forms import CrispyMixin
from documents.signing import load_engine


class SigningForm(CrispyMixin, ReauthenticateForm):
    """The code that proves, now, that the person at the keyboard is the signatory.

    Takes `user`. A code works once: django-allauth refuses it the second time. Call `save()` once valid.
    """

    code = forms.CharField(
        label="code de votre second facteur",
        help_text="Les six chiffres de votre application d’authentification, ou un code de secours.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean(self):
        load_engine()  # here, no row is locked yet
        return super().clean()
