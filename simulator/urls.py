"""Routes of the simulator."""

from django.urls import path

from simulator import views
from simulator.questions import QUESTIONS

app_name = "simulator"
urlpatterns = [
    path("", views.simulation, name="simulation"),
    path("comparer/", views.comparison, name="comparison"),
    path("contrats/<uuid:pk>/", views.contract_start, name="contract_start"),
    *[
        path(
            f"contrats/<uuid:pk>/{question}/",
            views.contract_question,
            {"question": question},
            name=f"contract_{question}",
        )
        for question in QUESTIONS
    ],
    path("scenarios/", views.scenario_list, name="scenario_list"),
    path("scenarios/enregistrer/", views.scenario_create, name="scenario_create"),
    path("scenarios/comparer/", views.scenario_compare, name="scenario_compare"),
    path("scenarios/<uuid:pk>/", views.scenario_detail, name="scenario_detail"),
    path("scenarios/<uuid:pk>/renommer/", views.scenario_edit, name="scenario_edit"),
    path("scenarios/<uuid:pk>/supprimer/", views.scenario_delete, name="scenario_delete"),
]
