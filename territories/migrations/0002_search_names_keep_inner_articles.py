"""Names are searched without their leading article only: « Val-de-Reuil » had lost its « l »."""

from django.db import migrations

from territories.rules import search_key

BATCH = 2000


def search_again(apps, schema_editor):
    for name in ("Commune", "Epci"):
        model = apps.get_model("territories", name)
        changed = []
        for row in model.objects.only("pk", "name", "search_name").iterator(BATCH):
            key = search_key(row.name)
            if key != row.search_name:
                row.search_name = key
                changed.append(row)
        model.objects.bulk_update(changed, ["search_name"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("territories", "0001_territories")]
    operations = [migrations.RunPython(search_again, migrations.RunPython.noop)]
