"""The back office of accounts: who enters it, and how a lost second factor is reset."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError
from django.urls import NoReverseMatch, reverse

from accounts import actions
from accounts.models import Organisation, User
from core import journal
from core.enums import Role
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from tests.utils import stories
from tests.utils.factories import PASSWORD, CptsFactory, DepartmentFactory, MembershipFactory, UserFactory
from tests.utils.reading import sent_from

PAGES = ["admin:index", "admin:accounts_user_changelist", "admin:core_auditevent_changelist"]


@pytest.fixture
def lost(world):
    """Return a person of another organisation with a second factor and recovery codes."""
    user = world.west.ars_officer.user
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.get_or_create(user=user, type=kind, defaults={"data": {}})
    return user


@pytest.fixture
def administrator(world):
    return world.administrator


def test_the_name_of_whose_second_factor_is_reset_is_elided(administrator, lost, client_of):
    User.objects.filter(pk=lost.pk).update(first_name="Alix", last_name="Nouvelle")
    page = client_of(administrator).get(reverse("admin:accounts_user_reset_second_factor", args=[lost.pk]))
    assert "Réinitialiser le second facteur d’Alix Nouvelle" in page.content.decode()


def test_the_access_without_the_rights_sees_nothing(world, client_of):
    user = world.west.coordinator.user
    user.is_staff = True
    user.save()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})  # asked of this access as well
    client = client_of(world.west.coordinator)
    for page in PAGES:
        response = client.get(reverse(page))
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


def version_read(client, url) -> dict[str, str]:
    """Return what the page of a row says of the version that it shows."""
    return {"version": client.get(url).context["adminform"].form["version"].value()}


def test_the_access_given_from_the_back_office_comes_with_its_rights(administrator, client_of):
    person = UserFactory()
    names = ("email", "first_name", "last_name", "job_title")
    data = {name: getattr(person, name) for name in names}
    url = reverse("admin:accounts_user_change", args=[person.pk])
    client = client_of(administrator)
    read = version_read(client, url)
    assert client.post(url, {**data, **read, "is_active": "on", "is_staff": "on"}).status_code == 302
    person.refresh_from_db()
    assert person.is_staff and person.is_superuser
    client.post(url, {**data, **version_read(client, url), "is_active": "on"})
    person.refresh_from_db()
    assert not person.is_staff and not person.is_superuser


def test_the_first_president_is_invited_from_the_back_office(
    administrator, world, client_of, client, django_capture_on_commit_callbacks
):
    organisation, browser = world.west.cpts, client_of(administrator)
    url = reverse("admin:accounts_organisation_invite", args=[organisation.pk])
    assert url in browser.get(reverse("admin:accounts_organisation_change", args=[organisation.pk])).content.decode()
    refused = browser.post(url, {"email": "Prisca@Exemple.test", "role": Role.SIGNATORY}).content.decode()
    assert "Prisca@Exemple.test" in refused and "errorlist" in refused
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(url, {"email": "Prisca@Exemple.test", "role": Role.PRESIDENT}).status_code == 302
    (message,) = mail.outbox
    invitation = organisation.invitations.get()
    assert message.to == ["prisca@exemple.test"] and invitation.token in message.body
    event = AuditEvent.objects.get(action="invitation.send")
    assert (event.user_id, event.object_id) == (administrator.user_id, str(invitation.pk))
    answer = {"first_name": "Prisca", "last_name": "Neuve", "password": "une phrase assez longue"}
    client.post(reverse("accounts:invitation_accept", args=[invitation.token]), answer)
    assert organisation.memberships.get(user__email="prisca@exemple.test").role == Role.PRESIDENT


def test_a_cpts_opened_from_the_back_office_takes_the_departements_of_its_fund(administrator, world, client_of):
    fund = world.west.fund
    fund.departments.add(DepartmentFactory())
    lines = {f"memberships-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    data = {"side": "CPTS", "name": "CPTS neuve", "code": "neuve", "ars": world.west.ars.pk, "fund": fund.pk} | lines
    client = client_of(administrator)
    answer = client.post(reverse("admin:accounts_organisation_add"), data | {"is_active": "on"})
    assert answer.status_code == 302
    opened = Organisation.objects.get(code="neuve")
    assert set(opened.departments.all()) == set(fund.departments.all()) != set()
    told = [event.after for event in AuditEvent.objects.filter(object_id=str(opened.pk)).order_by("sequence")]
    assert told[0]["code"] == "neuve" and told[-1] == {"departments": [str(row) for row in fund.departments.all()]}
    page = client.get(answer.url).content.decode()
    assert reverse("admin:accounts_organisation_invite", args=[opened.pk]) in page  # what to do next


def test_a_cpts_takes_a_fund_of_a_region_of_its_ars(administrator, world, client_of):
    url, cpts = reverse("admin:accounts_organisation_change", args=[world.west.cpts.pk]), world.west.cpts
    client = client_of(administrator)
    sent = sent_from(client.get(url), "organisation_form") | {"fund": world.east.fund.pk}
    errors = client.post(url, sent).context["adminform"].form.errors
    assert errors == {"fund": ["Choisissez une caisse d’une région que suit l’ARS Ouest, ou une autre ARS."]}
    cpts.refresh_from_db()
    assert cpts.fund == world.west.fund
    assert client.post(url, sent | {"ars": world.east.ars.pk}).status_code == 302


def test_an_ars_has_a_region(administrator, world, client_of):
    url, ars = reverse("admin:accounts_organisation_change", args=[world.west.ars.pk]), world.west.ars
    client = client_of(administrator)
    sent = sent_from(client.get(url), "organisation_form")
    errors = client.post(url, sent | {"regions": []}).context["adminform"].form.errors
    assert errors == {"regions": ["Choisissez au moins une région\u00a0: une ARS suit les CPTS de ses régions."]}
    assert ars.regions.exists() and client.post(url, sent).status_code == 302


def test_an_organisation_saved_meanwhile_is_shown_beside_what_was_typed_then_written_knowingly(
    administrator, world, client_of
):
    cpts = world.west.cpts
    url = reverse("admin:accounts_organisation_change", args=[cpts.pk])
    client = client_of(administrator)
    data = sent_from(client.get(url), "organisation_form")
    Organisation.objects.filter(pk=cpts.pk).update(name="Nom d’un collègue")

    answer = client.post(url, data | {"name": "Mon nom"})
    page = answer.content.decode()
    assert "Quelqu’un a enregistré pendant que vous écriviez" in page
    assert "Nom d’un collègue" in page and 'value="Mon nom"' in page
    cpts.refresh_from_db()
    assert cpts.name == "Nom d’un collègue"

    again = client.post(url, sent_from(answer, "organisation_form"))
    assert again.status_code == 302
    cpts.refresh_from_db()
    assert cpts.name == "Mon nom"
    assert {"name": "Mon nom"} in [event.after for event in AuditEvent.objects.filter(object_id=str(cpts.pk))]


def test_a_name_that_no_document_could_print_is_refused_and_kept_in_its_field(administrator, world, client_of):
    url = reverse("admin:accounts_organisation_change", args=[world.west.cpts.pk])
    page = client_of(administrator).post(url, {"name": "CPTS du Lac 🙂", "side": "CPTS"}).content.decode()
    assert "Ne s’imprime pas dans un document\u00a0: «\u00a0🙂\u00a0»" in page
    assert 'value="CPTS du Lac 🙂"' in page
    world.west.cpts.refresh_from_db()
    assert "🙂" not in world.west.cpts.name


def test_the_list_of_invitations_says_where_one_invites(administrator, client_of):
    page = client_of(administrator).get(reverse("admin:accounts_invitation_changelist")).content.decode()
    assert "ouvrez la page de son organisation" in page
    added = client_of(administrator).get(reverse("admin:accounts_organisation_add")).content.decode()
    assert 'value="BACK_OFFICE">Administration du portail<' in added and 'value="SYSTEM">Portail<' not in added


def test_nobody_else_invites_to_another_organisation(world):
    for member in (world.west.president, world.west.ars_signatory, world.observer):
        with pytest.raises(NotAllowed):
            actions.invite_to(
                actor=member.as_actor(), organisation=world.east.cpts, email="a@b.test", role=Role.PRESIDENT
            )


def test_a_role_of_another_side_is_refused_to_the_back_office_too(administrator, world):
    with pytest.raises(DomainError, match="rôle"):
        actions.invite_to(
            actor=administrator.as_actor(), organisation=world.west.cpts, email="a@b.test", role=Role.ACCOUNTANT
        )


def test_an_invitation_is_sent_again_or_withdrawn_from_the_back_office(administrator, world, client_of):
    invitation = actions.invite_to(
        actor=administrator.as_actor(), organisation=world.west.cpts, email="a@b.test", role=Role.PRESIDENT
    )
    url, chosen = reverse("admin:accounts_invitation_changelist"), {"_selected_action": [str(invitation.pk)]}
    answer = client_of(administrator).post(url, chosen | {"action": "resend"}, follow=True)
    assert "L’invitation de a@b.test est renvoyée." in answer.content.decode()
    client_of(administrator).post(url, chosen | {"action": "withdraw"})
    invitation.refresh_from_db()
    assert invitation.withdrawn_at


def test_an_address_typed_with_capitals_signs_in_all_the_same(administrator, client_of):
    data = {"email": "Marius.Olive@Exemple.test", "first_name": "Marius", "last_name": "Olive", "is_active": "on"}
    assert client_of(administrator).post(reverse("admin:accounts_user_add"), data).status_code == 302
    assert User.objects.get(last_name="Olive").email == "marius.olive@exemple.test"


@pytest.mark.django_db
def test_the_database_refuses_an_address_nobody_could_sign_in_with():
    with pytest.raises(IntegrityError, match="accounts_address_in_lower_case"):
        UserFactory(email="Marius@exemple.test")


def test_a_lost_second_factor_is_reset_with_a_reason_journaled_and_told(
    administrator, lost, client_of, django_capture_on_commit_callbacks
):
    client = client_of(administrator)
    url = reverse("admin:accounts_user_reset_second_factor", args=[lost.pk])
    assert url in client.get(reverse("admin:accounts_user_change", args=[lost.pk])).content.decode()
    assert "obligatoire" in client.post(url, {"reason": " "}).content.decode()
    assert Authenticator.objects.filter(user=lost).count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"reason": "Téléphone perdu"}).status_code == 302
    assert not Authenticator.objects.filter(user=lost).exists()
    event = AuditEvent.objects.get(action="user.reset_second_factor")
    assert (event.user_id, event.object_id) == (administrator.user_id, str(lost.pk))
    assert event.after == {"reason": "Téléphone perdu"}
    (message,) = mail.outbox
    assert message.to == [lost.email] and "Téléphone perdu" in message.body
    assert url not in client.get(reverse("admin:accounts_user_change", args=[lost.pk])).content.decode()


def test_nobody_else_resets_a_second_factor(world, lost):
    for member in (world.west.president, world.west.ars_signatory, world.observer):
        with pytest.raises(NotAllowed):
            actions.reset_second_factor(actor=member.as_actor(), user=lost, reason="Téléphone perdu")


def test_one_does_not_reset_ones_own_second_factor(administrator):
    with pytest.raises(DomainError, match="une autre personne"):
        actions.reset_second_factor(actor=administrator.as_actor(), user=administrator.user, reason="Perdu")


def test_there_must_be_a_second_factor_and_a_reason(administrator, lost):
    with pytest.raises(DomainError, match="raison"):
        actions.reset_second_factor(actor=administrator.as_actor(), user=lost, reason="  ")
    with pytest.raises(DomainError, match="n’a pas de second facteur"):
        actions.reset_second_factor(actor=administrator.as_actor(), user=MembershipFactory().user, reason="Perdu")


def test_the_rows_of_second_factors_have_no_page():
    with pytest.raises(NoReverseMatch):
        reverse("admin:mfa_authenticator_changelist")


def test_the_journal_is_read_in_french(world, administrator, client_of):
    """The list, its filter and the page of an entry: the code stays in the database."""
    actions.invite(actor=world.west.president.as_actor(), email="zoe@exemple.test", role=Role.READER)
    event = AuditEvent.objects.get(action="invitation.send")
    client = client_of(administrator)
    listed = client.get(reverse("admin:core_auditevent_changelist")).content.decode()
    assert listed.count("a invité une personne") == 2 and "invitation.send</" not in listed
    only = client.get(reverse("admin:core_auditevent_changelist"), {"action": "invitation.withdraw"}).content.decode()
    assert "zoe@exemple.test" not in only
    page = client.get(reverse("admin:core_auditevent_change", args=[event.pk])).content.decode()
    for words in ("a invité une personne", "Invitation\u00a0: ", "Adresse électronique\u00a0: zoe@exemple.test"):
        assert words in page


def test_the_journal_says_states_and_dates_in_french():
    said = journal.spoken_fields("funding.Payment", {"status": "PAID", "paid_on": "2027-12-01", "reference": "VIR-1"})
    assert said == [("État", "Payé"), ("Payé le", "1er décembre 2027"), ("Référence", "VIR-1")]
    assert journal.spoken_fields("no.Model", {"some_key": None}) == [("Some_key", "–")]


def test_the_journal_says_in_french_what_the_kind_of_object_has_no_field_for():
    kept = {"start_QUALITY": "2027-01-15", "mission": "PREVENTION", "amount": "-8678.08", "side": "FUND"}
    said = dict(journal.spoken_fields("contracts.Contract", kept))
    assert said == {
        "Démarrage prévu, Qualité et pertinence des soins": "15 janvier 2027",
        "Mission": "Prévention",
        "Montant (€)": "−8\u202f678,08",
        "Partie": "Caisse",
    }
    nested = journal.spoken_fields("indicators.Programme", {"missions": {"ACCESS_TO_CARE": "30000.00"}})
    assert nested == [("Missions", "Accès aux soins\u00a0: 30\u202f000,00")]
    assert journal.spoken_fields("health_projects.HealthProject", {"section": "TERRITORY", "ground": "TERRITORY"}) == [
        ("Section", "Territoire et liens avec les autres organisations"),
        ("Motif", "Pertinence du territoire"),
    ]


def test_an_organisation_is_found_without_its_accents(administrator, client_of):
    """The search box of the back office, as the lists of the portal."""
    CptsFactory(name="CPTS de l’Île aux Genêts")
    client = client_of(administrator)
    for typed in ("genets", "l'ile GENÊTS", "aux cpts"):
        found = client.get(reverse("admin:accounts_organisation_changelist"), {"q": typed}).content.decode()
        assert "CPTS de l’Île aux Genêts" in found
    missed = client.get(reverse("admin:accounts_organisation_changelist"), {"q": "genets loire"}).content.decode()
    assert "CPTS de l’Île aux Genêts" not in missed


def test_the_fund_of_a_cpts_is_looked_for_among_funds(world, administrator, client_of):
    query = {"app_label": "accounts", "model_name": "organisation", "field_name": "fund", "term": ""}
    found = client_of(administrator).get(reverse("admin:autocomplete"), query).json()["results"]
    names = {row["text"] for row in found}
    assert world.west.fund.name in names and world.west.ars.name not in names


def test_what_forbids_a_deletion_is_counted_in_french(administrator, world, client_of):
    stories.contract_to_sign(world.west)
    client = client_of(administrator)
    page = client.get(reverse("admin:accounts_user_delete", args=[world.west.president.user.pk]), follow=True).text
    assert "Supprimer\u00a0: compte" in page and "Consentement\u00a0: " in page
    assert " object (" not in page and "Impossible de supprimer compte" not in page


def test_the_page_of_a_room_has_its_name(administrator, client_of):
    page = client_of(administrator).get(reverse("admin:app_list", args=["agreements"])).text
    assert "<h1>Accords nationaux</h1>" in page and "Administration de accords" not in page
    assert "accords nationaux" not in page  # nor in the breadcrumb


def test_the_titles_of_the_back_office_agree(administrator, client_of):
    client = client_of(administrator)
    for url, title in (
        (reverse("admin:accounts_organisation_add"), "Ajouter\u00a0: organisation"),
        (reverse("admin:core_auditevent_changelist"), "Entrées du journal"),
        (reverse("admin:accounts_organisation_change", args=[administrator.organisation_id]), "Organisation"),
    ):
        assert f"<h1>{title}</h1>" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("name", "said"), [("CPTS du Val", "la CPTS du Val"), ("ARS Bretagne", "l’ARS Bretagne"), ("Éveil", "l’Éveil")]
)
def test_an_organisation_is_named_with_its_article(name, said):
    assert Organisation(name=name).with_article == said


def sign_in(client, email: str) -> bool:
    """Sign in by the page, as a person does; say whether it opened."""
    client.logout()
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    return "_auth_user_id" in client.session


def change_address(client, person, email: str) -> None:
    names = ("first_name", "last_name", "job_title")
    page = reverse("admin:accounts_user_change", args=[person.pk])
    sent = {name: getattr(person, name) for name in names} | {"email": email, "is_active": "on"}
    assert client.post(page, sent | version_read(client, page)).status_code == 302


def test_an_address_changed_by_the_back_office_is_the_only_one_that_opens_the_account(
    administrator, world, client, client_of, django_capture_on_commit_callbacks
):
    """The package kept the former one: whoever held it went on signing in, and received the links."""
    person, former = world.west.coordinator.user, world.west.coordinator.user.email
    assert sign_in(client, former)
    client.get(reverse("account_email"))
    with django_capture_on_commit_callbacks(execute=True):
        change_address(client_of(administrator), person, "nouvelle@exemple.test")
    assert {message.to[0] for message in mail.outbox} == {former, "nouvelle@exemple.test"}
    assert all("L’adresse de votre compte" in message.body for message in mail.outbox)
    assert not sign_in(client, former) and sign_in(client, "nouvelle@exemple.test")
    client.logout()
    mail.outbox.clear()
    for email in (former, "nouvelle@exemple.test"):
        client.post(reverse("account_reset_password"), {"email": email})
    linked = [message.to for message in mail.outbox if "/password/reset/key/" in message.body]
    assert linked == [["nouvelle@exemple.test"]]
