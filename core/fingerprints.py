"""The fingerprint of a content: what a party consents to, approves or signs, in one line of hexadecimal."""

import hashlib
import json
from typing import Any


def fingerprint(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a JSON content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
