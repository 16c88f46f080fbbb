"""A portal as people meet it: a server, a worker, a real Chromium, and the real communes of France."""

import os
import shutil
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import Cast, cast_of
from tests.utils.workers import start_worker

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once a file: Playwright's loop must not outlive it, and Django must not mind it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
            yield chromium
            chromium.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def worker(transactional_db) -> Iterator[None]:
    """A real Celery worker, on the same database, queue, files and keys as the server."""
    process = start_worker("--pool", "solo")
    yield
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
def cast(transactional_db, worker, live_server, browser) -> Iterator[Cast]:
    """The people of four sides on a real territory, each in a browser of their own."""
    call_command("load_reference_data", stdout=StringIO())
    people = cast_of(browser, live_server.url)
    yield people
    people.leave()
