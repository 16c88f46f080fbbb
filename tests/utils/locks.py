"""Which rows an action locks, and when: read in its queries."""

import re
from collections.abc import Callable, Iterable

from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest import MonkeyPatch

from documents import storage

JOURNAL = "pg_advisory_xact_lock"
LOCK = re.compile(r'^SELECT .*? FROM "(?P<first>\w+)".* FOR (?:NO KEY )?UPDATE(?: OF "(?P<table>\w+)")?$', re.DOTALL)


def locked_after_the_journal(queries: Iterable[dict[str, str]]) -> set[str]:
    """Return the tables whose rows are locked once the journal is begun, and not before: two people could wait for
    each other without end."""
    before, after, is_begun = set(), set(), False
    for sql in (query["sql"] for query in queries):
        is_begun = is_begun or JOURNAL in sql
        if found := LOCK.match(sql):
            (after if is_begun else before).add(found["table"] or found["first"])
    assert is_begun, "nothing was written in the journal"
    return after - before


def written_under_the_journal(monkeypatch: MonkeyPatch, act: Callable[[], object]) -> list[bool]:
    """Do `act`; return, for each file that it writes in the store, whether the journal was held: the store may be
    slow, and everyone would wait for it."""
    write, held = storage.write, []

    def watched(content: bytes) -> str:
        held.append(any(JOURNAL in query["sql"] for query in queries.captured_queries))
        return write(content)

    monkeypatch.setattr(storage, "write", watched)
    with CaptureQueriesContext(connection) as queries:
        act()
    return held
