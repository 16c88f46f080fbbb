"""The invented people, organisations and texts of the demonstration, read from the files of this folder."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@cache
def read(name: str) -> Any:
    """Return the content of `<name>.json`."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
