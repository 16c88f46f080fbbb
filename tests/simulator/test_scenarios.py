"""Scenarios that an organisation keeps: its own, under a name, with figures that do not move."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from simulator import actions
from simulator.models import Scenario
from tests.simulator.conftest import DOCUMENT, save
from tests.utils.factories import CommuneFactory
from tests.utils.reading import sent_from, sent_to

pytestmark = pytest.mark.django_db
ADDRESS = (
    "population=65000&signed_on=2020-03-15&agreement=aci-2019&years=2"
    "&ACCESS_TO_CARE=on&ACCESS_TO_CARE-starts_on=2020-09-15&ACCESS_TO_CARE-rate-1=80"
)


def page(client, name: str, *args, **data):
    return client.get(reverse(f"simulator:{name}", args=args), data)


# Actions


def test_a_scenario_keeps_the_document_of_the_command(world):
    actor = world.west.treasurer.as_actor()
    scenario = actions.save_scenario(
        actor=actor, name="  À  60 % ", note=" pour le bureau ", document=DOCUMENT, communes=["69123"]
    )
    scenario.refresh_from_db()
    assert (scenario.name, scenario.note) == ("À 60 %", "pour le bureau")
    assert (scenario.inputs, scenario.communes) == (DOCUMENT, ["69123"])
    assert (scenario.organisation, scenario.author_name) == (world.west.cpts, actor.user_name)
    event = AuditEvent.objects.get(action="scenario.save")
    assert (event.object_id, event.organisation_id) == (str(scenario.pk), world.west.cpts.pk)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (DOCUMENT | {"years": 9}, "years"),
        (DOCUMENT | {"population": -1}, "population"),
        (DOCUMENT | {"agreement": "aci-1999"}, "agreement"),
        (DOCUMENT | {"surprise": 1}, "surprise"),
        (DOCUMENT | {"population": 65000.5}, "population"),
    ],
)
def test_what_the_engine_refuses_is_not_saved(world, document, field):
    with pytest.raises(DomainError) as refusal:
        actions.save_scenario(actor=world.west.coordinator.as_actor(), name="Faux", document=document)
    assert refusal.value.field == field
    assert not Scenario.objects.exists()


def test_a_name_is_taken_once_in_an_organisation_whatever_its_case(world, saved):
    with pytest.raises(DomainError) as refusal:
        save(world.west.president.as_actor(), "SANS LA VALLÉE")
    assert refusal.value.field == "name"
    assert save(world.neighbour.coordinator.as_actor(), "Sans la vallée")


def test_the_database_holds_the_name_too(world, saved):
    for name in ("SANS la vallée", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Scenario.objects.create(
                organisation=world.west.cpts,
                name=name,
                inputs=DOCUMENT,
                author=world.west.coordinator.user,
                author_name="Personne",
            )


def test_a_blank_name_is_refused(world):
    with pytest.raises(DomainError, match="Donnez un nom"):
        save(world.west.coordinator.as_actor(), "   ")


def test_an_organisation_has_a_hundred_scenarios_at_most(world, monkeypatch):
    monkeypatch.setattr(actions, "MAX_SCENARIOS", 2)
    actor = world.west.coordinator.as_actor()
    save(actor, "Un")
    save(actor, "Deux")
    with pytest.raises(DomainError, match="déjà 2 scénarios"):
        save(actor, "Trois")


@pytest.mark.parametrize("member", ["reader"])
def test_a_reader_saves_nothing(world, saved, member):
    actor = getattr(world.west, member).as_actor()
    for act in (
        lambda: save(actor, "Autre"),
        lambda: actions.rename_scenario(actor=actor, scenario=saved[0], name="Autre"),
        lambda: actions.delete_scenario(actor=actor, scenario=saved[0]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_organisation_does_not_touch_the_scenarios_of_another(world, saved):
    actor = world.east.coordinator.as_actor()
    for act in (
        lambda: actions.rename_scenario(actor=actor, scenario=saved[0], name="Pris"),
        lambda: actions.delete_scenario(actor=actor, scenario=saved[0]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_renaming_changes_no_figure_and_is_in_the_journal(world, saved):
    actor = world.west.president.as_actor()
    scenario = actions.rename_scenario(actor=actor, scenario=saved[0], name="Avec la vallée", note="Relu")
    assert scenario.inputs == DOCUMENT
    event = AuditEvent.objects.get(action="scenario.rename")
    assert (event.before["name"], event.after["name"]) == ("Sans la vallée", "Avec la vallée")


def test_a_second_deletion_loses_politely(world, saved):
    actor = world.west.coordinator.as_actor()
    actions.delete_scenario(actor=actor, scenario=saved[0])
    with pytest.raises(DomainError, match="déjà été supprimé"):
        actions.delete_scenario(actor=actor, scenario=saved[0])
    assert AuditEvent.objects.get(action="scenario.delete").before["inputs"] == DOCUMENT


# Who sees what


def test_a_scenario_is_seen_by_its_organisation_alone(world, saved):
    west, _east = saved
    insiders = [world.west.coordinator, world.west.reader]
    strangers = [world.west.ars_officer, world.west.fund_officer, world.east.coordinator, world.observer]
    assert all(west in Scenario.objects.visible_to(member.as_actor()) for member in insiders)
    assert not any(west in Scenario.objects.visible_to(member.as_actor()) for member in strangers)


@pytest.mark.parametrize("route", ["scenario_detail", "scenario_edit"])
def test_the_scenario_of_another_does_not_exist(world, saved, client_of, route):
    client = client_of(world.west.coordinator)
    assert page(client, route, saved[0].pk).status_code == 200
    assert page(client, route, saved[1].pk).status_code == 404


def test_a_name_changed_meanwhile_is_shown_beside_what_was_typed(world, saved, client_of):
    client, address = client_of(world.west.coordinator), reverse("simulator:scenario_edit", args=[saved[0].pk])
    read = client.get(address).context["form"].current_version
    actions.rename_scenario(actor=world.west.president.as_actor(), scenario=saved[0], name="Avec la vallée")
    html = client.post(address, {"name": "Sans la plaine", "version": read}).content.decode()
    assert "Quelqu’un a enregistré" in html and "Avec la vallée" in html and "Sans la plaine" in html
    saved[0].refresh_from_db()
    assert saved[0].name == "Avec la vallée"


def test_a_note_typed_on_a_scenario_deleted_meanwhile_is_not_lost(world, saved, client_of):
    client, address = client_of(world.west.coordinator), reverse("simulator:scenario_edit", args=[saved[0].pk])
    sent = sent_from(client.get(address), "form") | {"note": ["Compter la vallée à part"]}
    actions.delete_scenario(actor=world.west.president.as_actor(), scenario=saved[0])
    answer = client.post(address, sent)
    assert answer.status_code == 410
    told = answer.content.decode()
    assert "Compter la vallée à part" in told and world.west.president.user.get_full_name() in told


def test_a_scenario_that_a_colleague_deleted_first_is_told_and_leads_back_to_the_list(world, saved, client_of):
    client, address = client_of(world.west.coordinator), reverse("simulator:scenario_delete", args=[saved[0].pk])
    sent = sent_to(page(client, "scenario_detail", saved[0].pk), address)
    actions.delete_scenario(actor=world.west.president.as_actor(), scenario=saved[0])
    answer = client.post(address, sent, follow=True)
    assert answer.redirect_chain == [(reverse("simulator:scenario_list"), 302)]
    assert f"{world.west.president.user.get_full_name()}, CPTS Ouest, a déjà supprimé" in answer.content.decode()
    assert client_of(world.east.coordinator).post(address, sent).status_code == 404


def test_the_list_shows_one_s_own(world, saved, client_of):
    html = page(client_of(world.west.reader), "scenario_list").content.decode()
    assert "Sans la vallée" in html
    assert "Secret" not in html


def test_one_signs_in_first(client, saved):
    for name in ("scenario_list", "scenario_create", "scenario_compare"):
        assert page(client, name).status_code == 302
    assert page(client, "scenario_detail", saved[0].pk).status_code == 302


# Pages


def test_a_simulation_is_saved_and_found_again(world, client_of):
    client = client_of(world.west.coordinator)
    address = f"{reverse('simulator:simulation')}?{ADDRESS}"
    assert f"{reverse('simulator:scenario_create')}?" in client.get(address).content.decode()
    form = client.get(f"{reverse('simulator:scenario_create')}?{ADDRESS}").context["form"]
    response = client.post(
        reverse("simulator:scenario_create"),
        {"name": "Le bureau", "note": "", "scenario": form["scenario"].value()},
        follow=True,
    )
    scenario = Scenario.objects.get()
    assert scenario.inputs == DOCUMENT
    assert response.context["page"] == client.get(address).context["page"]
    opened = client.get(reverse("simulator:simulation") + "?" + response.context["saved"].query, follow=True)
    assert opened.context["page"].simulation.document == DOCUMENT


def test_a_scenario_keeps_its_population_and_its_communes(world, client_of):
    commune = CommuneFactory(population=41_000)
    query = f"communes={commune.code}&signed_on=2020-03-15&agreement=aci-2019&years=1"
    client_of(world.west.coordinator).post(
        reverse("simulator:scenario_create"), {"name": "Une commune", "scenario": query}
    )
    scenario = Scenario.objects.get()
    assert (scenario.inputs["population"], scenario.communes) == (41_000, [commune.code])


def test_a_name_taken_is_said_beside_its_field_and_kept(world, saved, client_of):
    data = {"name": "sans la vallée", "note": "Ma note", "scenario": ADDRESS}
    response = client_of(world.west.coordinator).post(reverse("simulator:scenario_create"), data)
    assert response.context["form"].errors["name"] == ["Votre organisation a déjà un scénario de ce nom."]
    assert "Ma note" in response.content.decode()


def test_a_scenario_that_does_not_compute_is_not_saved(world, client_of):
    data = {"name": "Faux", "scenario": "population=beaucoup"}
    response = client_of(world.west.coordinator).post(reverse("simulator:scenario_create"), data)
    assert response.context["form"].errors["scenario"] == ["Ce scénario est incomplet : revenez au simulateur."]


def test_a_reader_is_not_offered_what_is_refused(world, saved, client_of):
    client = client_of(world.west.reader)
    assert "Enregistrer ce scénario" not in client.get(f"{reverse('simulator:simulation')}?{ADDRESS}").content.decode()
    html = page(client, "scenario_detail", saved[0].pk).content.decode()
    assert "Renommer" not in html
    assert page(client, "scenario_create").status_code == 403


def test_saved_scenarios_are_compared_under_their_names(world, saved, client_of):
    lower = save(world.west.coordinator.as_actor(), "Petite ville", population=30_000)
    response = page(client_of(world.west.reader), "scenario_compare", scenario=[saved[0].pk, lower.pk])
    columns = response.context["page"].columns
    assert [column.name for column in columns] == ["Sans la vallée", "Petite ville"]
    assert response.context["page"].comparison.total.differences[0] < Decimal(0)
    assert "taille 1 au lieu de taille 2" in columns[1].changes


@pytest.mark.parametrize("count", [0, 1, 4])
def test_two_or_three_scenarios_are_compared(world, client_of, count):
    actor = world.west.coordinator.as_actor()
    keys = [save(actor, f"Scénario {number}").pk for number in range(count)]
    response = page(client_of(world.west.coordinator), "scenario_compare", scenario=keys)
    assert (response.status_code, response["Location"]) == (302, reverse("simulator:scenario_list"))


def test_the_scenario_of_another_is_not_compared(world, saved, client_of):
    client = client_of(world.west.coordinator)
    assert page(client, "scenario_compare", scenario=[saved[0].pk, saved[1].pk]).status_code == 404
    assert page(client, "scenario_compare", scenario=["x"]).status_code == 404


def test_a_scenario_whose_agreement_is_gone_says_so(world, saved, client_of):
    scenario = saved[0]
    Scenario.objects.filter(pk=scenario.pk).update(inputs=json.loads(json.dumps(DOCUMENT | {"agreement": "aci-1999"})))
    client = client_of(world.west.coordinator)
    assert "ne peut plus être calculé" in page(client, "scenario_list").content.decode()
    assert "ne peut plus être calculé" in page(client, "scenario_detail", scenario.pk).content.decode()


def test_the_list_asks_as_many_queries_for_twenty_as_for_two(world, saved, client_of, django_assert_max_num_queries):
    actor = world.west.coordinator.as_actor()
    for number in range(20):
        save(actor, f"Variante {number}")
    client = client_of(world.west.coordinator)
    with django_assert_max_num_queries(16):
        assert page(client, "scenario_list").content.decode().count("Variante ") >= 20
