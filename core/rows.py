"""Rows written in the back office, alone on their page or inside another's: none covers another unseen."""

from dataclasses import replace

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import QueryDict
from django.utils.text import capfirst

from core.errors import StaleForm
from core.face import Difference
from core.fingerprints import version_of
from core.form_fields import keep_line_ends
from core.forms import StaleFormMixin

CHANGED = "Quelqu’un a enregistré des lignes pendant que vous écriviez : comparez, puis enregistrez de nouveau."
LINE_STALE = "Cette ligne a changé depuis que vous avez ouvert la page : comparez les deux textes en haut de la page."
UNTOUCHED = "Vous n’aviez rien changé à cette ligne : elle prend ce qui est enregistré."
ADDED = "Ligne ajoutée entre-temps : elle est maintenant dans la page."
DELETED = "Ligne supprimée entre-temps ; vous n’y aviez rien changé : elle ne revient pas."
TYPED_ON_DELETED = (
    "Ligne supprimée entre-temps. Votre saisie est gardée comme une nouvelle ligne : "
    "enregistrez pour la rétablir, ou retirez-la."
)
TO_DELETE = "(à supprimer)"


class RowForm(StaleFormMixin, forms.ModelForm):
    """A row of the back office; its version is what the page showed of it."""

    def __init__(self, *args, instance=None, **kwargs):
        shown = {} if instance is None or instance._state.adding else self._shown(instance)
        super().__init__(*args, instance=instance, current_version=version_of(shown), current_values=shown, **kwargs)
        for field in self.fields.values():
            keep_line_ends(field)

    def _shown(self, row) -> dict:
        """Return the values of the fields of the page by name; what is linked several times as a list."""
        values = {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}
        return {
            name: sorted(value.all(), key=str) if hasattr(value, "all") else value for name, value in values.items()
        }


class LineForm(RowForm):
    """A row edited inside the page of another; its version goes with it in the page."""

    version_name = "read_version"
    stale_sentence = LINE_STALE
    read_version = forms.CharField(widget=forms.HiddenInput, required=False, label="version")

    def typed_version(self) -> str:
        """Return the version of a row that would hold what was typed."""
        self.full_clean()
        return version_of({name: self.cleaned_data.get(name) for name in self.base_fields if name != self.version_name})

    def as_sent(self) -> dict[str, list]:
        """Return what the page of the stored row sends of it, by name of field."""
        values = {name: self[name].value() for name in self.fields}
        return {name: ["" if value is None else value] for name, value in values.items()}


class LineFormSet(forms.BaseInlineFormSet):
    """Rows edited inside the page of another, each compared under lock with the one stored now.

    What someone else changed, added or deleted meanwhile is told once, in `differences`. What was typed stays; a row
    in which nothing was typed takes what is stored. Call it in a transaction.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._told: list[Difference] = []
        self._names: dict = {}  # of the rows as stored: a form writes what was typed in them
        if self.is_bound and self.management_form.is_valid():
            self._meet_stored_rows()

    @property
    def differences(self) -> list[Difference]:
        """Both texts of each row that is no more what the page had read."""
        typed = [
            _of_row(self._names[form.instance.pk], line) for form in self.initial_forms for line in form.differences
        ]
        return self._told + typed

    @property
    def is_stale(self) -> bool:
        return bool(self._told) or any(form.is_stale for form in self.initial_forms)

    def clean(self):
        super().clean()
        if self._told:
            raise ValidationError(CHANGED, code=StaleForm.code)

    def _meet_stored_rows(self) -> None:
        """Write what was sent as the page of the rows stored now would: Django tells rows by their place in it."""
        if self.instance.pk:
            list(self.queryset.select_related(None).order_by("pk").select_for_update().only("pk"))
        count = self.initial_form_count()
        sent = {line.get(self.model._meta.pk.name, [""])[0]: line for line in map(self._sent, range(count))}
        added = [self._sent(index) for index in range(count, self.total_form_count())]
        self._names = {row.pk: _name_of(row) for row in self.get_queryset()}
        stored = [self._met(row, sent.pop(str(row.pk), None)) for row in self.get_queryset()]
        restored = [line for line in map(self._orphan, sent.values()) if line]
        self._rewrite(stored, restored + added)

    def _sent(self, index: int) -> dict[str, list]:
        start = f"{self.add_prefix(index)}-"
        return {key.removeprefix(start): self.data.getlist(key) for key in self.data if key.startswith(start)}

    def _met(self, row: Model, line: dict[str, list] | None) -> dict[str, list]:
        """Return what stands for a stored row: what was typed in it, or the row itself where nothing was."""
        kept = self.form(instance=row, prefix="kept")
        as_stored = kept.as_sent() | {self.model._meta.pk.name: [str(row.pk)]}
        if line is None:
            self._told.append(_of_row(_name_of(row), note=ADDED))
            return as_stored
        read, current = _version_in(line), kept.current_version
        if read == current:
            return line
        if DELETION_FIELD_NAME in line:
            self._told.append(_of_row(_name_of(row), Difference(label="", theirs=str(row), yours=TO_DELETE)))
            return line | {LineForm.version_name: [current]}
        return self._compared(row, line, kept) or as_stored

    def _compared(self, row: Model, line: dict[str, list], kept: LineForm) -> dict[str, list] | None:
        """Return what was typed in a row changed meanwhile; None when nothing was, or the same."""
        typed = self._typed(line)
        version = typed.typed_version()
        if version not in (_version_in(line), kept.current_version):
            return line
        typed.compare_with(kept.current_values)
        self._told += [_of_row(_name_of(row), difference, note=UNTOUCHED) for difference in typed.differences]
        return None

    def _orphan(self, line: dict[str, list]) -> dict[str, list] | None:
        """Return as a new row what was typed in one deleted meanwhile; None when nothing was."""
        if DELETION_FIELD_NAME in line:
            return None
        typed = self._typed(line)
        if typed.typed_version() == _version_in(line):
            self._told.append(_of_row(_name_of(typed.instance), note=DELETED))
            return None
        self._told.append(_of_row(_name_of(typed.instance), note=TYPED_ON_DELETED))
        return {name: line[name] for name in line if name not in (self.model._meta.pk.name, LineForm.version_name)}

    def _typed(self, line: dict[str, list]) -> LineForm:
        """Return a form that reads what was sent of a row, away from the stored one."""
        data = QueryDict(mutable=True)
        for name, values in line.items():
            data.setlist(f"typed-{name}", values)
        return self.form(data, prefix="typed", instance=self.model(**{self.fk.name: self.instance}))

    def _rewrite(self, stored: list[dict[str, list]], added: list[dict[str, list]]) -> None:
        data, start = self.data.copy(), f"{self.prefix}-"
        for key in self.data:
            if key.startswith(start) and key.removeprefix(start)[:1].isdigit():
                del data[key]
        for index, line in enumerate(stored + added):
            for name, values in line.items():
                data.setlist(f"{self.add_prefix(index)}-{name}", values)
        data[start + INITIAL_FORM_COUNT] = str(len(stored))
        data[start + TOTAL_FORM_COUNT] = str(len(stored) + len(added))
        self.data = data
        del self.management_form  # read anew


def _version_in(line: dict[str, list]) -> str:
    return line.get(LineForm.version_name, [""])[0]


def _of_row(name: str, difference: Difference | None = None, *, note: str = "") -> Difference:
    """Return a difference that says of which row it is."""
    if difference is None:
        return Difference(label=name, theirs="", yours="", note=note)
    return replace(difference, label=f"{name}, {difference.label}" if difference.label else name, note=note)


def _name_of(row: Model) -> str:
    try:
        return f"{capfirst(row._meta.verbose_name)}\u00a0: {row}"
    except ObjectDoesNotExist:  # what it names was deleted with it
        return capfirst(row._meta.verbose_name)
