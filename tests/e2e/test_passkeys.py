"""A passkey in a real browser, held by Chromium's virtual authenticator: made, asked at sign-in, and at a signature."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.e2e.people import Person
from tests.utils import stories
from tests.utils.factories import PASSWORD
from tests.utils.world import make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def contract():
    return stories.contract_to_sign(make_world().west)


@pytest.fixture
def president(contract, browser, live_server) -> Person:
    """Someone whose browser holds passkeys, and who has no second factor yet."""
    member = contract.cpts.memberships.get(role="PRESIDENT")
    Authenticator.objects.filter(user=member.user).delete()
    person = Person(member, browser, live_server.url)
    devices = person.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield person
    person.context.close()


def test_a_president_signs_with_the_passkey_she_has_just_made(president, contract):
    president.go("/").fill(login=president.membership.user.email, password=PASSWORD).click("Se connecter")
    assert president.path == reverse("mfa_index")
    president.click("Ajouter une clé d’accès").fill(name="Ordinateur").click("Créer la clé d’accès")
    president.page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    president.go(reverse("mfa_index")).sees("Ordinateur")

    president.context.clear_cookies(name="sessionid")
    president.go("/").fill(login=president.membership.user.email, password=PASSWORD).click("Se connecter")
    president.click("Utiliser votre clé d’accès").page.wait_for_url(f"{president.address}/")

    president.go(reverse("contracts:contract_sign", args=[contract.pk]))
    president.click("Signer le contrat avec votre clé d’accès").sees("Votre organisation a signé")
    signature = contract.document.signatures.get(side="CPTS")
    assert signature.signed_at and signature.signer == president.membership.user
    assert president.faults == []
