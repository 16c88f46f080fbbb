"""Routes of the spending room."""

from django.urls import path

from spending.views import expenses, professionals, spreadsheets, years

app_name = "spending"
urlpatterns = [
    path("<uuid:pk>/annee/<int:year>/", years.year_detail, name="year_detail"),
    path("<uuid:pk>/annee/<int:year>/budget/", years.budget_edit, name="budget_edit"),
    path("<uuid:pk>/annee/<int:year>/budget/modele/", spreadsheets.budget_template, name="budget_template"),
    path("<uuid:pk>/annee/<int:year>/budget/tableur/", spreadsheets.budget_import, name="budget_import"),
    path(
        "<uuid:pk>/annee/<int:year>/budget/tableur/enregistrer/",
        spreadsheets.budget_import_save,
        name="budget_import_save",
    ),
    path("<uuid:pk>/modele/", spreadsheets.expense_template, name="expense_template"),
    path("<uuid:pk>/tableur/", spreadsheets.expense_import, name="expense_import"),
    path("<uuid:pk>/tableur/enregistrer/", spreadsheets.expense_import_save, name="expense_import_save"),
    path("<uuid:pk>/saisir/", expenses.expense_create, name="expense_create"),
    path("<uuid:pk>/professionnels/", professionals.professional_list, name="professional_list"),
    path("<uuid:pk>/professionnels/ajouter/", professionals.professional_create, name="professional_create"),
    path("professionnel/<uuid:pk>/", professionals.professional_correct, name="professional_correct"),
    path("depense/<uuid:pk>/", expenses.expense_detail, name="expense_detail"),
    path("depense/<uuid:pk>/corriger/", expenses.expense_replace, name="expense_replace"),
    path("depense/<uuid:pk>/annuler/", expenses.expense_cancel, name="expense_cancel"),
    path("depense/<uuid:pk>/piece/", expenses.receipt_attach, name="receipt_attach"),
]
