"""A story told once for several tests, then undone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

from django.db import connection, transaction

from contracts.models import Contract
from tests.utils import stories
from tests.utils.world import make_world

STORIES: dict[str, Callable[..., Contract]] = {
    "evaluated": stories.evaluated_contract,
    "signed": stories.active_contract,
}


class Teller:
    """Tells a story once for the files in a row that ask for it: each finds it as it was told, the last undoes it.

    A story holds a `world` whose west has the `contract`; none of the tests it serves may commit. It takes seconds,
    most of them for its PDF.
    """

    def __init__(self):
        self.asked: dict[Path, set[str]] = {}  # by file
        self.next_file: Path | None = None
        self.kept: tuple[str, SimpleNamespace, ExitStack] | None = None

    @contextmanager
    def telling(self, name: str, blocker) -> Iterator[SimpleNamespace]:
        """Give the story to one file."""
        with blocker.unblock():
            if not connection.in_atomic_block:
                self._keep(name)
            with transaction.atomic():
                yield deepcopy(self.kept[1]) if self.kept and self.kept[0] == name else tell(name)
                transaction.set_rollback(True)
            if self.kept and name not in self.asked.get(self.next_file, ()):
                self._forget(name)

    def _keep(self, name: str) -> None:
        with ExitStack() as held:  # a story that fails leaves no transaction open behind it
            held.enter_context(transaction.atomic())
            self.kept = (name, tell(name), held.pop_all())

    def _forget(self, name: str) -> None:
        kept, _story, held = self.kept
        if kept == name:
            transaction.set_rollback(True)
            held.close()
            self.kept = None


def tell(name: str) -> SimpleNamespace:
    """Tell a story of STORIES in a new world."""
    world = make_world()
    return SimpleNamespace(world=world, contract=STORIES[name](world.west, signed_on=stories.SIGNED_ON))
