"""The address of a scenario: the fields of its form, the shortest way, always in the same order. Pure.

In a comparison, scenario A has the plain names and the others a prefix (« b-population »); a scenario that was not
sent whole only says in what it differs from A.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from simulator.documents import Fields

OTHERS = ("b", "c")
WHOLE = "whole"  # « b-whole=1 »: the form of B was sent entire, an absent box is a box left open


def written(value: Any) -> str:
    """Return a cleaned value as the address says it; "" for what it leaves out."""
    match value:
        case None | False | "" | ():
            return ""
        case True:
            return "on"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}".replace(".", ",") if value else "0"
        case tuple() | list():
            return ",".join(written(item) for item in value)
        case _:
            return str(value)


def query_string(fields: Mapping[str, str]) -> str:
    """Return fields as the end of an address."""
    return urlencode(fields, safe=",")


def columns(data: Mapping[str, str]) -> list[Fields]:
    """Return the fields of each scenario that an address compares; A first."""
    first = {name: value for name, value in data.items() if not name.startswith(tuple(f"{key}-" for key in OTHERS))}
    others = [_own(data, key) for key in OTHERS if any(name.startswith(f"{key}-") for name in data)]
    return [first, *(_whole(first, own) for own in others)]


def comparison(scenarios: Iterable[Fields]) -> Fields:
    """Return the fields of an address that compares scenarios, each after the first by what differs."""
    first, *others = scenarios
    fields = dict(first)
    for key, other in zip(OTHERS, others, strict=False):
        fields |= {f"{key}-{name}": value for name, value in differences(first, other).items()} or {f"{key}-same": "1"}
    return fields


def differences(first: Fields, other: Fields) -> Fields:
    """Return the fields in which `other` is not `first`; "" for one that it does not have."""
    names = [*other, *(name for name in first if name not in other)]
    return {name: other.get(name, "") for name in names if other.get(name, "") != first.get(name, "")}


def _own(data: Mapping[str, str], key: str) -> Fields:
    return {name.removeprefix(f"{key}-"): value for name, value in data.items() if name.startswith(f"{key}-")}


def _whole(first: Fields, own: Fields) -> Fields:
    if WHOLE in own:
        return {name: value for name, value in own.items() if name != WHOLE}
    changed = {name: value for name, value in own.items() if name != "same"}
    return {name: value for name, value in (first | changed).items() if value}
