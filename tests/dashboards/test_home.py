"""The home page of each side: what waits, what moved, one's own dossiers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership
from agreements.enums import MissionCode
from contracts.lifecycle import WORDS, Transition
from core.dates import add_months
from dashboards.history import recent_moves
from health_projects import actions as project_actions
from tests.dashboards.conftest import add_dossiers
from tests.utils import stories
from tests.utils.factories import A_DAY, UserFactory, give_second_factor

HOME = reverse("dashboards:home")
READS = 15  # 14 once the moved date of a demonstration is not read


def page(client) -> str:
    response = client.get(HOME)
    assert response.status_code == 200
    return response.content.decode()


def test_an_anonymous_person_signs_in_first(client, db):
    assert client.get(HOME).status_code == 302


def test_a_new_cpts_is_told_its_path_and_its_first_step(world, client_of):
    text = page(client_of(world.west.coordinator))
    assert "Bienvenue" in text
    assert reverse("health_projects:project_create") in text
    assert reverse("health_projects:project_create") not in page(client_of(world.west.reader))


def test_a_cpts_waits_for_its_ars_only_while_the_ars_has_the_project(world, client_of):
    client, project = client_of(world.west.coordinator), stories.draft_project(world.west)
    project_actions.submit_project(actor=world.west.coordinator.as_actor(), project=project)
    assert "Réponse de l’ARS attendue" in page(client)
    project_actions.approve(actor=world.west.ars_officer.as_actor(), project=project)
    assert "Réponse de l’ARS attendue" not in page(client)


def test_each_cpts_sees_its_own_dossier_only(signed, client_of):
    west, neighbour = signed.world.west, signed.world.neighbour
    with stories.at(stories.SIGNED_ON):
        mine, theirs = page(client_of(west.coordinator)), page(client_of(neighbour.coordinator))
    dossier = reverse("dashboards:dossier", args=[signed.contract.pk])
    assert dossier in mine
    assert dossier not in theirs
    assert west.cpts.name not in theirs


def test_a_mission_has_not_started_before_the_day_that_is_set(world, client_of):
    contract = stories.active_contract(world.west, signed_on=A_DAY)
    starts_on = add_months(A_DAY, 2)
    stories.start_mission(world.west, contract, MissionCode.ACCESS_TO_CARE, starts_on)
    told = []
    for day in (starts_on - timedelta(days=1), starts_on):
        with stories.at(day):
            told.append(page(client_of(world.west.coordinator)))
    assert "0 démarrée sur" in told[0] and "1 démarrée sur" in told[1]


def test_each_authority_sees_its_own_dossiers_only(signed, client_of):
    west, east = signed.world.west, signed.world.east
    with stories.at(stories.SIGNED_ON):
        for place in ("ars_officer", "fund_officer", "accountant"):
            assert west.cpts.name in page(client_of(getattr(west, place)))
            assert west.cpts.name not in page(client_of(getattr(east, place)))


def test_an_administrator_sees_the_way_to_the_administration(world, client_of):
    text = page(client_of(world.administrator))
    assert reverse("admin:accounts_organisation_changelist") in text
    assert reverse("dashboards:portfolio") not in text


def test_the_first_administrator_who_has_no_place_yet_sees_it_too(db, client, settings):
    first = UserFactory(is_staff=True, is_superuser=True)
    give_second_factor(first)
    client.force_login(first, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert reverse("admin:accounts_organisation_changelist") in page(client)


def test_a_person_without_a_place_is_told_what_to_do(db, client, settings):
    client.force_login(UserFactory(), backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "Votre compte n’appartient à aucune organisation" in page(client)


def test_a_person_whose_last_place_was_closed_sees_nothing_any_more(signed, client_of, db):
    client = client_of(signed.world.west.coordinator)
    Membership.objects.filter(pk=signed.world.west.coordinator.pk).update(is_active=False)
    assert "Votre compte n’appartient à aucune organisation" in page(client)


def test_an_observer_reads_counts_and_has_no_list(signed, client_of):
    with stories.at(stories.SIGNED_ON):
        response = client_of(signed.world.observer).get(HOME)
    counts = response.context["counts"]
    assert (counts.in_force, counts.negotiated, counts.projects, counts.late) == (1, 0, 0, 0)
    assert "Ce qui vous attend" not in response.content.decode()


def test_the_list_of_an_authority_is_filtered_by_words_subject_and_delay(world, client_of):
    for tenant in (world.west, world.neighbour):
        project = stories.draft_project(tenant)
        project_actions.submit_project(actor=tenant.coordinator.as_actor(), project=project)
    client = client_of(world.west.ars_officer)

    def kept(**data) -> set[str]:
        return {dossier.name for dossier in client.get(HOME, data).context["page"].object_list}

    west, neighbour = world.west.cpts.name, world.neighbour.cpts.name
    assert kept() == {west, neighbour}
    assert kept(q="voisine") == {neighbour}
    assert kept(objet="PROJECT") == {west, neighbour}
    assert kept(objet="PAYMENT") == set()
    assert kept(delai="retard") == set()
    assert kept(delai="mois") == set()
    assert kept(objet="nothing of the kind") == {west, neighbour}


def test_htmx_receives_the_list_alone(signed, client_of):
    with stories.at(stories.SIGNED_ON):
        response = client_of(signed.world.west.ars_officer).get(
            HOME, headers={"HX-Request": "true", "HX-Target": "results"}
        )
    text = response.content.decode()
    assert "Convoquer le dialogue de démarrage" in text
    assert "<html" not in text


def test_what_may_wait_is_folded_apart(signed, client_of, db):
    with stories.at(stories.SIGNED_ON):
        stories.follow_time(signed.contract)
        context = client_of(signed.world.west.coordinator).get(HOME).context
    shown = [item.text for dossier in context["page"].object_list for item in dossier.items]
    assert all("démarrage" in text for text in shown)
    assert len(shown) == 4
    assert context["later"] == []
    far = signed.contract.missions.filter(mission__in=["CARE_PATHWAYS", "PREVENTION"])
    far.update(planned_start=add_months(stories.SIGNED_ON, 11))
    with stories.at(add_months(stories.SIGNED_ON, 1)):
        context = client_of(signed.world.west.coordinator).get(HOME).context
    assert [item.text for item in context["later"]] == [
        "Convoquer le dialogue de démarrage, parcours pluriprofessionnels",
        "Convoquer le dialogue de démarrage, prévention",
    ]


@pytest.mark.parametrize("place", ["coordinator", "president", "ars_officer", "fund_officer", "accountant"])
def test_the_page_reads_as_much_for_twenty_dossiers_as_for_two(world, client_of, reads, place):
    with stories.at(A_DAY):
        add_dossiers(world.west, 2, signed_on=A_DAY)
        client = client_of(getattr(world.west, place))
        with reads() as few:
            page(client)
        add_dossiers(world.west, 18, signed_on=A_DAY, start=2)
        with reads() as many:
            page(client)
    assert len(many) == len(few) <= READS


def test_what_moved_is_told_to_those_who_see_the_dossier(signed):
    with stories.at(stories.SIGNED_ON):
        moves = recent_moves(signed.world.west.ars_officer.as_actor())
        assert moves[0].entry.what == WORDS[Transition.ACTIVATE]
        assert {move.dossier for move in moves} == {signed.world.west.cpts.name}
        assert recent_moves(signed.world.east.ars_officer.as_actor()) == []
        assert recent_moves(signed.world.neighbour.coordinator.as_actor()) == []
    with stories.at(add_months(stories.SIGNED_ON, 2)):
        assert recent_moves(signed.world.west.ars_officer.as_actor()) == []
