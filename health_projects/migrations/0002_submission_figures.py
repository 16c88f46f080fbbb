"""A submission says the population and the size it had, and an acceptance the communes it covers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health_projects", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="projectsubmission",
            name="covered_population",
            field=models.PositiveIntegerField(default=0, verbose_name="population couverte"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="projectsubmission",
            name="size",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="taille"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="territoryoverlap",
            name="accepted_codes",
            field=models.JSONField(blank=True, default=list, verbose_name="communes acceptées"),
        ),
    ]
