"""Once the statement of a contract year is issued, its expenses and its budget do not change (R17)."""

from django.db import migrations

from core.triggers import frozen_when

MESSAGE = "les dépenses d’une année close ne changent plus"
STATED = "EXISTS (SELECT 1 FROM funding_statement s WHERE s.contract_id = {row}.contract_id AND s.year = {row}.year)"
STATED_BUDGET = (
    "EXISTS (SELECT 1 FROM funding_statement s JOIN spending_budget b ON b.contract_id = s.contract_id "
    "AND b.year = s.year WHERE b.id = {row}.budget_id)"
)


class Migration(migrations.Migration):
    dependencies = [("spending", "0001_initial"), ("funding", "0003_an_absent_date_is_not_a_date")]
    operations = [
        frozen_when("spending_expense", "spending_expense_closed_year", STATED, MESSAGE),
        frozen_when("spending_budget", "spending_budget_closed_year", STATED, MESSAGE),
        frozen_when("spending_budgetline", "spending_budgetline_closed_year", STATED_BUDGET, MESSAGE),
    ]
