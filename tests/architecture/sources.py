"""The source files of the house, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = (*(room.name for room in apps.get_app_configs() if Path(room.path).parent == ROOT), "cpts_portal")
"""The rooms as the settings install them, the lowest first; then the front door."""


@dataclass(frozen=True)
class Source:
    """A Python file of a room."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def room(self) -> str:
        return self.path.relative_to(ROOT).parts[0]

    @property
    def layer(self) -> str:
        """Return the layer of the room it belongs to: `views`, `actions` (a file or a folder)…"""
        return Path(self.path.relative_to(ROOT).parts[1]).stem

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def tree(self) -> ast.Module:
        return parsed(self.path)

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Walk every function and method."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def sources(*layers: str, with_migrations: bool = False) -> list[Source]:
    """Return the files of every room, or those of some layers."""
    found = [
        Source(path)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if with_migrations or "migrations" not in path.parts
    ]
    return [source for source in found if not layers or source.layer in layers]


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of attributes, "" for anything else."""
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return node.id if isinstance(node, ast.Name) else ""
