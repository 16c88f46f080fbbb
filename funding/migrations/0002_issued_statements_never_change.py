"""An issued statement and its lines never change (R17): a correction is a new revision."""

from django.db import migrations

from core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial"), ("core", "0002_append_only_journal")]
    operations = [append_only("funding_statement"), append_only("funding_statementline")]
