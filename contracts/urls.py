"""Routes of the contracts room."""

from django.urls import path

from contracts import views

app_name = "contracts"
urlpatterns = [
    path("", views.contract_list, name="contract_list"),
    path("nouveau/", views.contract_draft, name="contract_draft"),
    path("<uuid:pk>/", views.contract_preview, name="contract_preview"),
    path("<uuid:pk>/rediger/", views.contract_edit, name="contract_edit"),
    path("<uuid:pk>/consentir/", views.contract_consent, name="contract_consent"),
    path("<uuid:pk>/signer/", views.contract_sign, name="contract_sign"),
    path("<uuid:pk>/refuser/", views.contract_refuse, name="contract_refuse"),
    path("<uuid:pk>/abandonner/", views.contract_abandon, name="contract_abandon"),
    path("<uuid:pk>/crise/", views.crisis_declare, name="crisis_declare"),
]
