"""A session that ends takes nothing away: HTMX is told so, and a form comes back to its own page after sign-in."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.utils.factories import MembershipFactory

pytestmark = pytest.mark.django_db
INVITE = "/equipe/inviter/"


def next_of(response) -> str:
    assert response.status_code == 302
    target = urlsplit(response.url)
    assert target.path == reverse("account_login")
    return parse_qs(target.query)["next"][0]


@pytest.mark.parametrize("method", ["get", "post"])
def test_htmx_is_told_that_the_session_is_over_and_gets_no_sign_in_page(client, method):
    response = getattr(client, method)(INVITE, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert b"<form" not in response.content


def test_after_sign_in_a_form_comes_back_to_the_page_that_held_it(client):
    page = "http://testserver/projets/?page=2"
    assert next_of(client.post(reverse("accounts:switch"), headers={"referer": page})) == "/projets/?page=2"


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
