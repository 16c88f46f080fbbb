"""The public simulator: anyone may ask it, its address is the scenario, its figures are those of the engine."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse

from agreements.simulation import simulate
from core.values import euros
from tests.utils.factories import CommuneFactory, DepartmentFactory
from tests.utils.stories import at

pytestmark = pytest.mark.django_db
WORKED_EXAMPLE = {  # rules.md, the worked example
    "population": "65000",
    "signed_on": "2020-03-15",
    "agreement": "aci-2019",
    "years": "2",
    "ACCESS_TO_CARE": "on",
    "ACCESS_TO_CARE-starts_on": "2020-09-15",
    "ACCESS_TO_CARE-rate-1": "80",
}
UNDER_2021 = {"population": "18000", "signed_on": "2023-01-10", "years": "1", "PREVENTION": "on"}


def page_of(client, **fields):
    """Return the page of a scenario, its address followed."""
    return client.get(reverse("simulator:simulation"), fields, follow=True)


def errors_of(client, **fields) -> dict[str, list[str]]:
    return page_of(client, **fields).context["form"].errors.get_json_data()


def messages_of(client, field: str, **fields) -> list[str]:
    return [error["message"] for error in errors_of(client, **fields).get(field, [])]


# Without an account


def test_anyone_opens_it_and_finds_the_core_missions_of_today(client):
    response = client.get(reverse("simulator:simulation"))
    form = response.context["form"]
    assert response.status_code == 200
    assert not form.is_bound
    ticked = {mission.label for mission in form.missions() if mission.engaged.value()}
    assert ticked == {
        "Accès aux soins",
        "Parcours pluriprofessionnels",
        "Prévention",
        "Réponse aux crises sanitaires",
    }


def test_it_is_reached_from_the_sign_in_page_and_from_every_footer(client, world, client_of):
    address = f'href="{reverse("simulator:simulation")}"'
    assert address in client.get(reverse("account_login")).content.decode()
    assert address in client_of(world.west.coordinator).get(reverse("dashboards:home")).content.decode()


@pytest.mark.parametrize("member", ["coordinator", "accountant"])
def test_who_is_signed_in_sees_the_same(world, client, client_of, member):
    shown = page_of(client, **WORKED_EXAMPLE).context["page"]
    seen = page_of(client_of(getattr(world.west, member)), **WORKED_EXAMPLE).context["page"]
    assert shown == seen


def test_results_are_not_for_search_engines(client):
    assert "X-Robots-Tag" not in client.get(reverse("simulator:simulation"))
    assert page_of(client, **WORKED_EXAMPLE)["X-Robots-Tag"] == "noindex, nofollow"


# Figures


def test_the_worked_example_comes_out_to_the_cent(client):
    page = page_of(client, **WORKED_EXAMPLE).context["page"]
    expected = [
        ("2020-03-15", "Fonctionnement", "60000.00"),
        ("2020-09-15", "Accès aux soins, volet fixe", "6508.56"),
        ("2021-03-15", "Accès aux soins, volet fixe", "2169.52"),
        ("2021-03-15", "Accès aux soins, volet variable", "6942.47"),
        ("2021-03-15", "Fonctionnement", "45000.00"),
        ("2021-03-15", "Accès aux soins, volet fixe", "13125.00"),
    ]
    found = [
        (day.due_on.isoformat(), payment.label, str(payment.amount))
        for day in page.days
        for payment in day.payments
        if day.due_on.isoformat() <= "2021-03-15"
    ]
    assert found == expected


def test_the_page_prints_the_figures_of_the_command(client):
    response = page_of(client, **WORKED_EXAMPLE)
    document = response.context["page"].simulation.document
    answer = simulate(json.dumps(document))
    html = response.content.decode()
    printed = [
        *(line["amount"] for year in answer["years"] for line in year["lines"]),
        *(year["total"] for year in answer["years"]),
        *(payment["amount"] for payment in answer["payments"]),
        answer["total"],
    ]
    assert [amount for amount in printed if euros(Decimal(amount)) not in html] == []


def test_an_amount_opens_down_to_its_rule(client):
    page = page_of(client, **WORKED_EXAMPLE).context["page"]
    (fixed,) = [line for mission in page.years[0].missions for line in mission.lines if line.label == "Volet fixe"]
    assert [step.label for step in fixed.steps] == [
        "Taille",
        "Mission",
        "Volet",
        "Montant annuel",
        "Jours",
        "Résultat",
        "Règle",
    ]
    values = {step.label: step.value for step in fixed.steps}
    assert (values["Taille"], values["Jours"], values["Règle"]) == ("Taille 2", "181 sur 365", "R7")


def test_a_year_without_result_is_said_to_wait(client):
    response = page_of(client, **{**WORKED_EXAMPLE, "years": "2"})
    assert response.context["page"].pending == [(2, ("Accès aux soins, volet variable",))]
    assert "pas encore compté" in response.content.decode()


def test_what_is_not_confirmed_is_said_to_be(client):
    assert "Répartition à confirmer" in page_of(client, **UNDER_2021).content.decode()
    assert "Répartition à confirmer" not in page_of(client, **WORKED_EXAMPLE).content.decode()


def test_r1_a_small_population_is_warned_about(client):
    assert "inférieure à" in page_of(client, **UNDER_2021).content.decode()


def test_r2_the_agreement_is_that_of_the_signature_unless_named(client):
    before, after = {"signed_on": "2022-03-30"}, {"signed_on": "2022-03-31"}
    chosen = [
        page_of(client, **{**UNDER_2021, **change}).context["page"].simulation.agreement.code
        for change in (before, after, after | {"agreement": "aci-2019"})
    ]
    assert chosen == ["aci-2019", "aci-2021", "aci-2019"]


def test_r4_a_mission_without_date_starts_at_the_latest(client):
    page = page_of(client, **UNDER_2021).context["page"]
    assert page.simulation.document["missions"][0]["starts_on"] == "2024-01-10"  # twelve months for prevention


def test_r9_unscheduled_care_is_simulated_under_its_agreement(client):
    """Funding.md, second example: 165 days of triage, and the compensation capped."""
    fields = {
        **WORKED_EXAMPLE,
        "years": "1",
        "ACCESS_TO_CARE-triage_starts_on": "2020-10-01",
        "ACCESS_TO_CARE-compensation_starts_on": "2020-10-01",
        "ACCESS_TO_CARE-compensation_actual": "8 000",
    }
    page = page_of(client, **fields).context["page"]
    amounts = {line.label: str(line.amount) for mission in page.years[0].missions for line in mission.lines}
    assert amounts["Traitement et orientation des demandes"] == "20342.47"
    assert amounts["Compensation des professionnels"] == "5424.66"


def test_r10_a_declared_crisis_is_simulated_under_its_agreement(client):
    fields = {
        "population": "90000",
        "signed_on": "2022-09-01",
        "years": "1",
        "HEALTH_CRISIS": "on",
        "HEALTH_CRISIS-starts_on": "2022-09-01",
        "HEALTH_CRISIS-crises": "02/08/2023, 2023-08-15",
    }
    page = page_of(client, **fields).context["page"]
    amounts = {line.label: str(line.amount) for mission in page.years[0].missions for line in mission.lines}
    assert amounts["Crise déclarée"] == "67500.00"  # once, whatever the number of crises


def test_what_the_agreement_does_not_know_is_kept_and_said_to_have_no_effect(client):
    response = page_of(client, **WORKED_EXAMPLE, HEALTH_CRISIS="on", members="120")
    assert "HEALTH_CRISIS=on" in response.context["address"]
    assert [mission["mission"] for mission in response.context["page"].simulation.document["missions"]] == [
        "ACCESS_TO_CARE"
    ]
    notices = " ".join(response.context["page"].simulation.notices)
    assert "n’a pas de mission « Réponse aux crises sanitaires »" in notices
    assert "ne prévoit pas de majoration" in notices


# The address


def test_the_address_is_the_scenario(client):
    response = client.get(reverse("simulator:simulation"), {**WORKED_EXAMPLE, "members": "", "PREVENTION-rate": "100"})
    assert response.status_code == 302
    assert dict(parse_qsl(urlsplit(response["Location"]).query)) == WORKED_EXAMPLE
    assert client.get(response["Location"]).status_code == 200


def test_the_address_to_copy_leads_to_the_same_page(client):
    first = page_of(client, **WORKED_EXAMPLE)
    again = client.get(first.context["address"])
    assert again.status_code == 200
    assert again.context["page"] == first.context["page"]


# Territory


@pytest.fixture
def communes(db):
    department = DepartmentFactory()
    return [
        CommuneFactory(name=name, search_name=name.lower(), department=department, population=size)
        for name, size in (("Aigre", 41_000), ("Bonne", 2_000))
    ]


def test_communes_give_the_population(client, communes):
    codes = ",".join(commune.code for commune in communes)
    response = page_of(client, **{**UNDER_2021, "population": "", "communes": codes})
    assert response.context["page"].simulation.inputs.population == 43_000
    assert response.context["page"].sizes == "taille 2"


def test_a_commune_is_added_and_removed_by_a_button(client, communes):
    first, second = communes
    added = page_of(client, **UNDER_2021, code=first.code)
    assert added.context["page"].simulation.inputs.population == 41_000  # no longer the population typed before
    fields = {**UNDER_2021, "population": "", "communes": f"{first.code},{second.code}"}
    removed = page_of(client, **fields, remove=second.code)
    assert removed.context["page"].simulation.inputs.population == 41_000


def test_a_commune_is_found_by_its_name_without_an_account(client, communes):
    found = page_of(client, **UNDER_2021, q="bonn")
    assert [place.name for place in found.context["places"].communes] == ["Bonne"]
    live = client.get(reverse("territories:place_search"), {"q": "bonn"})
    assert (live.status_code, "Bonne" in live.content.decode()) == (200, True)


def test_codes_are_pasted(client, communes):
    pasted = " ; ".join(commune.code for commune in communes)
    response = page_of(client, **{**UNDER_2021, "population": "", "pasted": pasted})
    assert response.context["page"].simulation.inputs.population == 43_000
    assert "pasted" not in response.context["address"]


def test_codes_that_name_nothing_are_refused_beside_the_field_and_kept(client, communes):
    pasted = f"{communes[0].code} 99999 bonjour"
    response = page_of(client, **UNDER_2021, pasted=pasted)
    (error,) = response.context["form"].errors["pasted"]
    assert error == "Aucune commune n’a ce code : bonjour, 99999."
    assert pasted in response.content.decode()


def test_a_population_replaces_that_of_the_communes(client, communes):
    response = page_of(client, **UNDER_2021, communes=communes[0].code)
    assert response.context["page"].simulation.inputs.population == 18_000
    assert "remplace ce total" in response.content.decode()


# Refusals, beside their field


@pytest.mark.parametrize(
    ("field", "change", "sentence"),
    [
        ("population", {"population": ""}, "Indiquez la population, ou ajoutez des communes."),
        ("population", {"population": "1e5"}, "Écrivez un nombre entier en chiffres, par exemple 65 000."),
        ("population", {"population": "-3"}, "Indiquez au moins 0."),
        ("signed_on", {"signed_on": "2020-02-30"}, "Écrivez une date qui existe, par exemple 15/03/2026."),
        (
            "signed_on",
            {"signed_on": "2019-01-01", "agreement": ""},
            "Aucun accord national n’est en vigueur le 1er janvier 2019.",
        ),
        (
            "ACCESS_TO_CARE-starts_on",
            {"ACCESS_TO_CARE-starts_on": "2020-03-14"},
            "La mission ne peut pas démarrer avant la signature.",
        ),
        (
            "ACCESS_TO_CARE-triage_starts_on",
            {"ACCESS_TO_CARE-triage_starts_on": "2020-09-14"},
            "Cette ligne ne peut pas démarrer avant sa mission.",
        ),
        ("ACCESS_TO_CARE-rate-1", {"ACCESS_TO_CARE-rate-1": "100,5"}, "Indiquez au plus 100."),
        (
            "ACCESS_TO_CARE-rate-2",
            {"years": "1", "ACCESS_TO_CARE-rate-2": "50"},
            "Cette année n’est pas une année du contrat (de 1 à 1).",
        ),
        (
            "ACCESS_TO_CARE-rate-1",
            {"ACCESS_TO_CARE-starts_on": "2021-04-01"},
            "La mission n’est pas active cette année-là.",
        ),
        (
            "ACCESS_TO_CARE-compensation_actual-1",
            {"ACCESS_TO_CARE-compensation_actual-1": "800", "ACCESS_TO_CARE-compensation_starts_on": "2021-04-01"},
            "La compensation n’est pas active cette année-là.",
        ),
        ("PREVENTION-starts_on", {"PREVENTION-starts_on": "2021-01-01"}, "Cochez la mission, ou effacez cette date."),
        ("size-3", {"size-3": "3"}, "Cette année n’est pas une année du contrat (de 1 à 2)."),
        ("members-4", {"members-4": "100"}, "Cette année n’est pas une année du contrat (de 1 à 2)."),
        (
            "terminated_on",
            {"terminated_on": "2020-03-15"},
            "La fin du contrat doit être postérieure à sa signature.",
        ),
        ("years", {"years": "6"}, "Sélectionnez un choix valide. 6 n’en fait pas partie."),
        ("agreement", {"agreement": "aci-1999"}, "Sélectionnez un choix valide. aci-1999 n’en fait pas partie."),
    ],
)
def test_a_refusal_stands_beside_its_field(client, field, change, sentence):
    assert messages_of(client, field, **{**WORKED_EXAMPLE, **change}) == [sentence]


def test_nothing_typed_is_lost_by_a_refusal(client):
    fields = {**WORKED_EXAMPLE, "signed_on": "31/02/2020", "ACCESS_TO_CARE-rate": "cent", "members": "beaucoup"}
    response = page_of(client, **fields)
    html = response.content.decode()
    assert response.context["page"] is None
    assert [value for value in ("31/02/2020", "cent", "beaucoup", "65000") if f'value="{value}"' not in html] == []


def test_too_many_communes_are_refused(client):
    codes = ",".join(f"{number:05d}" for number in range(1000, 1301))
    response = page_of(client, **UNDER_2021, communes=codes)
    assert response.context["form"].errors["communes"] == ["Un scénario a 300 communes au plus."]
    assert "300 communes au plus" in response.content.decode()


def test_a_get_is_all_there_is(client):
    assert client.post(reverse("simulator:simulation"), WORKED_EXAMPLE).status_code == 405


# Exports


def test_lines_are_exported_as_a_spreadsheet(client):
    response = client.get(reverse("simulator:simulation"), {**WORKED_EXAMPLE, "_export": "csv"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][4:7] == ["Mission", "Volet", "Montant (€)"]
    assert ["Accès aux soins", "Volet fixe", "8678,08"] in [row[4:7] for row in rows]
    assert client.get(reverse("simulator:simulation"), {**WORKED_EXAMPLE, "_export": "xlsx"}).content.startswith(b"PK")


def test_the_export_in_json_is_what_the_command_reads_and_answers(client):
    response = client.get(reverse("simulator:simulation"), {**WORKED_EXAMPLE, "_export": "json"})
    exported = json.loads(response.content)
    assert exported["result"] == simulate(json.dumps(exported["document"]))


@pytest.mark.parametrize("day", ["2020-06-01", "2026-06-01"])
def test_an_address_says_the_same_whatever_the_day(client, day):
    with at(date.fromisoformat(day)):
        assert str(page_of(client, **WORKED_EXAMPLE).context["page"].total) == "153120.55"  # funding.md, example 1
