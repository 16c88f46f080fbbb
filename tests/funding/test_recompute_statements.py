"""An issued statement is computed again to the same cents; whatever was tampered with is named."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from agreements.models import AgreementLine
from funding.models import Statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(evaluated) -> Statement:
    return evaluated.contract.statements.get()


def recompute(*arguments: str) -> str:
    out = StringIO()
    call_command("recompute_statements", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def tamper(sql: str, *values) -> None:
    """Write behind the back of the triggers, as someone with the keys of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_an_untouched_statement_has_no_difference(statement):
    assert "1 décompte recalculé : aucun écart" in recompute()


def test_it_does_not_depend_on_the_amounts_of_today(statement):
    AgreementLine.objects.update(amount=Decimal("1.00"))
    assert "aucun écart" in recompute()


def test_a_changed_line_is_named_and_the_command_fails(statement):
    tamper("UPDATE funding_statementline SET amount = amount + 1 WHERE kind = 'VARIABLE'")
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("recompute_statements", stdout=out, stderr=StringIO())
    assert stop.value.code == 1
    assert "Accès aux soins, volet variable : 14\u202f877,71" in out.getvalue()
    assert "1 en écart" in out.getvalue()


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE funding_statement SET total = total + 1", "total"),
        ("UPDATE funding_statement SET inputs = jsonb_set(inputs, '{size}', '3')", "empreinte"),
        ("UPDATE funding_statement SET inputs = '{}'", "ne se relisent pas"),
        ("UPDATE funding_statement SET content_hash = repeat('0', 64)", "empreinte"),
    ],
)
def test_whatever_is_changed_is_seen(statement, sql, sentence):
    tamper(sql)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("recompute_statements", stdout=out, stderr=StringIO())
    assert sentence in out.getvalue()


def test_one_contract_may_be_asked_for(statement):
    assert "1 décompte recalculé" in recompute("--contract", statement.contract.number)
    assert "0 décompte recalculé" in recompute("--contract", "inconnu")
