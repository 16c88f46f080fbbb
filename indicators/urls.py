"""Routes of the indicators room."""

from django.urls import path

from indicators import views

app_name = "indicators"
urlpatterns = [
    path("<uuid:pk>/", views.programme_detail, name="programme_detail"),
    path("<uuid:pk>/preparer/", views.programme_edit, name="programme_edit"),
    path("<uuid:pk>/reprendre/<uuid:source_pk>/", views.programme_copy, name="programme_copy"),
    path("missions/<uuid:pk>/actions/ajouter/", views.action_create, name="action_create"),
    path("actions/<uuid:pk>/", views.action_edit, name="action_edit"),
    path("actions/<uuid:pk>/supprimer/", views.action_delete, name="action_delete"),
    path("missions/<uuid:pk>/indicateurs/ajouter/", views.indicator_create, name="indicator_create"),
    path("indicateurs/<uuid:pk>/", views.indicator_edit, name="indicator_edit"),
    path("indicateurs/<uuid:pk>/supprimer/", views.indicator_delete, name="indicator_delete"),
    path("indicateurs/<uuid:pk>/valeur/", views.value_enter, name="value_enter"),
    path("indicateurs/<uuid:pk>/decision/", views.indicator_settle, name="indicator_settle"),
    path("livrables/<uuid:pk>/deposer/", views.deliverable_deposit, name="deliverable_deposit"),
    path("valeurs/<uuid:pk>/confirmer/", views.value_confirm, name="value_confirm"),
    path("valeurs/<uuid:pk>/contester/", views.value_contest, name="value_contest"),
    path("valeurs/<uuid:pk>/pieces/", views.evidence_add, name="evidence_add"),
]
