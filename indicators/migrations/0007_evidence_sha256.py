from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0006_programme_days")]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="sha256",
            field=models.CharField(default="", editable=False, max_length=64, verbose_name="SHA-256"),
            preserve_default=False,
        ),
    ]
