"""The journal in French: the database keeps codes, a reader sees what they mean.

Each room names its own codes in `journal.py`: `WORDS`, from the code given to `core.audit.record` to the words
that follow the name of a person (« a consenti au contenu du contrat »).
"""

from datetime import date
from functools import cache
from importlib import import_module

from django.apps import apps
from django.db.models import DateField, Field, Model
from django.utils.module_loading import module_has_submodule
from django.utils.text import capfirst

from core.dates import format_date

WORDS = {
    "admin.add": "a ajouté depuis l’administration",
    "admin.change": "a modifié depuis l’administration",
    "admin.change_lines": "a modifié des lignes depuis l’administration",
    "admin.delete": "a supprimé depuis l’administration",
}


@cache
def words() -> dict[str, str]:
    """Return what each code means, from every room of the house."""
    known: dict[str, str] = {}
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "journal"):
            known |= import_module(f"{config.name}.journal").WORDS
    return known


def spoken(action: str) -> str:
    """Return the words of a code; a code that no room names any more is shown as it is kept."""
    return words().get(action, action)


def spoken_type(label: str) -> str:
    """Return the name of a kind of object kept as « contracts.Contract »: « Contrat »."""
    model = _model(label)
    return capfirst(model._meta.verbose_name) if model else label


def spoken_fields(label: str, values: dict | None) -> list[tuple[str, str]]:
    """Return what an entry says of its fields, named in French where the kind of object knows the field."""
    model = _model(label)
    fields = {field.name: field for field in model._meta.concrete_fields} if model else {}
    return [_spoken_field(fields.get(key), key, value) for key, value in (values or {}).items()]


def _spoken_field(field: Field | None, key: str, value) -> tuple[str, str]:
    if field is None:
        return key, _text(value)
    choices = dict(field.flatchoices)
    if isinstance(value, str) and value in choices:
        return capfirst(field.verbose_name), str(choices[value])
    if isinstance(field, DateField) and isinstance(value, str):
        return capfirst(field.verbose_name), format_date(date.fromisoformat(value[:10]))
    return capfirst(field.verbose_name), _text(value)


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _text(value) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "oui" if value else "non"
        case list():
            return ", ".join(map(_text, value)) or "–"
        case dict():
            return ", ".join(f"{key}\u00a0: {_text(item)}" for key, item in value.items()) or "–"
        case _:
            return str(value)
