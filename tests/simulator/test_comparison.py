"""Scenarios side by side: what differs, said in French, and differences that add up to the cent."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements import catalogue
from simulator.comparison import compare
from simulator.documents import simulate_document
from simulator.wording import changes
from tests.agreements.strategies import documents
from tests.utils.reading import plain

AGREEMENTS = {code: catalogue.agreement(code) for code in catalogue.codes()}
BASE = {
    "agreement": "aci-2019",
    "signed_on": "2020-03-15",
    "population": 65_000,
    "years": 2,
    "missions": [{"mission": "ACCESS_TO_CARE", "starts_on": "2020-09-15", "rates": {"1": "0.80", "2": "1"}}],
}
FIELDS = {
    "population": "65000",
    "signed_on": "2020-03-15",
    "agreement": "aci-2019",
    "years": "2",
    "ACCESS_TO_CARE": "on",
    "ACCESS_TO_CARE-starts_on": "2020-09-15",
    "ACCESS_TO_CARE-rate": "100",
}


def simulated(**changed):
    return simulate_document(json.loads(json.dumps(BASE | changed)), AGREEMENTS)


# Arithmetic


@settings(max_examples=60)
@given(st.lists(documents(), min_size=2, max_size=3))
def test_differences_add_up_to_the_difference_of_the_totals(scenarios):
    simulations = [simulate_document(document, AGREEMENTS) for document in scenarios]
    comparison = compare(simulations)
    totals = [simulation.result.total for simulation in simulations]
    wanted = [total - totals[0] for total in totals[1:]]
    for rows in (comparison.years, comparison.lines, [year for line in comparison.lines for year in line.years]):
        assert [sum(row.differences[place] for row in rows) for place in range(len(wanted))] == wanted
    assert list(comparison.total.differences) == wanted


def test_a_scenario_compared_with_itself_changes_nothing():
    comparison = compare([simulated(), simulated()])
    assert comparison.sentence(1) == "Le total est le même."
    assert not any(row.is_different for row in (*comparison.lines, *comparison.years))
    assert (comparison.causes(1), changes(simulated(), simulated())) == ([], [])


def test_a_lower_rate_costs_the_variable_part_only():
    """Year 1: 17 500 × 181 ÷ 365 × 0.6 = 5 206.85 instead of 6 942.47; year 2: 10 500 instead of 17 500."""
    missions = [BASE["missions"][0] | {"rates": {"1": "0.60", "2": "0.60"}}]
    comparison = compare([simulated(), simulated(missions=missions)])
    assert comparison.causes(1) == [("Accès aux soins, volet variable", Decimal("-8735.62"))]
    (variable,) = [line for line in comparison.lines if line.is_different]
    assert [year.differences for year in variable.years] == [(Decimal("-1735.62"),), (Decimal("-7000.00"),)]
    words = plain(comparison.sentence(1))
    assert words == "8 735,62 € de moins sur la durée du contrat, soit − 5,12 %."


def test_a_year_that_a_scenario_does_not_have_is_worth_nothing_in_it():
    ended = simulated(terminated_on="2021-03-15", missions=[BASE["missions"][0] | {"rates": {"1": "0.80"}}])
    comparison = compare([simulated(), ended])
    assert comparison.years[1].amounts[1] is None
    assert comparison.years[1].differences == (-comparison.years[1].amounts[0],)


# Words


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        (
            {"population": 85_000},
            ["85\u202f000 habitants au lieu de 65\u202f000 habitants", "taille 3 au lieu de taille 2"],
        ),
        ({"sizes": {"2": 3}}, ["taille 2, puis 3 à partir de l’année 2 au lieu de taille 2"]),
        ({"missions": []}, ["sans Accès aux soins"]),
        (
            {"missions": [*BASE["missions"], {"mission": "QUALITY", "starts_on": "2021-01-01"}]},
            ["avec Qualité et pertinence des soins, à partir du 1er janvier 2021"],
        ),
        (
            {"missions": [{"mission": "ACCESS_TO_CARE", "starts_on": "2020-10-01", "rates": {"1": "0.6", "2": "0.6"}}]},
            [
                "Accès aux soins : démarrage le 1er octobre 2020 au lieu du 15 septembre 2020",
                "Accès aux soins : résultats à 60\u00a0% au lieu de "
                "80\u00a0% (année\u00a01), 100\u00a0% (année\u00a02)",
            ],
        ),
        (
            {"terminated_on": "2022-01-01"},
            ["fin anticipée : le 1er janvier 2022 au lieu de aucune"],
        ),
        ({"members": {"1": 120, "2": 120}}, ["membres : 120 au lieu de non renseigné"]),
    ],
)
def test_what_changes_is_said_in_french(changed, sentences):
    assert changes(simulated(), simulated(**changed)) == sentences


# The page


def page_of(client, **fields):
    return client.get(reverse("simulator:comparison"), fields, follow=True)


@pytest.mark.django_db
def test_anyone_compares_two_versions_of_the_agreement(client):
    response = page_of(client, **FIELDS, **{"b-agreement": "aci-2021"})
    page = response.context["page"]
    assert [column.simulation.agreement.code for column in page.columns] == ["aci-2019", "aci-2021"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "Répartition à confirmer" in response.content.decode()


@pytest.mark.django_db
def test_three_scenarios_stand_side_by_side(client):
    response = page_of(client, **FIELDS, **{"b-population": "85000", "c-ACCESS_TO_CARE-rate": "60"})
    totals = [column.simulation.result.total for column in response.context["page"].columns]
    assert totals[1] > totals[0] > totals[2]
    assert [cell.head for cell in response.context["page"].total.cells] == [
        "Scénario A",
        "Scénario B",
        "Scénario C",
        "B − A",
        "C − A",
    ]


@pytest.mark.django_db
def test_the_form_of_a_scenario_moves_to_an_address_that_says_what_differs(client):
    whole = {f"b-{name}": value for name, value in FIELDS.items()} | {"b-whole": "1", "b-population": "85 000"}
    response = client.get(reverse("simulator:comparison"), {**FIELDS, **whole})
    assert response.status_code == 302
    said = response["Location"].split("?")[1].split("&")
    assert [part for part in said if part.startswith("b-")] == ["b-population=85000"]


@pytest.mark.django_db
def test_a_box_unticked_takes_the_mission_away(client):
    whole = {"b-whole": "1", "b-population": "65000", "b-signed_on": "2020-03-15", "b-years": "2"}
    response = page_of(client, **FIELDS, **whole)
    assert "Sans Accès aux soins" in response.content.decode()
    assert not response.context["page"].columns[1].simulation.inputs.missions


@pytest.mark.django_db
def test_a_refusal_stands_in_its_scenario_and_nothing_typed_is_lost(client):
    whole = {f"b-{name}": value for name, value in FIELDS.items()} | {"b-whole": "1", "b-population": "beaucoup"}
    response = page_of(client, **FIELDS, **whole)
    (_letter, form) = response.context["others"][0]
    assert form.errors["population"] == ["Écrivez un nombre entier en chiffres, par exemple 65 000."]
    assert 'value="beaucoup"' in response.content.decode()


@pytest.mark.django_db
def test_a_first_scenario_that_is_wrong_is_corrected_on_its_own_page(client):
    response = page_of(client, **FIELDS | {"population": ""}, **{"b-agreement": "aci-2021"})
    assert response.redirect_chain[0][0].startswith(reverse("simulator:simulation"))
    assert "population" in response.context["form"].errors


@pytest.mark.django_db
def test_alone_a_scenario_waits_for_another(client):
    response = page_of(client, **FIELDS)
    assert response.redirect_chain[-1][0].endswith("b-same=1")
    assert "Identique au scénario A" in response.content.decode()


@pytest.mark.django_db
def test_a_result_suggests_what_to_compare_it_with(client):
    response = client.get(reverse("simulator:simulation"), FIELDS)
    suggested = dict(response.context["suggestions"])
    assert set(suggested) == {
        "accord\u00a0: ACI modifié par l’avenant 2 du 20 décembre 2021",
        "avec des résultats à 60\u00a0%",
        "en taille 1",
        "en taille 3",
        "avec la mission «\u00a0Qualité et pertinence des soins\u00a0»",
        "avec la mission «\u00a0Accompagnement des professionnels de santé\u00a0»",
    }
    for query in suggested.values():
        followed = client.get(f"{reverse('simulator:comparison')}?{query}")
        assert followed.status_code == 200, query  # already the shortest address
        assert followed.context["page"].columns[1].changes


@pytest.mark.django_db
def test_a_comparison_is_exported_line_by_line(client):
    response = page_of(client, **FIELDS, **{"b-population": "85000", "_export": "csv"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Année", "Ligne", "A (€)", "B (€)", "B − A (€)"]
    assert ["Année 1", "Fonctionnement", "60000,00", "75000,00", "15000,00"] in rows
    assert page_of(client, **FIELDS, _export="xlsx").content.startswith(b"PK")
