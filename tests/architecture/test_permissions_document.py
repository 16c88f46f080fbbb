"""docs/permissions.md is the table of accounts/permissions.py, in words."""

import re
from pathlib import Path

from django.conf import settings

from accounts.enums import Power
from accounts.permissions import DELEGATED, GRANTS, RIGHTS, Act
from core.enums import PARTIES, Side

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "permissions.md"


def rows(section: str) -> list[tuple[str, ...]]:
    """Return the rows of the table of a section."""
    part = re.search(rf"(?ms)^## {section}$(.*?)(?=^## |\Z)", DOCUMENT.read_text("utf-8")).group(1)
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def words(roles) -> str:
    return ", ".join(sorted(role.label for role in roles)) or "–"


def test_the_document_says_who_may_do_what():
    coded = [(f"`{act.name}`", act.value, *[words(RIGHTS[act].get(side, ())) for side in PARTIES]) for act in Act]
    assert rows("Qui peut quoi") == coded


def test_the_document_says_what_may_be_delegated():
    coded = [
        (f"`{act.name}`", Power(power).label, *[words(roles.get(side, ())) for side in PARTIES])
        for act, (power, roles) in DELEGATED.items()
    ]
    assert rows("Ce qui se délègue") == coded


def test_the_document_says_who_opens_which_places():
    coded = [
        (role.label, *[words(GRANTS[side].get(role, ())) for side in PARTIES])
        for role in dict.fromkeys(role for side in PARTIES for role in GRANTS[side])
    ]
    assert rows("Qui ouvre et ferme quelles places") == coded


def test_nobody_else_has_a_right():
    """The document has a column per party: no other side is in the table."""
    sides = {side for rights in RIGHTS.values() for side in rights}
    assert sides <= {Side.CPTS, Side.ARS, Side.FUND}
