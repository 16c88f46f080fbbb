"""Routes of the contracts room."""

from django.urls import path

from contracts.views import amendments, contract, ending

app_name = "contracts"
urlpatterns = [
    path("", contract.contract_list, name="contract_list"),
    path("nouveau/", contract.contract_draft, name="contract_draft"),
    path("<uuid:pk>/", contract.contract_preview, name="contract_preview"),
    path("<uuid:pk>/rediger/", contract.contract_edit, name="contract_edit"),
    path("<uuid:pk>/consentir/", contract.contract_consent, name="contract_consent"),
    path("<uuid:pk>/signer/", contract.contract_sign, name="contract_sign"),
    path("<uuid:pk>/signer/ailleurs/", contract.contract_sign_outside, name="contract_sign_outside"),
    path("<uuid:pk>/signer/papier/", contract.contract_sign_paper, name="contract_sign_paper"),
    path("<uuid:pk>/refuser/", contract.contract_refuse, name="contract_refuse"),
    path("<uuid:pk>/abandonner/", contract.contract_abandon, name="contract_abandon"),
    path("<uuid:pk>/crise/", contract.crisis_declare, name="crisis_declare"),
    path("<uuid:pk>/fin/", ending.termination_detail, name="termination_detail"),
    path("<uuid:pk>/fin/taux/", ending.termination_rates, name="termination_rates"),
    path("<uuid:pk>/fin/accord/", ending.termination_agree, name="termination_agree"),
    path("<uuid:pk>/fin/retirer/", ending.termination_withdraw, name="termination_withdraw"),
    path("<uuid:pk>/avenants/nouveau/", amendments.amendment_create, name="amendment_create"),
    path("avenants/<uuid:pk>/", amendments.amendment_detail, name="amendment_detail"),
    path("avenants/<uuid:pk>/rediger/", amendments.amendment_edit, name="amendment_edit"),
    path("avenants/<uuid:pk>/consentir/", amendments.amendment_consent, name="amendment_consent"),
    path("avenants/<uuid:pk>/signer/", amendments.amendment_sign, name="amendment_sign"),
    path("avenants/<uuid:pk>/signer/ailleurs/", amendments.amendment_sign_outside, name="amendment_sign_outside"),
    path("avenants/<uuid:pk>/signer/papier/", amendments.amendment_sign_paper, name="amendment_sign_paper"),
    path("avenants/<uuid:pk>/refuser/", amendments.amendment_refuse, name="amendment_refuse"),
    path("avenants/<uuid:pk>/abandonner/", amendments.amendment_abandon, name="amendment_abandon"),
]
