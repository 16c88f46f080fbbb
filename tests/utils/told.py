"""A story told once for several tests, then undone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from django.db import transaction

from contracts.models import Contract
from tests.utils import stories
from tests.utils.world import make_world


@contextmanager
def told(story: Callable[..., Contract], blocker) -> Iterator[SimpleNamespace]:
    """Give a `world` whose west has the `contract` of a story; none of the tests it serves may commit."""
    with blocker.unblock(), transaction.atomic():
        world = make_world()
        yield SimpleNamespace(world=world, contract=story(world.west, signed_on=stories.SIGNED_ON))
        transaction.set_rollback(True)
