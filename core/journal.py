"""The journal in French: the database keeps codes, a reader sees what they mean.

Each room names its own codes in `journal.py`: `WORDS`, from the code given to `core.audit.record` to the words
that follow the name of a person (« a consenti au contenu du contrat »); `FIELDS`, from what an entry keeps and the
kind of object has no field for to its French name (« démarrage »); `VALUES`, from the name of what is kept to the words
of the codes that it may hold (« accès aux soins »).
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module

from django.apps import apps
from django.db.models import DateField, Field, Model
from django.utils.module_loading import module_has_submodule
from django.utils.text import capfirst

from core.dates import format_date
from core.enums import Side
from core.wording import NARROW, spoken_integer

WORDS = {
    "admin.add": "a ajouté depuis l’administration",
    "admin.change": "a modifié depuis l’administration",
    "admin.change_lines": "a modifié des lignes depuis l’administration",
    "admin.delete": "a supprimé depuis l’administration",
}
FIELDS = {"DELETE": "ligne supprimée", "lines": "lignes", "reason": "raison", "sha256": "SHA-256", "side": "partie"}
VALUES = {"side": dict(Side.choices)}
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LAST_YEAR = 9999  # a year is written without a space
DECIMAL = re.compile(r"-?\d+\.\d+")


@cache
def words() -> dict[str, str]:
    """Return what each code means, from every room of the house."""
    return _told("WORDS")


@cache
def names() -> dict[str, str]:
    """Return the French name of what entries keep beside the fields of their object."""
    return _told("FIELDS")


@cache
def values() -> dict[str, dict[str, str]]:
    """Return, by the name of what is kept, the words of the codes that it may hold."""
    return _told("VALUES")


def _told(what: str) -> dict:
    known = {}
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "journal"):
            known |= getattr(import_module(f"{config.name}.journal"), what, {})
    return known


def spoken(action: str) -> str:
    """Return the words of a code; a code that no room names any more is shown as it is kept."""
    return words().get(action, action)


def spoken_type(label: str) -> str:
    """Return the name of a kind of object kept as « contracts.Contract »: « Contrat »."""
    model = _model(label)
    return capfirst(model._meta.verbose_name) if model else label


def spoken_fields(label: str, values: dict | None) -> list[tuple[str, str]]:
    """Return what an entry says of its fields, named in French by the kind of object or by the rooms."""
    model = _model(label)
    fields = {field.name: field for field in model._meta.concrete_fields} if model else {}
    return [_spoken_field(fields.get(key), key, value) for key, value in (values or {}).items()]


def _spoken_field(field: Field | None, key: str, value) -> tuple[str, str]:
    name = field.verbose_name if field else names().get(key, key)
    codes = values().get(key, {}) | (dict(field.flatchoices) if field else {})
    if isinstance(field, DateField) and isinstance(value, str):
        value = value[:10]
    return capfirst(name), _text(value, codes)


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _text(value, codes: Mapping[str, str]) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "oui" if value else "non"
        case list():
            return ", ".join(_text(item, codes) for item in value) or "–"
        case {"model": label, "row": row, **fields}:
            return f"{row} ({', '.join(f'{name} : {text}' for name, text in spoken_fields(label, fields))})"
        case dict():
            named = {names().get(key, key): _text(item, values().get(key, codes)) for key, item in value.items()}
            return ", ".join(f"{name}\u00a0: {text}" for name, text in named.items()) or "–"
        case str():
            return str(codes.get(value) or _as_written(value))
        case int() if value > LAST_YEAR:
            return spoken_integer(value)
        case _:
            return str(value)


def _as_written(text: str) -> str:
    """Return a date or a number kept as text as people write it; any other text as it is."""
    if ISO_DATE.fullmatch(text):
        return format_date(date.fromisoformat(text))
    if DECIMAL.fullmatch(text):
        return f"{Decimal(text):,f}".replace(",", NARROW).replace(".", ",").replace("-", "−")
    return text
