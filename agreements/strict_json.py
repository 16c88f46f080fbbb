"""JSON read without indulgence: what readers lose or guess is refused, with the path of the field. Pure."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR_KEY = re.compile(r"[1-9][0-9]?")
LONGEST_INTEGER = 18  # digits
LONGEST_DECIMAL = 1000  # characters: far above any real figure, far below what stalls a machine


class Refused(Exception):
    """A document is refused: a French sentence, and the path of the field ("" for the whole document)."""

    def __init__(self, message: str, field: str):
        super().__init__(message)
        self.message = message
        self.field = field


class _Number:
    """A number that JSON allows and this product refuses, kept until its path is known."""

    def __init__(self, sentence: str):
        self.sentence = sentence


class _Object(dict):
    """A JSON object that remembers a key given twice."""

    repeated: str | None = None


def parse(text: str | bytes) -> Any:
    """Return the value of a JSON document; Refused for a float, a non-finite number, or a key given twice."""
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        value = json.loads(
            decoded,
            parse_int=_integer,
            parse_float=lambda _: _Number("Les nombres à virgule s’écrivent entre guillemets."),
            parse_constant=lambda _: _Number("Cette valeur n’est pas un nombre fini."),
            object_pairs_hook=_object,
        )
        _walk(value, "")
    except UnicodeDecodeError as error:
        raise Refused("Le document n’est pas un texte en UTF-8.", "") from error
    except (ValueError, RecursionError) as error:
        raise Refused("Le document n’est pas un JSON lisible.", "") from error
    return value


def joined(path: str, key: str) -> str:
    """Return the path of a key of an object."""
    return f"{path}.{key}" if path else key


def _integer(digits: str) -> int | _Number:
    if len(digits.lstrip("-")) > LONGEST_INTEGER:
        return _Number("Ce nombre est trop grand.")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object()
    for key, value in pairs:
        if key in found and found.repeated is None:
            found.repeated = key
        found[key] = value
    return found


def _walk(value: Any, path: str) -> None:
    if isinstance(value, _Number):
        raise Refused(value.sentence, path)
    if isinstance(value, _Object):
        if value.repeated is not None:
            raise Refused("Cette clé est donnée deux fois.", joined(path, value.repeated))
        for key, item in value.items():
            _walk(item, joined(path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _walk(item, f"{path}[{position}]")


class Node:
    """A JSON value and its path. Each `as_…` returns a plain value or refuses with a sentence."""

    def __init__(self, value: Any, path: str = ""):
        self.value = value
        self.path = path

    def refuse(self, message: str) -> Refused:
        return Refused(message, self.path)

    def check_keys(self, *, required: Iterable[str], optional: Iterable[str]) -> None:
        """Refuse what is not an object, an unknown key, a null and a missing key, in that order."""
        known = {*required, *optional}
        for key in self._object():
            if key not in known:
                raise Refused("Cette clé est inconnue.", joined(self.path, key))
        for key in required:
            if key not in self.value:
                raise Refused("Cette clé est obligatoire.", joined(self.path, key))

    def __contains__(self, key: str) -> bool:
        return key in self._object()

    def __getitem__(self, key: str) -> "Node":
        return Node(self._object()[key], joined(self.path, key))

    def optional(self, key: str, read: Callable[["Node"], Any], default: Any = None) -> Any:
        """Return what `read` makes of a key, or `default` when it is absent."""
        return read(self[key]) if key in self else default

    def items(self) -> list["Node"]:
        """Return the items of a list."""
        if not isinstance(self.value, list):
            raise self._wrong("On attend ici une liste.")
        return [Node(item, f"{self.path}[{position}]") for position, item in enumerate(self.value)]

    def by_year(self, read: Callable[["Node"], Any]) -> dict[int, Any]:
        """Return an object whose keys are contract years."""
        found = {}
        for key in self._object():
            node = self[key]
            if not YEAR_KEY.fullmatch(key):
                raise node.refuse("La clé doit être le numéro d’une année du contrat.")
            found[int(key)] = read(node)
        return found

    def as_text(self) -> str:
        if not isinstance(self.value, str):
            raise self._wrong("On attend ici un texte entre guillemets.")
        return self.value

    def as_boolean(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._wrong("On attend ici true ou false.")
        return self.value

    def as_integer(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._wrong("On attend ici un nombre entier, sans guillemets.")
        return self.value

    def as_count(self) -> int:
        """Return an integer that is not negative."""
        if self.as_integer() < 0:
            raise self.refuse("Ce nombre ne peut pas être négatif.")
        return self.value

    def as_decimal(self) -> Decimal:
        if not isinstance(self.value, str):
            raise self._wrong('On attend ici un nombre entre guillemets, comme « "0.80" ».')
        if len(self.value) > LONGEST_DECIMAL:
            raise self.refuse("Ce nombre est trop long.")
        if not DECIMAL.fullmatch(self.value):
            raise self.refuse("Ce nombre est mal écrit : des chiffres, puis un point s’il y a des décimales.")
        return Decimal(self.value)

    def as_money(self) -> Decimal:
        """Return euros that are not negative, with at most two decimals."""
        amount = self.as_decimal()
        if -amount.as_tuple().exponent > 2:
            raise self.refuse("Un montant a au plus deux décimales.")
        if amount < 0:
            raise self.refuse("Un montant ne peut pas être négatif.")
        if amount.adjusted() >= LONGEST_INTEGER:
            raise self.refuse("Ce montant est trop grand.")
        return abs(amount)

    def as_date(self) -> date:
        if not isinstance(self.value, str):
            raise self._wrong('On attend ici une date entre guillemets, comme « "2020-03-15" ».')
        if not DATE.fullmatch(self.value):
            raise self.refuse("Une date s’écrit année-mois-jour, comme « 2020-03-15 ».")
        try:
            return date.fromisoformat(self.value)
        except ValueError as error:
            raise self.refuse("Cette date n’existe pas.") from error

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self._wrong("On attend ici un objet, entre accolades.")
        return self.value

    def _wrong(self, expected: str) -> Refused:
        return self.refuse("Cette valeur ne peut pas être nulle." if self.value is None else expected)
