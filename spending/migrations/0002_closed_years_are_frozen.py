"""Once the statement of a contract year is issued, its expenses and its budget do not change (R17)."""

from django.db import migrations

MESSAGE = "les dépenses d’une année close ne changent plus"
TABLES = ("spending_expense", "spending_budget")
STATED = "EXISTS (SELECT 1 FROM funding_statement s WHERE s.contract_id = {row}.contract_id AND s.year = {row}.year)"
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def freeze(apps, schema_editor):
    write = freeze_on_postgresql if schema_editor.connection.vendor == "postgresql" else freeze_on_sqlite
    for table in TABLES:
        for statement in write(table):
            schema_editor.execute(statement)


def freeze_on_postgresql(table):
    yield f"""CREATE OR REPLACE FUNCTION refuse_closed_year() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND {STATED.format(row="OLD")} THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP <> 'DELETE' AND {STATED.format(row="NEW")} THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$"""
    yield (
        f"CREATE TRIGGER {table}_closed_year BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed_year()"
    )


def freeze_on_sqlite(table):
    for verb, rows in ROWS.items():
        condition = " OR ".join(STATED.format(row=row) for row in rows)
        yield (
            f"CREATE TRIGGER {table}_closed_year_{verb.lower()} BEFORE {verb} ON {table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def thaw(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        if is_postgresql:
            schema_editor.execute(f"DROP TRIGGER {table}_closed_year ON {table}")
        for verb in () if is_postgresql else ROWS:
            schema_editor.execute(f"DROP TRIGGER {table}_closed_year_{verb.lower()}")


class Migration(migrations.Migration):
    dependencies = [("spending", "0001_initial"), ("funding", "0003_an_absent_date_is_not_a_date")]
    operations = [migrations.RunPython(freeze, thaw)]
