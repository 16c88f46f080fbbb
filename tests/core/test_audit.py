"""The journal only grows, and tells where it was tampered with."""

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from core import audit
from core.actor import SYSTEM
from core.audit import first_bad_entry
from core.models import AuditEvent
from tests.utils.factories import CptsFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(db):
    """Five entries on one object, in order."""
    organisation = CptsFactory()
    first = AuditEvent.objects.count()
    for number in range(5):
        audit.record(SYSTEM, "test.write", organisation, before={"n": number}, after={"n": number + 1})
    return list(AuditEvent.objects.order_by("sequence"))[first:]


def all_entries():
    return list(AuditEvent.objects.order_by("sequence"))


def test_an_intact_journal_is_found_intact(entries, capsys):
    assert first_bad_entry(all_entries()) is None
    call_command("verify_audit_chain")
    assert "intact" in capsys.readouterr().out


@pytest.mark.parametrize("statement", ["UPDATE core_auditevent SET action = 'x'", "DELETE FROM core_auditevent"])
def test_the_database_refuses_to_rewrite_the_journal(entries, statement):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("field", ["action", "user_name", "object_label", "after", "at", "side"])
def test_a_changed_entry_is_named(entries, field):
    rows = all_entries()
    victim = rows[-3]
    setattr(victim, field, {"n": 99} if field == "after" else rows[0].at.replace(year=1999) if field == "at" else "X")
    assert first_bad_entry(rows)[0] == victim.sequence


def test_a_missing_entry_is_named(entries):
    rows = all_entries()
    gone = rows.pop(-3)
    assert first_bad_entry(rows) == (gone.sequence, "l’entrée manque")


def test_two_swapped_entries_are_seen(entries):
    rows = all_entries()
    rows[-2], rows[-3] = rows[-3], rows[-2]
    assert first_bad_entry(rows) is not None


def test_the_command_fails_and_names_the_first_bad_entry(entries):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica") if connection.vendor == "postgresql" else None
        cursor.execute("UPDATE core_auditevent SET action = 'autre' WHERE sequence = %s", [entries[1].sequence])
    with pytest.raises(CommandError, match=f"entrée {entries[1].sequence} ") as failure:
        call_command("verify_audit_chain")
    assert failure.value.returncode == 1
