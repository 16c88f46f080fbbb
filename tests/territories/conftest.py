"""The whole of France, loaded once per module in a transaction that is then undone."""

import pytest
from django.db import connection, transaction

from territories.actions import load_territories


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        counts = load_territories()
        connection.check_constraints()  # once here, or PostgreSQL checks every row again after each test
        yield counts
        transaction.set_rollback(True)


@pytest.fixture
def france(loaded, db):
    """The counts of the real data, which the test then finds in the database."""
    return loaded
