"""A real web server beside a test, and people who click several times at the same instant (C1)."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

from django.test import Client

from tests.utils.workers import ROOT, surroundings

PATIENCE = 120  # seconds, on a machine under load
TOKEN = "a" * 32  # against forged requests: the same in the cookie and in the form


@contextmanager
def serving(var: Path, application: str = "cpts_portal.wsgi") -> Iterator[int]:
    """Serve the portal with gunicorn on the base, the files and the keys of this test; give its port.

    What it writes by itself, mails included, goes to `var`. `application` is the module that holds another portal.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        manners = ["--workers", "2", "--threads", "16", "--timeout", str(PATIENCE), "--log-level", "error"]
        command = [sys.executable, "-m", "gunicorn", application, f"--bind=fd://{listening.fileno()}", *manners]
        environment = surroundings() | {"VAR_DIR": str(var), "EMAIL_URL": ""}
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True, pass_fds=[listening.fileno()]
        )
        try:
            yield listening.getsockname()[1]
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=PATIENCE)


def click_together(port: int, client: Client, path: str, forms: Sequence[dict[str, str]]) -> list[int]:
    """Post the forms at the same instant, each on a connection of its own, for the person of `client`.

    Return the status of each answer.
    """
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"csrftoken": TOKEN}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    start = Barrier(len(forms))

    def click(form: dict[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.connect()
        start.wait()
        connection.request("POST", path, urlencode({"csrfmiddlewaretoken": TOKEN, **form}), headers)
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(click, forms))
