"""The second factor asked again at each signature (design §1), and what the public verification takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst

from accounts import passkeys, rules
from accounts.enums import Power
from accounts.forms import CodeAgainForm
from accounts.models import MOST_SIGNATORIES, Membership
from accounts.permissions import delegable, signatories
from core import clock
from core.errors import DomainError
from core.form_fields import DocumentField, FilesField, FrenchDateField, JSONField
from core.forms import ActionForm, CrispyMixin, ReadValuesMixin
from documents import storage
from documents.actions.delegations import mandate_of
from documents.codes import read_code
from documents.models import Document
from documents.paper.acceptance import KINDS, PaperSignature, check_day, check_pages, read_pages
from documents.paper.scanning import Scan
from documents.signing.engine import load_engine
from documents.verification.outside import OutsideFile, accepted_signature, read_upload


class AnswerInput(forms.HiddenInput):
    """The answer of a passkey: it serves once, and is never written back in the page."""

    def format_value(self, value) -> None:
        return None


class SigningForm(CrispyMixin, CodeAgainForm):
    """The code, or the answer of a passkey, that proves now that the person at the keyboard is the signatory.

    Takes `request` and `document`. A code works once. A passkey answers
    the challenge asked for this document. Call `save()` once valid.
    """

    code = forms.CharField(
        label="code de votre second facteur",
        help_text="Les six chiffres de votre application d’authentification, ou un code de secours.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    passkey = JSONField(required=False, widget=AnswerInput)

    def __init__(self, *args, request: HttpRequest, document: Document | None, **kwargs):
        super().__init__(*args, user=request.user, **kwargs)
        self.request, self.document = request, document
        self.fields["code"].required = False  # a passkey may answer instead
        self.factors = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))

    @property
    def has_passkey(self) -> bool:
        return Authenticator.Type.WEBAUTHN in self.factors

    @property
    def mandate(self) -> str:
        """By whose delegation, and by which deed, the person at the keyboard would sign; empty in her own right."""
        try:
            deed = mandate_of(self.request.actor)
        except DomainError:  # nothing of hers counts any more: the action says why
            return ""
        return deed.delegation.spoken if deed else ""

    @property
    def brought(self) -> list[forms.BoundField]:
        """What is asked beside the second factor."""
        return [field for field in self.visible_fields() if field.name != "code"]

    def forget_code(self) -> None:
        """Empty the field of a code that was spent for nothing: it would be refused the next time."""
        self.data = self.data.copy()
        self.data["code"] = ""

    def clean_code(self) -> str:
        if self.errors or not self.cleaned_data["code"]:
            return ""
        return super().clean_code()

    def clean(self) -> dict[str, Any]:
        load_engine()  # here, no row is locked yet
        cleaned = super().clean()
        if not cleaned.get("passkey", True) and not (self["code"].data or "").strip():  # said with the other mistakes
            self.add_error("code", f"Donnez un code{', ou utilisez votre clé d’accès' if self.has_passkey else ''}.")
        if self.errors or cleaned["code"]:
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
                "Ce n’est pas un code du portail : écrivez les douze lettres et chiffres imprimés sur chaque page."
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
        with as_validation():
            upload = read_upload(self.cleaned_data["file"].read())
            self._check_place(upload)
        return upload

    def _check_place(self, upload: OutsideFile) -> None:
        """Refuse now what the action would refuse under lock: a file that is refused costs no code."""
        place = self.document.place_for(self.request.actor)
        if place and self.document.is_ready:
            accepted_signature(self.document, place, storage.read(self.document.file), upload)

    def clean(self) -> dict[str, Any]:
        """Return what the actions that sign take."""
        super().clean()
        return {"outside": self.cleaned_data.get("file")}


class SignatoryField(forms.ModelChoiceField):
    def label_from_instance(self, member: Membership) -> str:
        return ", ".join(filter(None, [str(member.user), member.user.job_title or member.get_role_display()]))


class PaperForm(SigningForm):
    """The copy of a paper signed by hand: its pages, who signed, when, then the code."""

    field_order = ["scan", "signatory", "handwritten_on", "attested", "code", "passkey"]
    mandate = ""  # who signed by hand is chosen below
    scan = FilesField(
        kinds=KINDS,
        max_megabytes=20,
        label="toutes les pages du document signé",
        help_text="Un seul PDF, ou une image (JPEG, PNG) par page\u00a0; 20\u00a0Mo au plus en tout.",
    )
    signatory = SignatoryField(queryset=Membership.objects.none(), label="signé de la main de", empty_label=None)
    handwritten_on = FrenchDateField(label="signé le", help_text="Le jour écrit à côté de la signature.")
    attested = forms.BooleanField(
        label="J’atteste que cette copie est celle du document entier, signé de la main de cette personne"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        actor = self.request.actor
        given = [row.signer_id for row in self.document.signature_list if row.signed_at]
        self.fields["signatory"].queryset = people = signatories(actor).exclude(user__in=given)
        self.fields["signatory"].initial = people.filter(user=actor.user_id).first()

    def clean_scan(self) -> tuple[str, bytes, Scan]:
        if not self.document.is_ready:
            raise forms.ValidationError("Le document est en cours de préparation : revenez dans un instant.")
        with as_validation():
            name, content, scan = read_pages(storage.read(self.document.file), self.cleaned_data["scan"])
            check_pages(scan, code=self.document.code)
        return name, content, scan

    def clean_handwritten_on(self) -> date:
        day = self.cleaned_data["handwritten_on"]
        with as_validation():
            check_day(self.document, day)
        return day

    def clean(self) -> dict[str, Any]:
        """Return what the actions that sign take."""
        super().clean()
        if self.errors:
            return self.cleaned_data
        given = self.cleaned_data
        name, content, scan = given["scan"]
        paper = PaperSignature(
            name=name,
            content=content,
            scan=scan,
            signatory=given["signatory"],
            handwritten_on=given["handwritten_on"],
        )
        return {"outside": paper}


class DelegationForm(ActionForm):
    """To whom a power is given, by which deed, for how long. Takes `actor`."""

    field_order = ["grantee", "power", "deed", "deed_on", "copy", "starts_on", "ends_on"]
    grantee = SignatoryField(queryset=Membership.objects.none(), label="à qui", empty_label="Choisissez une personne")
    power = forms.TypedChoiceField(label="pouvoir délégué", coerce=Power)
    deed = forms.CharField(
        label="acte qui le permet",
        max_length=200,
        help_text="Sa nature et sa référence, par exemple "
        "«\u00a0Délibération n°\u00a07 du conseil d’administration\u00a0».",
    )
    deed_on = FrenchDateField(label="date de l’acte")
    copy = DocumentField(
        label="l’acte", max_megabytes=20, help_text="En PDF, 20\u00a0Mo au plus. Les parties le lisent dès qu’il sert."
    )
    starts_on = FrenchDateField(label="à partir du", initial=clock.today)
    ends_on = FrenchDateField(label="jusqu’au", required=False, help_text="Sans date, jusqu’à ce que l’on y mette fin.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = delegable(self.actor)
        roles = set().union(*given.values())
        others = Membership.objects.visible_to(self.actor).active().exclude(user=self.actor.user_id)
        self.fields["grantee"].queryset = others.filter(role__in=roles).select_related("user", "organisation")
        self.fields["power"].choices = [(power.value, capfirst(power.label)) for power in given]

    def clean(self) -> dict[str, Any]:
        cleaned, today = super().clean(), clock.today()
        deed_on, starts_on, ends_on = map(cleaned.get, ("deed_on", "starts_on", "ends_on"))
        self.hear(rules.check_deed_day, deed_on, today=today, of=["deed_on"])
        self.hear(rules.check_first_day, starts_on, today=today, of=["starts_on"])
        self.hear(rules.check_last_day, ends_on, starts_on=starts_on, of=["starts_on", "ends_on"])
        return cleaned

    def clean_copy(self) -> tuple[str, bytes]:
        file = self.cleaned_data["copy"]
        return file.name, file.read()


class SignatoryCountForm(ReadValuesMixin, ActionForm):
    """How many people sign each document for the organisation of `actor`."""

    signatory_count = forms.TypedChoiceField(
        label="nombre de signataires par document",
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_SIGNATORIES + 1)],
        help_text="Ce que vos statuts demandent, par exemple deux pour deux coprésidences. Chaque signature est celle "
        "d’une autre personne.",
    )


@contextmanager
def as_validation() -> Iterator[None]:
    """Show a refusal of the domain beside the field that is being read."""
    try:
        yield
    except DomainError as error:
        raise forms.ValidationError(error.message) from error
