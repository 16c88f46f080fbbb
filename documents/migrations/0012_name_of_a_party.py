from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def write_names(apps, schema_editor):
    """Nobody kept the names that documents print until now: today's are the best known."""
    organisations = apps.get_model("accounts", "Organisation").objects.filter(pk=OuterRef("organisation_id"))
    signatures = apps.get_model("documents", "Signature").objects
    signatures.update(organisation_name=Subquery(organisations.values("name")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0011_longer_titles"),
    ]

    operations = [
        migrations.AddField(
            model_name="signature",
            name="organisation_name",
            field=models.CharField(default="", max_length=200, verbose_name="nom de la partie"),
            preserve_default=False,
        ),
        migrations.RunPython(write_names, migrations.RunPython.noop, elidable=True),
    ]
