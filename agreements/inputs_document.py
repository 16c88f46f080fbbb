"""What a computation was given, as plain JSON, and back: kept with each issued statement. Pure.

The agreement's own amounts are part of it: a statement is recomputed to the same cents whatever is corrected later.
"""

import json
from collections.abc import Mapping, Set
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError
from django.db.models import TextChoices

from agreements.agreement import Agreement
from agreements.inputs import ContractInputs, Rate
from core.errors import DomainError


def to_document(inputs: ContractInputs) -> dict[str, Any]:
    """Return the inputs as JSON values: decimals and fractions as text, dates as YYYY-MM-DD."""
    return _converter.unstructure(inputs)


def from_document(document: Mapping[str, Any]) -> ContractInputs:
    """Return the inputs that `to_document` wrote; DomainError for a document that is not one."""
    try:
        return _converter.structure(document, ContractInputs)
    except (ForbiddenExtraKeysError, ArithmeticError, AttributeError, KeyError, ValueError, TypeError) as error:
        raise DomainError("Les données conservées avec ce décompte ne se relisent pas.") from error


def _make_converter() -> Converter:
    # The hash of a statement needs an order, which sets do not have.
    converter = Converter(
        forbid_extra_keys=True, detailed_validation=False, unstruct_collection_overrides={Set: sorted}
    )
    converter.register_unstructure_hook(TextChoices, lambda member: member.value)
    converter.register_unstructure_hook(Decimal, lambda value: f"{value:f}")
    converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, lambda text, _: Fraction(text))
    converter.register_structure_hook(Rate, lambda text, _: Fraction(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook_func(
        lambda kind: getattr(kind, "__origin__", None) is Mapping,
        lambda mapping: {str(key): converter.unstructure(value) for key, value in mapping.items()},
    )
    return converter


def _agreement(data: Mapping[str, Any], _kind: type) -> Agreement:
    """Read an agreement once for all the statements that keep the same one."""
    return _read_agreement(json.dumps(data))


@lru_cache(maxsize=16)
def _read_agreement(text: str) -> Agreement:
    return _plain_converter.structure(json.loads(text), Agreement)


_plain_converter = _make_converter()
_converter = _make_converter()
_converter.register_structure_hook(Agreement, _agreement)
