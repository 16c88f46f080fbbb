from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0013_order_of_crises"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="signing_order",
            field=models.CharField(
                choices=[
                    ("TOGETHER", "Chaque partie quand elle le souhaite"),
                    ("CPTS_FIRST", "La CPTS, puis l’ARS et la caisse"),
                    ("ARS_LAST", "La CPTS et la caisse, puis l’ARS"),
                    ("IN_TURN", "La CPTS, puis la caisse, puis l’ARS"),
                ],
                default="TOGETHER",
                max_length=32,
                verbose_name="ordre des signatures",
            ),
        ),
    ]
