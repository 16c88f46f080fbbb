"""Passkeys: made, named and removed by their owner; each challenge serves once, for one person and one purpose."""

import json

import pytest
import time_machine
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.core import mail
from django.test import RequestFactory
from django.urls import reverse

from accounts import actions, passkeys
from core.errors import DomainError
from core.models import AuditEvent
from tests.utils.factories import PASSWORD, UserFactory
from tests.utils.passkeys import FLAG, Passkey, give_passkey

pytestmark = pytest.mark.django_db
WEBAUTHN = Authenticator.Type.WEBAUTHN


@pytest.fixture
def request_of_owner():
    """A request of a person who has a passkey, in a session of her own."""
    request = RequestFactory().get("/", secure=True)
    request.user, request.session = UserFactory(), {}
    with request_context(request):
        yield request


def asked(request, purpose: str = "sign a contract") -> str:
    return passkeys.ask(request, purpose)["publicKey"]["challenge"]


def refused(request, answer, purpose: str = "sign a contract") -> bool:
    with pytest.raises(DomainError, match="n’a pas été reconnue"):
        passkeys.check(request, purpose, answer)
    return True


def test_a_passkey_answers_the_challenge_asked_now(request_of_owner):
    passkey, row = give_passkey(request_of_owner.user)
    answer = passkey.answer(asked(request_of_owner))
    assert passkeys.check(request_of_owner, "sign a contract", answer) == row


def test_a_challenge_serves_once_even_after_a_wrong_answer(request_of_owner):
    passkey, _row = give_passkey(request_of_owner.user)
    challenge = asked(request_of_owner)
    passkeys.check(request_of_owner, "sign a contract", passkey.answer(challenge))
    assert refused(request_of_owner, passkey.answer(challenge))
    challenge = asked(request_of_owner)
    assert refused(request_of_owner, Passkey().answer(challenge))
    assert refused(request_of_owner, passkey.answer(challenge))


def test_a_challenge_serves_for_what_it_was_asked(request_of_owner):
    passkey, _row = give_passkey(request_of_owner.user)
    answer = passkey.answer(asked(request_of_owner, "sign a contract"))
    assert refused(request_of_owner, answer, "sign an annex")


def test_a_challenge_of_another_session_is_refused(request_of_owner):
    passkey, _row = give_passkey(request_of_owner.user)
    answer = passkey.answer(asked(request_of_owner))
    request_of_owner.session = {}
    assert refused(request_of_owner, answer)


def test_a_challenge_is_good_for_five_minutes(request_of_owner):
    passkey, row = give_passkey(request_of_owner.user)
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as traveller:
        answer = passkey.answer(asked(request_of_owner))
        traveller.shift(300)
        assert passkeys.check(request_of_owner, "sign a contract", answer) == row
        answer = passkey.answer(asked(request_of_owner))
        traveller.shift(301)
        assert refused(request_of_owner, answer)


@pytest.mark.parametrize("origin", ["https://testserver.example", "http://testserver", "https://portail.example"])
def test_an_answer_made_for_another_site_is_refused(request_of_owner, origin):
    passkey, _row = give_passkey(request_of_owner.user)
    assert refused(request_of_owner, passkey.answer(asked(request_of_owner), origin=origin))


def test_a_key_made_for_another_site_is_refused(request_of_owner):
    passkey, _row = give_passkey(request_of_owner.user)
    passkey.host = "portail.example"
    assert refused(request_of_owner, passkey.answer(asked(request_of_owner)))


def test_the_key_of_another_person_is_refused(request_of_owner):
    give_passkey(request_of_owner.user)
    theirs, _row = give_passkey(UserFactory())
    assert refused(request_of_owner, theirs.answer(asked(request_of_owner)))


def test_a_key_that_takes_the_name_of_another_is_refused(request_of_owner):
    passkey, _row = give_passkey(request_of_owner.user)
    forged = Passkey(credential_id=passkey.credential_id)
    assert refused(request_of_owner, forged.answer(asked(request_of_owner)))


def test_a_removed_key_is_refused_even_when_it_was_asked(request_of_owner):
    passkey, row = give_passkey(request_of_owner.user)
    answer = passkey.answer(asked(request_of_owner))
    row.delete()
    assert refused(request_of_owner, answer)


@pytest.mark.parametrize("flags", [FLAG.UP, FLAG.UV])
def test_a_device_that_saw_nobody_or_checked_nobody_is_refused(request_of_owner, flags):
    passkey, _row = give_passkey(request_of_owner.user)
    assert refused(request_of_owner, passkey.answer(asked(request_of_owner), flags=flags))


@pytest.mark.parametrize("answer", [{}, {"id": "a"}, [], "x", 3, {"id": 1, "rawId": {}, "response": []}])
def test_what_is_no_answer_is_refused(request_of_owner, answer):
    give_passkey(request_of_owner.user)
    asked(request_of_owner)
    assert refused(request_of_owner, answer)


# The pages of the account


def creation_challenge(client) -> str:
    return client.get(reverse("mfa_add_webauthn")).context["js_data"]["creation_options"]["publicKey"]["challenge"]


def test_a_passkey_is_the_second_factor_of_who_must_have_one(client, world, django_capture_on_commit_callbacks):
    """From the first sign-in to the recovery codes, then the next sign-in; the journal and a mail say so."""
    user = world.west.president.user
    Authenticator.objects.filter(user=user).delete()
    credentials, passkey = {"login": user.email, "password": PASSWORD}, Passkey()
    response = client.post(reverse("account_login"), credentials, follow=True, secure=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_index")
    sent = {"name": "Téléphone", "credential": json.dumps(passkey.register(creation_challenge(client)))}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("mfa_add_webauthn"), sent, secure=True)
    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("dashboards:home")).status_code == 200
    assert AuditEvent.objects.get(action="user.add_passkey").user_id == user.pk
    assert "Une clé d’accès a été ajoutée." in mail.outbox[-1].body

    client.post(reverse("account_logout"))
    response = client.post(reverse("account_login"), credentials, secure=True)
    assert response.url.startswith(reverse("mfa_authenticate"))
    challenge = client.get(response.url).context["js_data"]["request_options"]["publicKey"]["challenge"]
    answer = {"credential": json.dumps(passkey.answer(challenge))}
    assert client.post(reverse("mfa_authenticate"), answer, secure=True).url == reverse("dashboards:home")
    assert client.get(reverse("dashboards:home")).status_code == 200


@pytest.mark.parametrize("wrong", ["{}", '{"id": "a"}', "[]", "ceci"])
def test_at_sign_in_a_wrong_answer_spends_the_challenge_and_leaves_the_code(client, world, wrong):
    user = world.west.president.user
    passkey, _row = give_passkey(user)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    address = reverse("mfa_authenticate")
    challenge = client.get(address).context["js_data"]["request_options"]["publicKey"]["challenge"]
    response = client.post(address, {"credential": wrong})
    assert response.status_code == 200 and response.context["form"].fields["code"]
    replayed = client.post(address, {"credential": json.dumps(passkey.answer(challenge))}, secure=True)
    assert replayed.status_code == 200 and not replayed.wsgi_request.user.is_authenticated


def test_a_registration_that_answers_nothing_is_refused(client_of, world):
    client = client_of(world.west.coordinator)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for wrong in ("{}", "[]", json.dumps(Passkey().register("AAAA"))):
        creation_challenge(client)
        response = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": wrong}, secure=True)
        assert response.status_code == 200
    assert not Authenticator.objects.filter(user=world.west.coordinator.user, type=WEBAUTHN).exists()


def test_a_person_renames_and_removes_her_keys_and_no_other(client_of, world, django_capture_on_commit_callbacks):
    user, other = world.west.coordinator.user, world.west.president.user
    (_key, mine), (_other_key, theirs) = give_passkey(user), give_passkey(other)
    client = client_of(world.west.coordinator)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404
        assert client.post(reverse(name, args=[theirs.pk]), {"name": "x"}).status_code == 404
    client.post(reverse("mfa_edit_webauthn", args=[mine.pk]), {"name": "Clé du bureau"})
    assert "Clé du bureau" in client.get(reverse("mfa_index")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("mfa_remove_webauthn", args=[mine.pk]))
    assert "La clé d’accès est retirée." in [str(item) for item in get_messages(response.wsgi_request)]
    assert not Authenticator.objects.filter(user=user).exists()
    assert AuditEvent.objects.filter(action="user.remove_passkey").count() == 1
    assert "Une clé d’accès a été retirée." in mail.outbox[-1].body


def test_a_reset_by_the_back_office_takes_the_passkeys_too(world):
    user = world.west.coordinator.user
    give_passkey(user, "Téléphone")
    give_passkey(user, "Ordinateur")
    actions.reset_second_factor(actor=world.administrator.as_actor(), user=user, reason="Téléphone volé")
    assert not Authenticator.objects.filter(user=user).exists()
    assert AuditEvent.objects.get(action="user.reset_second_factor").before == {"kinds": ["webauthn", "webauthn"]}
