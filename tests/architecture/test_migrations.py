"""Migrations: one line of them in each room, none missing, none that a person could not name."""

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.architecture.sources import ROOMS

OWN = [room for room in ROOMS if apps.is_installed(room)]


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@pytest.mark.parametrize("room", OWN)
def test_a_room_has_one_last_migration(loader, room):
    assert len(loader.graph.leaf_nodes(room)) <= 1
    assert loader.detect_conflicts() == {}


@pytest.mark.parametrize("room", OWN)
def test_a_migration_says_what_it_does(loader, room):
    names = [name for app, name in loader.disk_migrations if app == room]
    assert [name for name in names if re.search(r"_auto_|_and_more", name)] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_every_table_of_the_house_has_its_migration():
    tables = set(connection.introspection.table_names())
    models = [model for room in OWN for model in apps.get_app_config(room).get_models()]
    assert {model._meta.db_table for model in models} <= tables
