"""An account only comes from an invitation, whose link works once, for its address."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.models import Invitation, Membership, User
from core.enums import Role
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
ANSWER = {"first_name": "Zoé", "last_name": "Nouvelle", "job_title": "", "password": "une phrase assez longue"}


@pytest.fixture
def invitation(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return actions.invite(actor=world.west.president.as_actor(), email="Zoe@Exemple.test", role=Role.TREASURER)


def accept_url(invitation) -> str:
    return reverse("accounts:invitation_accept", args=[invitation.token])


def test_an_invited_person_makes_her_account_and_has_her_place(invitation, client):
    assert invitation.token in mail.outbox[0].body and mail.outbox[0].to == ["zoe@exemple.test"]
    assert client.get(accept_url(invitation)).status_code == 200
    assert client.post(accept_url(invitation), ANSWER).status_code == 302
    membership = Membership.objects.get(user__email="zoe@exemple.test")
    assert (membership.organisation, membership.role) == (invitation.organisation, Role.TREASURER)
    assert AuditEvent.objects.filter(action="invitation.accept").exists()


def test_who_has_just_made_her_account_finds_her_address_on_the_sign_in_page(invitation, client):
    page = client.post(accept_url(invitation), ANSWER, follow=True)
    assert page.context["form"]["login"].value() == "zoe@exemple.test"
    client.post(reverse("account_login"), {"login": "zoe@exemple.test", "password": ANSWER["password"]})
    client.post(reverse("account_logout"))
    assert "zoe@exemple.test" not in client.get(reverse("account_login")).content.decode()


def test_an_acceptance_tells_all_its_refusals_at_once(invitation, client):
    """The password is judged with the rest, her name and her address in it too."""
    for password in ("court", "zoe@exemple.test"):
        answer = client.post(accept_url(invitation), ANSWER | {"last_name": "", "password": password})
        assert set(answer.context["form"].errors) == {"last_name", "password"}


def test_a_link_works_once(invitation, client):
    client.post(accept_url(invitation), ANSWER)
    answer = client.get(accept_url(invitation))
    assert answer.status_code == 404
    assert f'href="{reverse("account_login")}"' in answer.content.decode()  # who opens the mail again wants to sign in


def test_a_link_dies_after_its_days_and_when_withdrawn(invitation, world, client):
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client.get(accept_url(invitation)).status_code == 404
    actions.withdraw_invitation(actor=world.west.president.as_actor(), invitation=invitation)
    assert client.get(accept_url(invitation)).status_code == 404


def test_a_weak_password_is_refused_beside_its_field_and_the_name_stays(invitation, client):
    page = client.post(accept_url(invitation), ANSWER | {"password": "motdepasse"}).content.decode()
    assert "trop court" in page and "Nouvelle" in page
    assert not User.objects.filter(email="zoe@exemple.test").exists()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("quatorze carac", "trop court"),
        ("497301852264738", "entièrement numérique"),
        ("zoe@exemple.test", "trop semblable"),
        ("1234567890qwertyuiop", "trop courant"),
    ],
)
def test_asvs_6_2_a_password_is_long_and_neither_common_nor_digits_nor_about_the_person(
    invitation, client, password, sentence
):
    page = client.post(accept_url(invitation), ANSWER | {"password": password}).content.decode()
    assert sentence in page
    assert not User.objects.filter(email="zoe@exemple.test").exists()


def test_asvs_6_2_any_characters_make_a_long_password(invitation, client):
    client.post(accept_url(invitation), ANSWER | {"password": "é 8" * 22})
    assert User.objects.get(email="zoe@exemple.test").check_password("é 8" * 22)


def test_an_invitation_opened_by_someone_else_says_so_and_offers_to_sign_out(invitation, world, client_of):
    client = client_of(world.east.treasurer)
    page = client.get(accept_url(invitation)).content.decode()
    assert "zoe@exemple.test" in page and world.east.treasurer.user.email in page
    assert "Rejoindre cette organisation" not in page
    left = client.post(reverse("account_logout"), {"next": accept_url(invitation)})
    assert left.url == accept_url(invitation)
    assert "Créer mon accès" in client.get(left.url).content.decode()


def test_an_invited_person_who_has_an_account_is_led_to_sign_in_and_back(world, client):
    known = world.east.coordinator.user
    invitation = actions.invite(actor=world.west.president.as_actor(), email=known.email, role=Role.READER)
    page = client.get(accept_url(invitation)).content.decode()
    assert f"{reverse('account_login')}?next={accept_url(invitation)}" in page and "Créer mon accès" not in page


def test_a_link_alone_does_not_open_an_existing_account(world, client):
    known = world.east.coordinator.user
    invitation = actions.invite(actor=world.west.president.as_actor(), email=known.email, role=Role.READER)
    assert "déjà un compte" in client.post(accept_url(invitation), ANSWER).content.decode()
    assert not known.memberships.filter(organisation=world.west.cpts).exists()


def test_the_invited_person_alone_accepts_when_signed_in(world, client_of):
    known = world.east.coordinator
    invitation = actions.invite(actor=world.west.president.as_actor(), email=known.user.email, role=Role.READER)
    with pytest.raises(NotAllowed):
        actions.accept_as_user(token=invitation.token, user=world.east.treasurer.user)
    client_of(known).post(accept_url(invitation))
    assert known.user.memberships.filter(organisation=world.west.cpts, role=Role.READER).exists()


def test_one_address_has_one_open_invitation(invitation, world):
    with pytest.raises(DomainError, match="déjà une invitation"):
        actions.invite(actor=world.west.president.as_actor(), email="zoe@exemple.test", role=Role.READER)


def test_a_role_of_another_side_is_refused(world):
    with pytest.raises(DomainError, match="rôle"):
        actions.invite(actor=world.west.president.as_actor(), email="a@exemple.test", role=Role.ACCOUNTANT)


def test_a_reader_cannot_invite(world, client_of):
    assert client_of(world.west.reader).get(reverse("accounts:invitation_create")).status_code == 403


def test_an_invitation_lost_or_expired_is_sent_again_with_its_link(
    invitation, world, client, client_of, django_capture_on_commit_callbacks
):
    """From the team of who invites, where one that expired is still listed."""
    mail.outbox.clear()
    browser = client_of(world.west.president)
    with time_machine.travel(invitation.expires_at + timedelta(days=1), tick=False):
        browser.force_login(world.west.president.user)
        assert client.get(accept_url(invitation)).status_code == 404
        team = browser.get(reverse("accounts:team")).content.decode()
        assert "zoe@exemple.test" in team and "expirée depuis le" in team
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(reverse("accounts:invitation_resend", args=[invitation.pk]), follow=True)
        assert "L’invitation est renvoyée." in answer.content.decode()
        assert [message.to for message in mail.outbox] == [["zoe@exemple.test"]]
        assert invitation.token in mail.outbox[0].body
        assert client.get(accept_url(invitation)).status_code == 200
    assert AuditEvent.objects.filter(action="invitation.resend").count() == 1


def test_an_invitation_accepted_or_withdrawn_is_not_sent_again(invitation, world, client):
    client.post(accept_url(invitation), ANSWER)
    with pytest.raises(DomainError, match="plus en cours"):
        actions.resend_invitation(actor=world.west.president.as_actor(), invitation=invitation)


def test_an_invitation_of_another_organisation_is_not_found(invitation, world, client_of):
    for verb in ("resend", "withdraw"):
        url = reverse(f"accounts:invitation_{verb}", args=[invitation.pk])
        assert client_of(world.east.president).post(url).status_code == 404
    assert Invitation.objects.open().filter(pk=invitation.pk).exists()


@pytest.mark.parametrize(
    ("member", "role"),
    [
        ("coordinator", Role.PRESIDENT),
        ("ars_officer", Role.SIGNATORY),
        ("fund_officer", Role.SIGNATORY),
        ("fund_officer", Role.ACCOUNTANT),
    ],
)
def test_nobody_invites_to_a_place_above_her_own(world, client_of, member, role):
    inviter = getattr(world.west, member)
    page = client_of(inviter).get(reverse("accounts:invitation_create")).content.decode()
    assert f'value="{role}"' not in page and 'value="READER"' in page
    with pytest.raises(DomainError, match="s’ouvre et se ferme par"):
        actions.invite(actor=inviter.as_actor(), email="a@exemple.test", role=role)
    client_of(inviter).post(reverse("accounts:invitation_create"), {"email": "a@exemple.test", "role": role})
    assert not Invitation.objects.exists()


def test_a_coordinator_neither_closes_nor_reopens_the_presidency(world, client_of):
    president, browser = world.west.president, client_of(world.west.coordinator)
    close, reopen = (reverse(f"accounts:membership_{verb}", args=[president.pk]) for verb in ("close", "open"))
    assert close not in browser.get(reverse("accounts:team")).content.decode()
    assert "présidence" in browser.post(close, follow=True).content.decode()
    president.refresh_from_db()
    assert president.is_active
    Membership.objects.filter(pk=president.pk).update(is_active=False)
    browser.post(reopen)
    president.refresh_from_db()
    assert not president.is_active


def test_an_invitation_does_not_change_a_closed_place_above_one_s_own(world):
    Membership.objects.filter(pk=world.west.president.pk).update(is_active=False)
    with pytest.raises(DomainError, match="présidence"):
        actions.invite(actor=world.west.coordinator.as_actor(), email=world.west.president.user.email, role=Role.READER)


def test_a_president_invites_another_and_the_coordinator_cannot_withdraw_it(world):
    invitation = actions.invite(actor=world.west.president.as_actor(), email="a@exemple.test", role=Role.PRESIDENT)
    for change in (actions.resend_invitation, actions.withdraw_invitation):
        with pytest.raises(DomainError, match="présidence"):
            change(actor=world.west.coordinator.as_actor(), invitation=invitation)
    assert Invitation.objects.open().filter(pk=invitation.pk).exists()


def test_the_team_says_which_role_that_signs_nobody_holds_any_more(world, client_of):
    """The last president has left: the coordinator invites no president, the administration of the portal does."""
    browser, team = client_of(world.west.coordinator), reverse("accounts:team")
    vacant = "Personne n’a le rôle «\u00a0présidence\u00a0»"
    assert vacant not in browser.get(team).content.decode()
    Membership.objects.filter(pk=world.west.president.pk).update(is_active=False)
    told = browser.get(team).content.decode()
    assert vacant in told and "demandez à l’administration du portail" in told
    Membership.objects.filter(organisation=world.west.fund, role=Role.ACCOUNTANT).update(is_active=False)
    assert "invitez quelqu’un" in client_of(world.west.fund_signatory).get(team).content.decode()


def test_who_joins_a_second_organisation_acts_for_it_and_is_told_so(world, client_of):
    """She acted on for the one before, without a word."""
    member = world.west.coordinator
    email = member.user.email
    invitation = actions.invite(actor=world.east.president.as_actor(), email=email, role=Role.TREASURER)
    answer = client_of(member).post(accept_url(invitation), follow=True)
    assert "Vous agissez maintenant pour la CPTS Est." in answer.content.decode()
    assert answer.wsgi_request.actor.organisation_id == world.east.cpts.pk


def test_who_is_removed_while_writing_is_told_so_rather_than_of_her_role(world, client_of):
    browser = client_of(world.west.coordinator)
    Membership.objects.filter(pk=world.west.coordinator.pk).update(is_active=False)
    answer = browser.post(reverse("accounts:invitation_create"), {"email": "a@exemple.test", "role": Role.READER})
    assert answer.status_code == 403 and "votre accès a été fermé" in answer.content.decode()
    assert "Rien n’est enregistré." in answer.content.decode()
