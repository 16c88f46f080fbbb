"""A session that ends while one writes: nothing that was typed is lost, and the next save works."""

import pytest
from django.urls import reverse

from health_projects.actions import create_project
from health_projects.enums import SectionKey
from health_projects.models import HealthProject
from tests.e2e.people import Person
from tests.utils.factories import PASSWORD
from tests.utils.world import make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TEXT = "Un diagnostic long à écrire, commune par commune."


@pytest.fixture
def project() -> HealthProject:
    tenant = make_world().west
    return create_project(actor=tenant.coordinator.as_actor(), title="Projet de l’Ouest")


@pytest.fixture
def writer(project, browser, live_server) -> Person:
    member = project.cpts.memberships.get(role="COORDINATOR")
    return Person(member, browser, live_server.url).sign_in()


def end_session(person: Person) -> None:
    """What twelve hours do: the browser has no session any more."""
    person.context.clear_cookies(name="sessionid")


def sign_in(person: Person, page) -> None:
    page.fill("[name=login]", person.membership.user.email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def test_the_automatic_save_says_that_the_session_is_over_and_works_after_sign_in(writer, project):
    address = reverse("health_projects:project_section", args=[project.pk, SectionKey.ASSESSMENT])
    writer.go(address)
    end_session(writer)
    writer.fill(text=TEXT).sees("Votre session est terminée.")
    assert writer.page.input_value("[name=text]") == TEXT
    with writer.context.expect_page() as opened:
        writer.page.get_by_role("link", name="Connectez-vous dans un nouvel onglet").click()
    other = opened.value
    sign_in(writer, other)
    other.wait_for_url("**/")
    other.close()
    writer.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    writer.sees("La connexion est rétablie").sees("Enregistré à")
    assert project.sections.get(key=SectionKey.ASSESSMENT).text == TEXT


def test_a_form_sent_after_the_session_is_filled_again_after_sign_in(writer, project):
    writer.go(reverse("accounts:invitation_create"))
    writer.fill(email="nouvelle@cpts.example")
    writer.page.select_option("[name=role]", "TREASURER")
    end_session(writer)
    writer.click("Envoyer l’invitation")
    sign_in(writer, writer.page)
    writer.sees("Ce que vous aviez écrit est de nouveau dans le formulaire")
    assert writer.path == reverse("accounts:invitation_create")
    assert writer.page.input_value("[name=email]") == "nouvelle@cpts.example"
    assert writer.page.input_value("[name=role]") == "TREASURER"
    writer.click("Envoyer l’invitation")
    assert project.cpts.invitations.get().email == "nouvelle@cpts.example"


def test_a_form_that_was_saved_is_not_filled_again(writer, project):
    writer.go(reverse("accounts:invitation_create"))
    writer.fill(email="nouvelle@cpts.example").click("Envoyer l’invitation")
    writer.go(reverse("accounts:invitation_create"))
    assert writer.page.input_value("[name=email]") == ""
