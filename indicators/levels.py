"""The levels of a scale, typed as rows below an indicator (R13c)."""

from decimal import Decimal

from django import forms
from django.forms import BaseFormSet, formset_factory

from core.form_fields import DecimalFrField, MoneyField
from core.values import euros, number_fr

MAX_LEVELS = 8
BLANK_LEVELS = 2


class LevelForm(forms.Form):
    """A step of a scale in levels: from this threshold on, these euros."""

    threshold = DecimalFrField(label="Seuil du palier", places=4, required=False)
    amount = MoneyField(label="Montant du palier", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        cleaned = super().clean()
        missing = [name for name in self.fields if cleaned.get(name) is None and name not in self.errors]
        if len(missing) == 1:
            self.add_error(missing[0], "Un palier a un seuil et un montant.")
        return cleaned


class BaseLevelFormSet(BaseFormSet):
    """The levels, from the easiest to the hardest; blank lines do not count."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in map(form.fields.get, LevelForm.base_fields):
            field.label = field.widget.attrs["aria-label"] = f"{field.label} {(index or 0) + 1}"

    @property
    def levels(self) -> list[tuple]:
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        return [(row["threshold"], row["amount"]) for row in rows if row.get("threshold") is not None]


LevelFormSet = formset_factory(
    LevelForm, formset=BaseLevelFormSet, extra=BLANK_LEVELS, max_num=MAX_LEVELS, absolute_max=MAX_LEVELS
)


def level_line(level: tuple[Decimal, Decimal]) -> str:
    threshold, amount = level
    return f"{number_fr(threshold)} : {euros(amount)}"
