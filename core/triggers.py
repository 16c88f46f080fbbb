"""Append-only tables, in the dialect of each database, for migrations."""

from django.db.migrations import RunPython

MESSAGE = "cette table ne se modifie pas"


def append_only(table: str) -> RunPython:
    """Return the migration operation that makes `table` refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE."""

    def forwards(apps, schema_editor):
        statements = _postgresql(table) if schema_editor.connection.vendor == "postgresql" else _sqlite(table)
        for statement in statements:
            schema_editor.execute(statement)

    def backwards(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_frozen_rows ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_frozen_table ON {table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_frozen_update")
            schema_editor.execute(f"DROP TRIGGER {table}_frozen_delete")

    return RunPython(forwards, backwards)


def _postgresql(table: str) -> list[str]:
    return [
        f"""CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        f"CREATE TRIGGER {table}_frozen_rows BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_frozen_table BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for verb in ("UPDATE", "DELETE")
    ]
