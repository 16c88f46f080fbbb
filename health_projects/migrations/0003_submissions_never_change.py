"""What was sent to the ARS stays as it was sent."""

from django.db import migrations

from core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("health_projects", "0002_submission_figures"),
        ("core", "0002_append_only_journal"),
    ]

    operations = [append_only("health_projects_projectsubmission")]
