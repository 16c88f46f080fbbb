"""Several people at the same instant: each on a thread and a connection of its own, started together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from core.errors import DomainError


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts at the same instant, each on its own connection; return the sentence of each refusal."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except DomainError as error:
            return error.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return [sentence for sentence in pool.map(run, acts) if sentence]
