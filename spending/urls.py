"""Routes of the spending room."""

from django.urls import path

from spending import views

app_name = "spending"
urlpatterns = [
    path("<uuid:pk>/annee/<int:year>/", views.year_detail, name="year_detail"),
    path("<uuid:pk>/annee/<int:year>/budget/", views.budget_edit, name="budget_edit"),
    path("<uuid:pk>/annee/<int:year>/budget/modele/", views.budget_template, name="budget_template"),
    path("<uuid:pk>/annee/<int:year>/budget/tableur/", views.budget_import, name="budget_import"),
    path("<uuid:pk>/annee/<int:year>/budget/tableur/enregistrer/", views.budget_import_save, name="budget_import_save"),
    path("<uuid:pk>/modele/", views.expense_template, name="expense_template"),
    path("<uuid:pk>/tableur/", views.expense_import, name="expense_import"),
    path("<uuid:pk>/tableur/enregistrer/", views.expense_import_save, name="expense_import_save"),
    path("<uuid:pk>/saisir/", views.expense_create, name="expense_create"),
    path("<uuid:pk>/professionnels/", views.professional_list, name="professional_list"),
    path("<uuid:pk>/professionnels/ajouter/", views.professional_create, name="professional_create"),
    path("professionnel/<uuid:pk>/", views.professional_correct, name="professional_correct"),
    path("depense/<uuid:pk>/", views.expense_detail, name="expense_detail"),
    path("depense/<uuid:pk>/corriger/", views.expense_replace, name="expense_replace"),
    path("depense/<uuid:pk>/annuler/", views.expense_cancel, name="expense_cancel"),
    path("depense/<uuid:pk>/piece/", views.receipt_attach, name="receipt_attach"),
]
