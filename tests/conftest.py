"""Fixtures of all tests: reference data once, two tenants of each side, clients that act for someone."""

import os
from collections import Counter

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from xdist.scheduler import LoadFileScheduling

from accounts.models import Membership
from agreements.actions import load_agreements, load_national_indicators
from tests.utils.factories import UserFactory, give_second_factor
from tests.utils.told import STORIES, Teller
from tests.utils.world import World, make_world

# A busy machine draws its examples slowly: that says nothing of the code.
hypothesis.settings.register_profile("portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("portal")


teller = Teller()


@pytest.hookimpl(trylast=True)  # after the order was drawn at random
def pytest_collection_modifyitems(items):
    """Begin with the stories told in a browser, then with the files that share a story, then with the largest, so that
    no process ends alone."""
    sizes = Counter(item.path for item in items)
    places = {path: place for place, path in enumerate(sizes)}
    for item in items:
        teller.asked.setdefault(item.path, set()).update(stories_asked(item))
    asked = {path: sorted(names) for path, names in teller.asked.items()}
    items.sort(
        key=lambda item: (
            item.get_closest_marker("e2e") is None,
            not asked[item.path],
            asked[item.path],
            -sizes[item.path],
            places[item.path],
        )
    )


def stories_asked(item) -> set[str]:
    """Return the stories of this file that a test asks for: other fixtures have the same names elsewhere."""
    known = item._fixtureinfo.name2fixturedefs if hasattr(item, "_fixtureinfo") else {}
    return {name for name in STORIES if name in known and known[name][-1].func.__module__ == __name__}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem):
    """Say which file comes next before this one is undone: the story is kept if it asks for the same."""
    teller.next_file = nextitem and nextitem.path


class WorldScheduling(LoadFileScheduling):
    """A file stays whole: it makes its world once. So does a folder whose files share one, long to make."""

    FOLDERS = ("tests/architecture/",)

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return next((folder for folder in self.FOLDERS if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config, log):
    return WorldScheduling(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """`make test` migrates one database while the smoke runs: each process copies it instead of migrating again."""
    if migrated := os.environ.get("MIGRATED_DATABASE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Both agreement versions and the national indicators are there for every test, as in the portal."""
    with django_db_blocker.unblock():
        load_agreements()
        load_national_indicators()


@pytest.fixture(autouse=True)
def own_folders(tmp_path, settings):
    """Mails and counters of a test are its own."""
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(scope="session", autouse=True)
def own_storage(tmp_path_factory):
    """One store and one authority for the session: files are found by content, and making keys is slow."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    settings.SIGNING_ROOT = tmp_path_factory.mktemp("signing")


@pytest.fixture
def world(db) -> World:
    """Two regions, each with an ARS, a fund and two CPTS, and people in every role."""
    return make_world()


@pytest.fixture(scope="module")
def signed(django_db_setup, django_db_blocker):
    """A world whose west has a contract signed on 17 March 2025."""
    with teller.telling("signed", django_db_blocker) as story:
        yield story


@pytest.fixture(scope="module")
def evaluated(django_db_setup, django_db_blocker):
    """A world whose west has closed its first year, the annex ready to sign."""
    with teller.telling("evaluated", django_db_blocker) as story:
        yield story


@pytest.fixture
def client_of():
    """Return a browser signed in as a member: `client_of(world.west.president)`."""

    def sign_in(membership: Membership) -> Client:
        client = Client()
        client.force_login(membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.session
        session["membership"] = str(membership.pk)
        session.save()
        return client

    return sign_in


@pytest.fixture
def back_office(db, client):
    """Return a browser signed in as Ada Martin, administrator of the back office."""
    person = UserFactory(is_staff=True, is_superuser=True, first_name="Ada", last_name="Martin")
    give_second_factor(person)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _flush_append_only(teardown):
    """Let the harness, and it alone, empty the tables that only grow, then put the agreements back."""

    def flush(self):
        if connection.vendor != "postgresql":
            return teardown(self)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            return teardown(self)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")
            load_agreements()
            load_national_indicators()

    return flush


TransactionTestCase._fixture_teardown = _flush_append_only(TransactionTestCase._fixture_teardown)
