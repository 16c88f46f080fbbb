from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_evidence_sha256_of_its_file")]

    operations = [
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sha256", ""), _negated=True),
                fields=("value", "sha256"),
                name="indicators_evidence_joined_once",
                violation_error_message="Ce fichier est déjà joint à cette valeur.",
            ),
        ),
    ]
