"""Who sees which organisation, and what happens when a place is closed."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.actions import set_membership_active
from accounts.models import Membership, Organisation
from core.enums import Role, Side
from core.errors import NotAllowed
from tests.utils.factories import CptsFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def names(actor) -> set[str]:
    return set(Organisation.objects.visible_to(actor).values_list("name", flat=True))


def test_a_cpts_sees_itself_and_its_two_partners(world):
    west = world.west
    assert names(west.coordinator.as_actor()) == {west.cpts.name, west.ars.name, west.fund.name}


def test_an_ars_and_a_fund_see_the_cpts_that_name_them(world):
    west, neighbour = world.west, world.neighbour
    assert names(west.ars_officer.as_actor()) == {west.ars.name, west.cpts.name, neighbour.cpts.name}
    assert names(west.fund_officer.as_actor()) == {west.fund.name, west.cpts.name, neighbour.cpts.name}


def test_a_national_observer_sees_all_and_a_person_without_place_sees_nothing(world):
    assert len(names(world.observer.as_actor())) == Organisation.objects.count()


def test_a_place_that_is_closed_closes_at_the_next_request(world, client_of):
    client = client_of(world.west.treasurer)
    assert client.get(reverse("accounts:team")).status_code == 200
    set_membership_active(actor=world.west.president.as_actor(), membership=world.west.treasurer, is_active=False)
    assert world.west.cpts.name not in client.get(reverse("accounts:team")).content.decode()


def test_nobody_closes_a_place_of_another_organisation(world):
    with pytest.raises(NotAllowed):
        set_membership_active(actor=world.east.president.as_actor(), membership=world.west.treasurer, is_active=False)


def test_one_person_switches_between_her_organisations(world, client_of):
    other = MembershipFactory(user=world.west.coordinator.user, organisation=CptsFactory(name="Autre CPTS"))
    client = client_of(world.west.coordinator)
    client.post(reverse("accounts:switch"), {"membership": other.pk})
    assert "Autre CPTS" in client.get(reverse("accounts:team")).content.decode()


def test_a_link_about_another_of_ones_organisations_opens_for_it(world, client_of):
    other = MembershipFactory(user=world.west.coordinator.user, organisation=world.east.cpts, role=Role.COORDINATOR)
    client = client_of(world.west.coordinator)
    link = reverse("health_projects:project_create") + "?de=courriel"
    page = client.get("/contrats/00000000-0000-0000-0000-000000000000/")
    assert page.status_code == 404
    assert f'value="{other.pk}">{world.east.cpts}</button>' in page.content.decode()
    assert client.post(reverse("accounts:switch"), {"membership": other.pk, "next": link}).url == link
    for elsewhere in ("https://ailleurs.test/", "//ailleurs.test/", "javascript:alert(1)"):
        answer = client.post(reverse("accounts:switch"), {"membership": other.pk, "next": elsewhere})
        assert answer.url == reverse("dashboards:home")


def test_one_cannot_switch_to_the_place_of_someone_else(world, client_of):
    client = client_of(world.west.coordinator)
    assert client.post(reverse("accounts:switch"), {"membership": world.east.coordinator.pk}).status_code == 404


def test_who_needs_a_second_factor_is_sent_to_set_it_up(world, client_of):
    member = Membership.objects.create(user=world.west.reader.user, organisation=world.west.ars, role=Role.OFFICER)
    response = client_of(member).get(reverse("accounts:team"))
    assert response.status_code == 302 and response.url == reverse("mfa_index")


def test_a_cpts_without_ars_is_refused_by_the_database(world):
    with pytest.raises(IntegrityError, match="accounts_cpts_has_ars_and_fund"):
        Organisation.objects.create(side=Side.CPTS, name="Seule", code="seule")
