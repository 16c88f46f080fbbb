from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_partners_by_side"),
        ("territories", "0002_search_names_keep_inner_articles"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="signatory_count",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="nombre de signataires par document"),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("signatory_count__gte", 1), ("signatory_count__lte", 5)),
                name="accounts_a_few_signatories",
            ),
        ),
    ]
