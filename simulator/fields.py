"""The fields of a scenario: whole numbers, lists of dates, and those of each year and of each mission."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.form_fields import DecimalFrField, FrenchDateField, MoneyField
from simulator.documents import YEARS

MAX_MEMBERS = 100_000
MAX_AMOUNT = Decimal("9999999.99")
MAX_CRISES = 10
RATE_PLACES = 10


class CountField(DecimalFrField):
    """A whole number: « 65 000 »; returns an int."""

    def __init__(self, **kwargs):
        super().__init__(places=0, min_value=kwargs.pop("min_value", 0), **kwargs)

    def to_python(self, value) -> int | None:
        number = super().to_python(value)
        return None if number is None else int(number)

    def not_a_number(self) -> str:
        return "Écrivez un nombre entier en chiffres, par exemple 65 000."


class DatesField(forms.CharField):
    """Dates separated by commas; returns them in order, each once."""

    def to_python(self, value) -> tuple[date, ...]:
        words = [word.strip() for word in super().to_python(value).split(",") if word.strip()]
        if len(words) > MAX_CRISES:
            raise ValidationError(f"Indiquez {MAX_CRISES} dates au plus.", code="too_many")
        return tuple(sorted({FrenchDateField().clean(word) for word in words}))


class SizeField(forms.TypedChoiceField):
    """A size of the agreement; None where nothing is chosen."""

    def __init__(self, **kwargs):
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)


class RateField(DecimalFrField):
    """A percentage of results, from 0 to 100; None where nothing is typed."""

    def __init__(self, **kwargs):
        super().__init__(places=RATE_PLACES, min_value=Decimal(0), max_value=Decimal(100), required=False, **kwargs)


@dataclass(frozen=True, kw_only=True)
class MissionFields:
    """The fields of a mission as the page prints them; `is_known` tells whether the agreement has it."""

    code: str
    label: str
    is_core: bool
    is_known: bool
    engaged: BoundField
    starts_on: BoundField
    default_start: date | None
    rate: BoundField
    rates: tuple[BoundField, ...]
    others: tuple[BoundField, ...]

    @property
    def has_details(self) -> bool:
        """Tell whether what is folded holds something, or an error."""
        return any(field.value() or field.errors for field in (*self.rates, *self.others))


def fields_of_years(sizes: Iterable[int]) -> dict[str, forms.Field]:
    """Return what a scenario says year by year: the members, the size, and both as advances were paid."""
    choices = [(str(size), f"taille {size}") for size in sizes]
    found: dict[str, forms.Field] = {}
    for year in YEARS:
        heading = f"Année {year}"
        members = CountField(label=_within("Membres", heading), max_value=MAX_MEMBERS, required=False)
        size = SizeField(label=_within("Taille", heading), choices=[("", "inchangée"), *choices])
        found |= {
            f"members-{year}": _dressed(members),
            f"size-{year}": _dressed(size),
            f"advanced-{year}": SizeField(choices=[("", ""), *choices], widget=forms.HiddenInput),
            f"advanced_members-{year}": CountField(max_value=MAX_MEMBERS, required=False, widget=forms.HiddenInput),
        }
    return found


def fields_of_mission(code: str, label: str, takes: Callable[[str], bool]) -> dict[str, forms.Field]:
    """Return the fields of a mission, by name; `takes` says which of them an agreement gives an effect to."""

    def said(text: str) -> SafeString:
        return _within(label, text)

    found: dict[str, forms.Field] = {
        code: forms.BooleanField(label=label, required=False),
        f"{code}-starts_on": FrenchDateField(label=said("Démarrage"), required=False),
    }
    if takes("rate"):
        found[f"{code}-rate"] = RateField(label=said("Résultats (%)"))
        found |= {f"{code}-rate-{year}": _dressed(RateField(label=said(f"Année {year} (%)"))) for year in YEARS}
    if takes("triage_starts_on"):
        found[f"{code}-triage_starts_on"] = FrenchDateField(
            label=said("Traitement et orientation des demandes, à partir du"), required=False
        )
    if takes("compensation_starts_on"):
        found |= _fields_of_compensation(code, said)
    if takes("crises"):
        found[f"{code}-crises"] = DatesField(
            label=said("Crises déclarées"),
            required=False,
            max_length=200,
            help_text="Une ou plusieurs dates séparées par des virgules, par exemple 02/08/2026.",
        )
    return found


def _fields_of_compensation(code: str, said: Callable[[str], SafeString]) -> dict[str, forms.Field]:
    labels = {"": "Compensation déclarée chaque année", **{f"-{year}": f"Année {year}" for year in YEARS}}
    return {
        f"{code}-compensation_starts_on": FrenchDateField(
            label=said("Compensation des professionnels, à partir du"), required=False
        ),
        **{
            f"{code}-compensation_actual{suffix}": MoneyField(label=said(text), max_value=MAX_AMOUNT, required=False)
            for suffix, text in labels.items()
        },
    }


def _dressed(field: forms.Field) -> forms.Field:
    """Give a field its looks: the many small ones of the years are printed without crispy, which is slow."""
    is_list = isinstance(field.widget, forms.Select)
    field.widget.attrs["class"] = "form-select" if is_list else "form-control"
    return field


def _within(mission: str, text: str) -> SafeString:
    """Return the label of a field of a mission: its name is said in the summary of errors, and to readers."""
    return format_html('<span class="sim-of">{} : </span>{}', mission, text)
