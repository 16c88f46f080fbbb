"""The fingerprint of a content: what a party consents to, approves or signs, in one line of hexadecimal."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from core.errors import StaleForm

CHANGED = "Quelqu’un a enregistré pendant que vous écriviez : comparez, puis enregistrez de nouveau."


def fingerprint(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a JSON content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def version_of(values: Mapping[str, Any]) -> str:
    """Return what stands for the version of a row that counts none: its values; empty when it holds nothing yet.

    A text is the same with the ends of line of a browser, and without the blanks around it that a form takes away.
    """
    told = {name: str(value).replace("\r\n", "\n").strip() for name, value in values.items() if value not in (None, "")}
    return fingerprint(told) if told else ""


def check_unchanged(version: str | None, values: Mapping[str, Any]) -> None:
    """Refuse, with StaleForm, to write over `values` that are not those read as `version`; None asks nothing.

    Call it under lock, with the values by name of the fields of the form.
    """
    if version is not None and version != version_of(values):
        raise StaleForm(CHANGED, current=dict(values))
