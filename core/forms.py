"""Forms: fields that read what people type, errors that say what is expected, nothing typed is lost."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.text import capfirst

from core.errors import DomainError, StaleForm
from core.face import Difference
from core.files import KINDS, MEGABYTE, check_size, recognise, spoken
from core.fingerprints import version_of
from core.money import format_euros
from core.printable import refuse_unprintable
from core.values import date_fr, euros, number_fr
from core.wording import counted

SPACES = re.compile(r"[\u0020\u00a0\u2009\u202f]")  # plain, no-break, thin, narrow no-break
# Digits as typed here: 1e3, 1_000 and other alphabets' digits are not numbers.
NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?")
OPTIONAL = " (facultatif)"
STALE = "Cette page a changé depuis que vous l’avez ouverte : comparez les deux textes avant d’enregistrer."


class CrispyMixin:
    """Every form of the portal: one column, no form tag, « (facultatif) » rather than asterisks.

    `layout` lists field names or crispy layout objects; without it, fields come in their order.
    """

    layout: tuple = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = capfirst(field.label or name.replace("_", " "))
            is_choice = isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput)
            if not field.required and not is_choice and "facultatif" not in field.label:
                field.label = f"{field.label}{OPTIONAL}"
            speak_as_the_house(field)
            refuse_unprintable(field)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True  # `portal_form` prints the token
        helper.render_hidden_fields = True
        if self.layout:
            helper.layout = Layout(*self.layout)
        else:
            helper.layout = Layout(*[name for name in self.fields if not self[name].is_hidden])
        return helper

    def add_domain_error(self, error: DomainError) -> None:
        """Show a refusal of the domain beside its field, or above the form; a stale save shows both texts."""
        if isinstance(error, StaleForm) and hasattr(self, "compare_with"):
            self.compare_with(error.current)
            self.add_error(None, ValidationError(error.message, code=StaleForm.code))
            return
        self.add_error(error.field if error.field in self.fields else None, error.message)


def speak_as_the_house(field: forms.Field) -> None:
    """Give a field the sentences of the portal for what is too long, too small or too large."""
    sentences = {"max_length": "Écrivez %(limit_value)d caractères au plus : il y en a %(show_value)d."}
    if type(field) is forms.IntegerField:
        field.error_messages["invalid"] = "Écrivez un nombre entier en chiffres, par exemple 1 250."
        if field.min_value is not None:
            sentences["min_value"] = f"Indiquez au moins {number_fr(field.min_value)}."
        if field.max_value is not None:
            sentences["max_value"] = f"Indiquez au plus {number_fr(field.max_value)}."
    for code, sentence in sentences.items():
        field.error_messages.setdefault(code, sentence)


class ActionForm(CrispyMixin, forms.Form):
    """Base of the forms that feed an action; `actor` scopes the choices."""

    def __init__(self, *args, actor=None, **kwargs):
        self.actor = actor
        super().__init__(*args, **kwargs)


class StaleFormMixin:
    """Refuse to overwrite what someone else saved meanwhile, once, and show both texts.

    `current_version` is what the row says now (a number, a date), `current_values` its values by field name;
    a model form finds both in its instance. Sending the form a second time overwrites knowingly.
    The hidden `version` is left out of `cleaned_data` unless `keeps_version` (an action may check it again).
    """

    version_name = "version"
    stale_sentence = STALE
    keeps_version = False

    def __init__(self, *args, current_version: Any = None, current_values: dict | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        instance = getattr(self, "instance", None)
        if current_version is None and instance is not None:
            current_version = getattr(instance, "version", None) or getattr(instance, "updated_at", None)
        self.current_version = _version_text(current_version)
        self.current_values = current_values if current_values is not None else self._stored_values(instance)
        self.is_stale, self.differences = False, []
        self.fields[self.version_name] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=self.current_version, label="version"
        )
        if self.is_bound:
            self._sent_version = self.data.get(self.add_prefix(self.version_name), "")
            self.data = self.data.copy()
            self.data[self.add_prefix(self.version_name)] = self.current_version

    def _stored_values(self, instance: Model | None) -> dict:
        if instance is None or instance.pk is None:
            return {}
        return {name: getattr(instance, name) for name in self.fields if hasattr(instance, name)}

    def clean(self):
        cleaned = super().clean()
        cleaned = self.cleaned_data if cleaned is None else cleaned
        if self.current_version and self._sent_version != self.current_version:
            self.compare_with(self.current_values)
            self.add_error(None, ValidationError(self.stale_sentence, code=StaleForm.code))
        if not self.keeps_version:
            cleaned.pop(self.version_name, None)
        return cleaned

    def compare_with(self, stored: dict) -> None:
        """List the fields whose stored value is not what was typed."""
        self.is_stale = True
        for name, value in stored.items():
            if name not in self.fields:
                continue
            field, typed = self.fields[name], self.data.get(self.add_prefix(name), "")
            theirs, yours = _spoken(value, field), _spoken(self.cleaned_data.get(name, typed), field)
            if theirs != yours:
                label = str(field.label).removesuffix(OPTIONAL)
                self.differences.append(Difference(label=label, theirs=theirs, yours=yours))


class ReadValuesMixin(StaleFormMixin):
    """The same where the row counts no version: what was read is its values, given by name of field.

    The action receives `version` and checks it again under lock, with `core.fingerprints.check_unchanged`.
    """

    keeps_version = True

    def __init__(self, *args, values: dict[str, Any], initial: dict[str, Any] | None = None, **kwargs):
        read = {"current_version": version_of(values), "current_values": values}
        super().__init__(*args, initial=values | (initial or {}), **read, **kwargs)


def _version_text(version: Any) -> str:
    if version is None:
        return ""
    return version.isoformat() if hasattr(version, "isoformat") else str(version)


def _spoken(value: Any, field: forms.Field) -> str:
    """Return a value of a field as words to compare."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(field, MoneyField) and isinstance(value, Decimal):
        return euros(value)
    if isinstance(value, Decimal):
        return number_fr(value)
    if isinstance(value, date):
        return date_fr(value)
    if isinstance(value, list | QuerySet):
        return ", ".join(map(str, value))
    labels = dict(field.choices) if type(field) in (forms.ChoiceField, forms.TypedChoiceField) else {}
    return str(labels.get(value, value)).replace("\r\n", "\n")


def _read_number(text: str) -> Decimal | None:
    """Return « 1 000,50 » as a Decimal, None for what is not a number written in ASCII digits."""
    normal = SPACES.sub(" ", text.strip()).strip().replace("−", "-")
    return Decimal(normal.replace(" ", "").replace(",", ".")) if NUMBER.fullmatch(normal) else None


class DecimalFrField(forms.Field):
    """A number as French people type it: « 69,7 », « 1 250,5 »; returns a Decimal, or None when left empty."""

    widget = forms.TextInput
    max_digits = 14

    def __init__(self, *, places: int = 2, min_value=None, max_value=None, **kwargs):
        super().__init__(**kwargs)
        self.places, self.min_value, self.max_value = places, min_value, max_value

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value) -> Decimal | None:
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        number = _read_number(self._without_unit(str(value)))
        if number is None:
            raise ValidationError(self.not_a_number(), code="invalid")
        if -number.as_tuple().exponent > self.places:
            raise ValidationError(self.too_precise(), code="too_precise")
        if len(number.as_tuple().digits) > self.max_digits:
            raise ValidationError("Ce nombre est trop grand.", code="too_large")
        return number

    def _without_unit(self, text: str) -> str:
        return text

    def not_a_number(self) -> str:
        if self.places == 0:
            return "Écrivez un nombre entier en chiffres, par exemple 1 250."
        return "Écrivez un nombre en chiffres, sans unité ni signe %, par exemple 69,7."

    def too_precise(self) -> str:
        if self.places == 0:
            return "Écrivez un nombre entier, sans virgule."
        return f"Écrivez {counted(self.places, 'chiffre')} au plus après la virgule."

    def spoken(self, value: Decimal) -> str:
        return number_fr(value)

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            raise ValidationError(f"Indiquez au moins {self.spoken(self.min_value)}.", code="min_value")
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(f"Indiquez au plus {self.spoken(self.max_value)}.", code="max_value")

    def prepare_value(self, value):
        return number_fr(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


class MoneyField(DecimalFrField):
    """Euros and cents: « 1 000,50 », « 1000.5 », « 1 000 € »; returns a Decimal to the cent."""

    max_digits = 12

    def __init__(self, *, min_value=Decimal(0), max_value=None, **kwargs):
        super().__init__(places=2, min_value=min_value, max_value=max_value, **kwargs)

    def to_python(self, value) -> Decimal | None:
        number = super().to_python(value)
        return None if number is None else number.quantize(Decimal("0.01"))

    def _without_unit(self, text: str) -> str:
        return re.sub(r"\s*(€|euros?)$", "", text.strip(), flags=re.IGNORECASE)

    def not_a_number(self) -> str:
        return "Écrivez un montant en euros, par exemple 1 000,50."

    def too_precise(self) -> str:
        return "Écrivez un montant au centime près : deux chiffres après la virgule au plus."

    def spoken(self, value: Decimal) -> str:
        return format_euros(Decimal(value))

    def prepare_value(self, value):
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return number_fr(value, 2)
        return value


class FrenchDateInput(forms.DateInput):
    """The browser's own date field; plain text when it must show again what is not a date."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs, format="%Y-%m-%d")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not _is_iso(shown):
            context["widget"]["type"] = "text"
        return context


def _is_iso(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class FrenchDateField(forms.DateField):
    """A date: the native input, or « 15/03/2026 » typed; between 1900 and 2199."""

    widget = FrenchDateInput
    default_error_messages = {
        "invalid": "Écrivez une date qui existe, par exemple 15/03/2026.",
        "out_of_range": "Cette année n’est pas vraisemblable : écrivez une date entre 1900 et 2199.",
    }

    def __init__(self, **kwargs):
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        super().__init__(**kwargs)

    def to_python(self, value) -> date | None:
        if isinstance(value, str) and not value.strip().isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        day = super().to_python(value)
        if day is not None and not 1900 <= day.year < 2200:
            raise ValidationError(self.error_messages["out_of_range"], code="out_of_range")
        return day


class DocumentField(forms.FileField):
    """A file of one of `kinds` (pdf, png, jpg, xlsx, docx, csv), by its extension and by its bytes."""

    def __init__(self, *, kinds=("pdf",), max_megabytes: int = 10, **kwargs):
        self.kinds, self.max_bytes = tuple(kinds), max_megabytes * MEGABYTE
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)
        if not self.help_text:
            self.help_text = f"{self.spoken_kinds}, {max_megabytes} Mo au plus."

    @property
    def spoken_kinds(self) -> str:
        return spoken(self.kinds)

    def widget_attrs(self, widget):
        return {"accept": ",".join(f".{extension}" for kind in self.kinds for extension in KINDS[kind].extensions)}

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if not file or file is initial:
            return file
        try:
            check_size(file.size, max_bytes=self.max_bytes)
            recognise(file.name, file.read(), self.kinds)
        except DomainError as error:
            raise ValidationError(error.message) from error
        finally:
            file.seek(0)
        return file


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(DocumentField):
    """Several files at once; returns (name, bytes) for each."""

    widget = FilesInput

    def clean(self, data, initial=None) -> list[tuple[str, bytes]]:
        if not data and not self.required:
            return []
        files = [super(FilesField, self).clean(item, initial) for item in data or [None]]
        return [(file.name, file.read()) for file in files]
