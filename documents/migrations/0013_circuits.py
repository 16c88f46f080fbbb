from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def write_steps(apps, schema_editor):
    """A document signed in order had one signatory a step."""
    signatures = apps.get_model("documents", "Signature").objects
    signatures.filter(document__in_order=True).update(step=F("position"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_signatory_count"),
        ("documents", "0012_name_of_a_party"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="signature",
            name="documents_one_signature_a_side",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="documents_nobody_signs_for_two",
        ),
        migrations.AddField(
            model_name="signature",
            name="number",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="rang dans sa partie"),
        ),
        migrations.AddField(
            model_name="signature",
            name="step",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="étape du circuit"),
        ),
        migrations.RunPython(write_steps, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(
            model_name="document",
            name="in_order",
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=("document", "side", "number"), name="documents_one_signature_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("document", "position"), name="documents_one_place_a_position"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("position__gte", 1), ("step__gte", 1)),
                name="documents_places_count_from_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("signer__isnull", False)),
                fields=("document", "signer"),
                name="documents_nobody_signs_twice",
                violation_error_message="Une même personne ne signe pas deux fois le même document.",
            ),
        ),
    ]
