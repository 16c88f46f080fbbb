"""A real Celery worker beside a test: on its database, its queue, its files and its keys."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def surroundings() -> dict[str, str]:
    """Return the environment in which a process of the portal meets what the test wrote."""
    database = connection.settings_dict
    return os.environ | {
        "DATABASE_URL": f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "STORAGE_DIR": str(settings.MEDIA_ROOT),
        "SIGNING_ROOT": str(settings.SIGNING_ROOT),
        "DEBUG": "1",
        "PYTHONWARNINGS": "ignore",
    }


def start_worker(*options: str) -> subprocess.Popen:
    """Start a worker in a process group of its own, which the caller ends."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "cpts_portal", "worker", "--loglevel", "error"]
    return subprocess.Popen([*celery, *options], cwd=ROOT, env=surroundings(), start_new_session=True)
