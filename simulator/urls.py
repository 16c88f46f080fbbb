"""Routes of the simulator."""

from django.urls import path

from simulator.questions import QUESTIONS
from simulator.views import contract, scenarios, simulation

app_name = "simulator"
urlpatterns = [
    path("", simulation.simulation, name="simulation"),
    path("comparer/", simulation.comparison, name="comparison"),
    path("contrats/<uuid:pk>/", contract.contract_start, name="contract_start"),
    *[
        path(
            f"contrats/<uuid:pk>/{question}/",
            contract.contract_question,
            {"question": question},
            name=f"contract_{question}",
        )
        for question in QUESTIONS
    ],
    path("scenarios/", scenarios.scenario_list, name="scenario_list"),
    path("scenarios/enregistrer/", scenarios.scenario_create, name="scenario_create"),
    path("scenarios/comparer/", scenarios.scenario_compare, name="scenario_compare"),
    path("scenarios/<uuid:pk>/", scenarios.scenario_detail, name="scenario_detail"),
    path("scenarios/<uuid:pk>/renommer/", scenarios.scenario_edit, name="scenario_edit"),
    path("scenarios/<uuid:pk>/supprimer/", scenarios.scenario_delete, name="scenario_delete"),
]
