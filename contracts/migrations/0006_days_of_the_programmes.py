"""Tell the programmes already opened which days their contract year has (R15)."""

from django.db import migrations

from core.dates import anniversary


def fill_days(apps, schema_editor):
    years = apps.get_model("contracts", "ContractYear").objects.select_related("contract", "programme")
    for year in years.filter(contract__signed_on__isnull=False, programme__status__in=["OPEN", "CLOSED"]):
        year.programme.starts_on = anniversary(year.contract.signed_on, year.number - 1)
        year.programme.ends_on = anniversary(year.contract.signed_on, year.number)
        year.programme.save(update_fields=["starts_on", "ends_on"])


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_the_end_before_the_term"), ("indicators", "0006_programme_days")]

    operations = [migrations.RunPython(fill_days, migrations.RunPython.noop)]
