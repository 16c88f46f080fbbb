"""Which rows an action locks, and when: read in its queries."""

import re
from collections.abc import Iterable

LOCK = re.compile(r'^SELECT .*? FROM "(?P<first>\w+)".* FOR (?:NO KEY )?UPDATE(?: OF "(?P<table>\w+)")?$', re.DOTALL)


def locked_after_the_journal(queries: Iterable[dict[str, str]]) -> set[str]:
    """Return the tables whose rows are locked once the journal is begun, and not before: two people could wait for
    each other without end."""
    before, after, is_begun = set(), set(), False
    for sql in (query["sql"] for query in queries):
        is_begun = is_begun or "pg_advisory_xact_lock" in sql
        if found := LOCK.match(sql):
            (after if is_begun else before).add(found["table"] or found["first"])
    assert is_begun, "nothing was written in the journal"
    return after - before
