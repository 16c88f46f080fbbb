from django.db import migrations

from core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("funding", "0004_deductions_and_orders")]
    operations = [append_only("funding_deduction"), append_only("funding_paymentorder")]
