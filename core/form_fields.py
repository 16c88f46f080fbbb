"""Fields of forms: they read numbers, amounts, dates and files as French people type or send them."""

import json
import re
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from core.errors import DomainError
from core.files import KINDS, MEGABYTE, check_size, recognise, spoken
from core.money import format_euros
from core.values import number_fr
from core.wording import counted

SPACES = re.compile(r"[\u0020\u00a0\u2009\u202f]")  # plain, no-break, thin, narrow no-break
# Digits as typed here: 1e3, 1_000 and other alphabets' digits are not numbers.
NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?")


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


def keep_line_ends(field: forms.Field) -> None:
    """Have a text area read the line ends that the database keeps: a browser sends its own for a text left untouched.

    What was stored with those of a browser does not count as changed either.
    """
    if not isinstance(field.widget, forms.Textarea):
        return
    read, changed = field.to_python, field.has_changed
    field.to_python = lambda value: read(_plain_lines(value))
    field.has_changed = lambda initial, data: changed(_plain_lines(initial), data)


def _plain_lines(value):
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class BoundedDecoder(json.JSONDecoder):
    """Reads JSON that anyone may have sent: too deep, or with an endless number, it is not JSON either."""

    def decode(self, s: str, *args) -> object:
        try:
            return super().decode(s, *args)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:  # the standard library lets these two out
            raise json.JSONDecodeError(str(error), s, 0) from error


class JSONField(forms.JSONField):
    """What a page or a browser fills in, never a person: what cannot be read is an error of the field."""

    def __init__(self, **kwargs):
        super().__init__(decoder=BoundedDecoder, **kwargs)
