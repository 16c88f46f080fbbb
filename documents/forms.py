"""The second factor asked again at each signature (design §1), and what the public verification takes."""

from typing import Any

from allauth.mfa.base.forms import ReauthenticateForm
from django import forms

from core.errors import DomainError
from core.forms import CrispyMixin, DocumentField
from documents.models import read_code
from documents.signing.engine import load_engine
from documents.verification.outside import OutsideFile, read_upload


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


class CodeForm(CrispyMixin, forms.Form):
    """The code printed on each page of a document, as one types it; valid, it is written as it is printed."""

    code = forms.CharField(
        label="code imprimé sur le document",
        help_text="Douze lettres et chiffres, par exemple K7QF-2MXW-9RTA, avec ou sans tirets.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                "Ce n’est pas un code du portail : écrivez les douze lettres et chiffres imprimés sur chaque page."
            )
        return code


class VerifiedFileForm(CrispyMixin, forms.Form):
    """A PDF to verify. It is examined, and not kept."""

    file = DocumentField(
        kinds=("pdf",),
        max_megabytes=20,
        label="document à vérifier",
        help_text="Déposez ici le PDF, ou choisissez-le (20\u00a0Mo au plus).",
    )


class OutsideForm(SigningForm):
    """The file signed elsewhere, then the code: a file that is refused costs no code."""

    field_order = ["file", "code"]
    file = DocumentField(
        label="le document signé",
        max_megabytes=20,
        help_text="Le fichier téléchargé ici, auquel votre logiciel a ajouté votre signature.",
    )

    def clean_file(self) -> OutsideFile:
        try:
            return read_upload(self.cleaned_data["file"].read())
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

    def clean_code(self) -> str:
        return "" if self.errors else super().clean_code()

    def clean(self) -> dict[str, Any]:
        """Return what the actions that sign take."""
        super().clean()
        return {"outside": self.cleaned_data.get("file")}
