"""Forms: errors that say what is expected, nothing typed is lost, nobody overwrites unknowingly."""

from collections.abc import Callable, Collection
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
from core.fingerprints import version_of
from core.form_fields import MoneyField, keep_line_ends
from core.printable import refuse_unprintable
from core.values import date_fr, euros, number_fr

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
            keep_line_ends(field)
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

    def hear(self, check: Callable, *arguments, of: Collection[str] = (), **fields) -> None:
        """Ask a rule of the domain while the form is read: its refusal is told with those of the other fields.

        `of` are the fields that the rule reads: it is asked once each of them can be read. A field is told one thing.
        """
        if any(name in self.errors for name in of):
            return
        try:
            check(*arguments, **fields)
        except DomainError as error:
            if error.field not in self.errors:
                self.add_domain_error(error)


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
            theirs, yours = spoken_value(value, field), spoken_value(self.cleaned_data.get(name, typed), field)
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


def spoken_value(value: Any, field: forms.Field) -> str:
    """Return a value of a field as words to read and to compare."""
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
