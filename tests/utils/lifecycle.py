"""Reads the tables of docs/lifecycle.md, and writes those of the code in the same words."""

import re
from pathlib import Path

from django.conf import settings

from core.enums import PARTIES

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "lifecycle.md"


def sections() -> list[str]:
    """Return the lifecycles that the document shows."""
    return re.findall(r"(?m)^## (.+)$", DOCUMENT.read_text("utf-8"))


def documented(section: str) -> list[tuple[str, ...]]:
    """Return the rows of a section: transition, sources, target, sides, reason due or not."""
    text = DOCUMENT.read_text("utf-8")
    part = re.search(rf"(?ms)^## {re.escape(section)}$(.*?)(?=^## |\Z)", text)
    lines = [line for line in part.group(1).splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def coded(rules: dict) -> list[tuple[str, ...]]:
    """Return a table of the code as the document writes it."""
    return [
        (
            str(transition.value),
            ", ".join(sorted(source.value for source in rule.sources)),
            str(rule.target.value),
            ", ".join(side.value for side in sorted(rule.sides, key=party_order)),
            "oui" if rule.comment_required else "non",
        )
        for transition, rule in rules.items()
    ]


def party_order(side) -> int:
    """Order the sides as everywhere: CPTS, ARS, fund, then the others."""
    return PARTIES.index(side) if side in PARTIES else len(PARTIES)
