"""A session that ends takes nothing away: HTMX is told so, and a form comes back to its own page after sign-in."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from tests.utils.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db
INVITE = "/equipe/inviter/"


def next_of(response) -> str:
    assert response.status_code == 302
    target = urlsplit(response.url)
    assert target.path == reverse("account_login")
    return parse_qs(target.query)["next"][0]


def totp_code(secret: str) -> str:
    """Return what a phone shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.mark.parametrize("method", ["get", "post"])
def test_htmx_is_told_that_the_session_is_over_and_gets_no_sign_in_page(client, method):
    response = getattr(client, method)(INVITE, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert b"<form" not in response.content


def test_after_sign_in_a_form_comes_back_to_the_page_that_held_it(client):
    page = "http://testserver/projets/?page=2"
    assert next_of(client.post(reverse("accounts:switch"), headers={"referer": page})) == "/projets/?page=2"


TEXT = "Un diagnostic long à écrire, commune par commune.\nPuis <les> autres."


def test_the_sign_in_page_says_why_it_came_in_the_middle_of_a_form(client):
    page = client.post(INVITE, {"email": "nouvelle@exemple.test"}, follow=True).content.decode()
    assert "Votre session est terminée" in page


def test_without_a_script_what_was_written_is_shown_on_the_sign_in_page(client):
    data = {"text": TEXT, "title": "Soins", "password": "secret-secret-secret-secret", "version": "3", "empty": " "}
    html = client.post(INVITE, data, follow=True).content.decode()
    assert "commune par commune.\nPuis &lt;les&gt; autres.</textarea></div>" in re.sub(r"\s*</div>", "</div>", html)
    assert "Valeurs courtes : Soins</p>" in html
    assert "secret-secret" not in html
    assert html.index("<noscript>") < html.index("Un diagnostic") < html.index("</noscript>")


def test_what_was_written_is_shown_to_nobody_once_someone_signed_in(client, world):
    client.post(INVITE, {"text": TEXT})
    user = world.west.coordinator.user
    page = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)
    assert "Un diagnostic" not in page.content.decode()
    client.post(reverse("account_logout"))
    assert "Un diagnostic" not in client.get(reverse("account_login")).content.decode()


def test_what_was_written_is_kept_an_hour_and_within_a_size(client):
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as traveller:
        client.post(INVITE, {"text": TEXT})
        traveller.shift(3601)
        assert "Un diagnostic" not in client.get(reverse("account_login")).content.decode()
    other = Client()
    other.post(INVITE, {"text": "A" * 100_001})
    assert "sessionid" not in other.cookies


@pytest.mark.parametrize(
    "referrer", ["", "https://ailleurs.example/projets/", "//ailleurs.example/", "javascript:alert(1)"]
)
def test_after_sign_in_no_one_is_sent_to_another_site(client, referrer):
    assert next_of(client.post(INVITE, headers={"referer": referrer})) == INVITE


def test_a_page_asked_for_is_the_one_that_follows_sign_in(client):
    assert next_of(client.get("/projets/?page=2")) == "/projets/?page=2"


def test_a_page_left_open_learns_who_is_signed_in(client):
    assert client.get(reverse("session_state")).json()["person"] == ""
    membership = MembershipFactory()
    client.force_login(membership.user)
    assert client.get(reverse("session_state")).json()["person"] == str(membership.user.pk)


def test_the_token_that_a_page_left_open_receives_is_the_one_its_forms_must_send():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(MembershipFactory().user)
    token = browser.get(reverse("session_state")).json()["token"]
    url = reverse("accounts:switch")
    assert browser.post(url, {"membership": "x"}).status_code == 403
    assert browser.post(url, {"membership": "x", "csrfmiddlewaretoken": token}).status_code == 404


def test_the_password_is_asked_once_before_the_first_second_factor(client, world):
    """From sign-in to the recovery codes, for someone whose role asks for a second factor."""
    user = world.west.president.user
    Authenticator.objects.filter(user=user).delete()
    response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_index")
    response = client.get(reverse("mfa_activate_totp"))
    code = totp_code(response.context["form"].secret)
    response = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")


def test_the_password_is_asked_again_once_the_sign_in_is_old(client, world):
    user = world.west.coordinator.user
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as traveller:
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        traveller.shift(301)
        response = client.get(reverse("mfa_activate_totp"))
    assert response.url.startswith(reverse("account_reauthenticate"))


def test_a_password_reset_by_the_link_is_in_the_journal_and_told(client, world, django_capture_on_commit_callbacks):
    user = world.west.coordinator.user
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "une phrase que personne ne devine"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(form, {"password1": new, "password2": new})
    event = AuditEvent.objects.get(action="user.change_password")
    assert (event.user_id, event.object_id) == (user.pk, str(user.pk))
    assert "Le mot de passe a été changé." in mail.outbox[-1].body


def test_a_field_does_not_repeat_its_label_inside(client, world, client_of):
    pages = [client.get(reverse("account_login")), client.get(reverse("account_reset_password"))]
    pages.append(client_of(world.west.coordinator).get(reverse("account_change_password")))
    assert [page.status_code for page in pages] == [200] * 3
    assert not any("placeholder" in page.content.decode() for page in pages)


def test_an_address_is_not_one_s_own_to_change(world, client_of):
    """The page of the package let anyone without a second factor take another's, unverified and out of the journal."""
    client, page = client_of(world.west.coordinator), reverse("account_email")
    read = client.get(page).content.decode()
    assert world.west.coordinator.user.email in read and "administration du portail" in read
    for sent in (
        {"action_add": "", "email": "autre@exemple.test"},
        {"action_primary": "", "email": "autre@exemple.test"},
    ):
        assert client.post(page, sent).status_code == 405
    assert not EmailAddress.objects.filter(email="autre@exemple.test").exists()
    world.west.coordinator.user.refresh_from_db()
    assert world.west.coordinator.user.email != "autre@exemple.test"
