"""Addresses typed with capitals in the back office: sign-in looks for them in lower case."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Lower


def lower(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.exclude(email=Lower("email"))
    users.update(email=Lower(F("email")))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(lower, migrations.RunPython.noop)]
