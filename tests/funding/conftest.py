"""The stories that the tests of this room share."""

import pytest

from tests.utils import stories
from tests.utils.told import told


@pytest.fixture(scope="package")
def evaluated(django_db_setup, django_db_blocker):
    """The same as everywhere, told once for the whole room: its files go to one process, and none commits."""
    with told(stories.evaluated_contract, django_db_blocker) as story:
        yield story


@pytest.fixture(scope="package")
def signed(evaluated, django_db_blocker):
    """Told inside the other: the one that is told last is undone first."""
    with told(stories.active_contract, django_db_blocker) as story:
        yield story
