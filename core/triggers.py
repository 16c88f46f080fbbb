"""Tables that only grow, rows that freeze: in the dialect of each database, for migrations."""

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


def frozen_when(table: str, name: str, condition: str, message: str) -> RunPython:
    """Return the migration operation that makes `table` refuse each write of a row for which `condition` holds.

    `condition` is SQL about {row}: the row before the write, and the row after it. `name` names the trigger.
    """

    def forwards(apps, schema_editor):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        write = _frozen_on_postgresql if is_postgresql else _frozen_on_sqlite
        for statement in write(table, name, condition, message):
            schema_editor.execute(statement)

    def backwards(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            for verb in _ROWS_OF:
                schema_editor.execute(f"DROP TRIGGER {name}_{verb.lower()}")

    return RunPython(forwards, backwards)


_ROWS_OF = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def _frozen_on_postgresql(table: str, name: str, condition: str, message: str) -> list[str]:
    refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'"
    return [
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' AND {condition.format(row="OLD")} THEN {refuse}; END IF;
                IF TG_OP <> 'DELETE' AND {condition.format(row="NEW")} THEN {refuse}; END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END $$""",
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _frozen_on_sqlite(table: str, name: str, condition: str, message: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {table} "
        f"WHEN {' OR '.join(condition.format(row=row) for row in rows)} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for verb, rows in _ROWS_OF.items()
    ]
