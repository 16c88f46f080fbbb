"""The second factor asked again at each signature (design §1), and what the public verification takes."""

from typing import Any

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.http import HttpRequest

from accounts import passkeys
from core.errors import DomainError
from core.forms import CrispyMixin, DocumentField
from documents.models import Document, read_code
from documents.signing.engine import load_engine
from documents.verification.outside import OutsideFile, read_upload


class AnswerInput(forms.HiddenInput):
    """The answer of a passkey: it serves once, and is never written back in the page."""

    def format_value(self, value) -> None:
        return None


class SigningForm(CrispyMixin, ReauthenticateForm):
    """The code, or the answer of a passkey, that proves now that the person at the keyboard is the signatory.

    Takes `request` and `document`. A code works once: django-allauth refuses it the second time. A passkey answers
    the challenge asked for this document. Call `save()` once valid.
    """

    code = forms.CharField(
        label="code de votre second facteur",
        help_text="Les six chiffres de votre application d’authentification, ou un code de secours.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    passkey = forms.JSONField(required=False, widget=AnswerInput)

    def __init__(self, *args, request: HttpRequest, document: Document | None, **kwargs):
        super().__init__(*args, user=request.user, **kwargs)
        self.request, self.document = request, document
        self.fields["code"].required = False  # a passkey may answer instead
        self.factors = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))

    @property
    def has_passkey(self) -> bool:
        return Authenticator.Type.WEBAUTHN in self.factors

    def clean_code(self) -> str:
        if self.errors or not self.cleaned_data["code"]:
            return ""
        return super().clean_code()

    def clean(self) -> dict[str, Any]:
        load_engine()  # here, no row is locked yet
        cleaned = super().clean()
        if self.errors or cleaned["code"]:
            return cleaned
        if not cleaned["passkey"]:
            self.add_error("code", f"Donnez un code{', ou utilisez votre clé d’accès' if self.has_passkey else ''}.")
            return cleaned
        try:
            self.authenticator = passkeys.check(self.request, signing_purpose(self.document), cleaned["passkey"])
        except DomainError as error:
            self.add_domain_error(error)
        return cleaned


def signing_purpose(document: Document | None) -> str:
    """Return what the challenge of a passkey is asked for: this document, and no other."""
    return f"sign {document and document.pk}"


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

    field_order = ["file", "code", "passkey"]
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

    def clean(self) -> dict[str, Any]:
        """Return what the actions that sign take."""
        super().clean()
        return {"outside": self.cleaned_data.get("file")}
