"""Delegations: given on a page with their deed, read by those it concerns, over when their time is."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import end_delegation
from accounts.enums import DelegationState, Power
from accounts.models import Delegation
from accounts.permissions import delegable
from core import clock
from core.dates import format_date
from core.enums import Role
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from core.wording import of
from documents import actions, storage
from documents.models import DelegationDeed, Signature
from tests.documents.test_signing import stamp_text
from tests.utils import stories
from tests.utils.delegations import DEED, delegate
from tests.utils.locks import written_under_the_journal

pytestmark = pytest.mark.django_db
LIST, CREATE = "documents:delegation_list", "documents:delegation_create"


def typed(world, **changes) -> dict:
    """Return what the president of the CPTS types to let its treasurer sign for a month."""
    today = clock.today()
    return {
        "grantee": world.west.treasurer.pk,
        "power": "SIGN",
        "deed": "Délibération n° 7",
        "deed_on": f"{today:%d/%m/%Y}",
        "copy": SimpleUploadedFile("Délibération.pdf", DEED),
        "starts_on": f"{today:%d/%m/%Y}",
        "ends_on": f"{today + timedelta(days=30):%d/%m/%Y}",
    } | changes


def test_a_president_gives_a_delegation_with_its_deed_from_the_page(world, client_of):
    client = client_of(world.west.president)
    assert reverse(LIST) in client.get(reverse("accounts:team")).text
    page = client.post(reverse(CREATE), typed(world), follow=True).text
    delegation = Delegation.objects.get()
    assert (delegation.grantor, delegation.grantee) == (world.west.president, world.west.treasurer)
    assert delegation.state == DelegationState.IN_FORCE and "SIGN" in world.west.treasurer.powers()
    deed = DelegationDeed.objects.get(delegation=delegation)
    assert storage.read(deed.file) == DEED and list(deed.file.readers.all()) == [world.west.cpts]
    assert "En cours" in page and reverse("documents:file_download", args=[deed.file.pk]) in page
    event = AuditEvent.objects.get(action="delegation.grant")
    assert event.after["grantee"] == str(world.west.treasurer.user) and event.user_id == world.west.president.user_id


def test_a_refused_delegation_stores_nothing_and_keeps_what_was_typed(world, client_of):
    past = f"{clock.today() - timedelta(days=1):%d/%m/%Y}"
    page = client_of(world.west.president).post(reverse(CREATE), typed(world, starts_on=past)).text
    assert "ne vaut pas pour le passé" in page and "Délibération n° 7" in page
    assert not Delegation.objects.exists() and not DelegationDeed.objects.exists()
    assert not AuditEvent.objects.filter(action="file.store").exists()


def test_a_delegation_tells_all_its_refusals_at_once(world, client_of):
    day = clock.today()
    days = {
        "deed_on": day + timedelta(days=1),
        "starts_on": day - timedelta(days=1),
        "ends_on": day - timedelta(days=2),
    }
    sent = typed(world, deed="", **{name: f"{value:%d/%m/%Y}" for name, value in days.items()})
    errors = client_of(world.west.president).post(reverse(CREATE), sent).context["form"].errors
    assert set(errors) == {"deed", "deed_on", "starts_on"}, "the end is judged once the start can be kept"


REFUSED = {
    "to oneself": ("grantee", lambda world: {"receiver": world.west.president}),
    "to another organisation": ("grantee", lambda world: {"receiver": world.west.ars_officer}),
    "to a reader": ("grantee", lambda world: {"receiver": world.west.reader}),
    "consent to the treasurer": ("grantee", lambda world: {"power": Power.CONSENT}),
    "a deed to come": ("deed_on", lambda world: {"deed_on": clock.today() + timedelta(days=1)}),
    "from the past": ("starts_on", lambda world: {"starts_on": clock.today() - timedelta(days=1)}),
    "over before it starts": ("ends_on", lambda world: {"ends_on": clock.today() - timedelta(days=1)}),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_delegated_is_refused_beside_its_field(world, fault):
    field, changes = REFUSED[fault]
    facts = {"receiver": world.west.treasurer} | changes(world)
    with pytest.raises(DomainError) as caught:
        delegate(world.west.president, **facts)
    assert caught.value.field == field


def test_a_power_is_given_by_who_holds_it_and_not_by_a_delegate(world):
    west = world.west
    assert delegable(west.president.as_actor()) == {
        Power.CONSENT: {Role.COORDINATOR},
        Power.SIGN: {Role.COORDINATOR, Role.TREASURER},
    }
    assert delegable(west.ars_signatory.as_actor()) == {Power.SIGN: {Role.OFFICER}}
    delegate(west.president, west.coordinator)
    assert delegable(west.coordinator.as_actor()) == {}
    with pytest.raises(NotAllowed):
        delegate(west.coordinator, west.treasurer)
    with pytest.raises(DomainError) as caught:
        delegate(west.ars_signatory, west.ars_officer, power=Power.CONSENT)
    assert caught.value.field == "power"


def test_the_same_delegation_is_given_again_once_the_former_is_over(world):
    west, today = world.west, clock.today()
    first = delegate(west.president, west.treasurer, ends_on=today)
    with pytest.raises(DomainError, match="déjà cette délégation"):
        delegate(west.president, west.treasurer)
    with stories.at(today + timedelta(days=1)):
        assert first.state == DelegationState.OVER
        second = delegate(west.president, west.treasurer)
        assert second.state == DelegationState.IN_FORCE
    first.refresh_from_db()
    assert first.last_day == today


def test_a_delegate_is_told_by_mail_what_is_given_to_her_and_when_it_ends(
    world, client_of, mailoutbox, django_capture_on_commit_callbacks
):
    west = world.west
    client = client_of(west.president)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(CREATE), typed(world, starts_on="01/01/2020"))
    assert mailoutbox == []  # refused: nothing was given
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(CREATE), typed(world))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("documents:delegation_end", args=[Delegation.objects.get().pk]))
    given, ended = mailoutbox
    assert given.to == ended.to == [west.treasurer.user.email]
    assert str(west.president.user) in given.body and "Délibération n° 7" in given.body and "signer" in given.body
    last_day = format_date(clock.today() + timedelta(days=30))
    assert f"Premier jour : {format_date(clock.today())}" in given.body and f"Dernier jour : {last_day}" in given.body
    assert f"{west.president.user} a mis fin à la délégation" in ended.body and west.cpts.name in ended.subject


def test_a_deed_is_stored_before_the_journal_is_held(world, monkeypatch):
    west = world.west
    assert written_under_the_journal(monkeypatch, partial(delegate, west.president, west.treasurer)) == [False]
    assert DelegationDeed.objects.count() == 1


def test_a_delegation_ended_before_its_first_day_never_counted_and_says_so(world, client_of, to_sign):
    west, today = world.west, clock.today()
    first_day = today + timedelta(days=2)
    delegation = delegate(west.president, west.treasurer, starts_on=first_day)
    page = client_of(west.president).post(reverse("documents:delegation_end", args=[delegation.pk]), follow=True).text
    words = f"retirée le {format_date(today)}, avant son premier jour ({format_date(first_day)})"
    assert words in page and f"au {format_date(today)}" not in page
    with stories.at(first_day), pytest.raises(NotAllowed) as refused:
        actions.sign_document(actor=west.treasurer.as_actor(), document=to_sign)
    assert words in str(refused.value)


def test_who_may_delegate_ends_it_at_once_and_nobody_else(world, client_of):
    west = world.west
    delegation = delegate(west.president, west.treasurer)
    url = reverse("documents:delegation_end", args=[delegation.pk])
    assert client_of(west.treasurer).post(url).status_code == 403
    assert client_of(world.east.president).post(url).status_code == 404
    page = client_of(west.president).post(url, follow=True).text
    assert "La délégation a pris fin." in page and "Terminée" in page
    assert "SIGN" not in type(west.treasurer).objects.get(pk=west.treasurer.pk).powers()
    with pytest.raises(DomainError, match="déjà terminée"):
        end_delegation(actor=west.president.as_actor(), delegation=delegation)
    assert AuditEvent.objects.filter(action="delegation.end").count() == 1


def test_each_organisation_sees_its_own_delegations(world, client_of):
    delegation = delegate(world.west.president, world.west.treasurer, deed="Délibération de l’Ouest")
    deed = reverse("documents:file_download", args=[DelegationDeed.objects.get(delegation=delegation).file_id])
    assert "Délibération de l’Ouest" in client_of(world.west.reader).get(reverse(LIST)).text
    for stranger in (world.east.president, world.neighbour.president, world.west.ars_officer):
        client = client_of(stranger)
        assert "Délibération de l’Ouest" not in client.get(reverse(LIST)).text
        assert client.get(deed).status_code == 404
    assert client_of(world.observer).get(reverse(LIST)).status_code == 403


def test_a_delegate_signs_in_her_own_name_and_all_read_by_which_deed(world, client_of, client, to_sign):
    with stories.at(date(2026, 6, 1)):
        delegate(world.west.president, world.west.treasurer, deed_on=date(2026, 5, 3), ends_on=date(2026, 7, 1))
        document = actions.sign_document(actor=world.west.treasurer.as_actor(), document=to_sign)
    cpts = document.signature_list[0]
    president = str(world.west.president.user)
    assert (cpts.signer, cpts.delegated_by) == (world.west.treasurer.user, president)
    deed = "Délibération n° 7 du 3 mai 2026, valable du 1er juin 2026 au 1er juillet 2026"
    assert cpts.delegation_deed == deed
    stamp = stamp_text(storage.read(document.file), 0, name="signature_cpts")
    assert f"par délégation {of(president)} : Délibération n° 7 du 3 mai 2026" in stamp
    url = reverse("documents:file_download", args=[cpts.deed_id])
    other_party = client_of(world.west.fund_officer)
    page = other_party.get(reverse("documents:document_detail", args=[document.pk])).text
    assert f"par délégation {of(president)} : {deed}" in page and url in page
    assert other_party.get(url).content == DEED
    assert client_of(world.east.president).get(url).status_code == 404
    public = client.get(reverse("documents:verify_code", args=[document.code])).text
    assert f"Par délégation {of(president)} : {deed}" in public and url not in public
    event = AuditEvent.objects.filter(action="document.sign").latest("sequence")
    assert (event.after["delegated_by"], event.after["deed"]) == (president, deed)


def test_who_has_no_delegation_in_force_is_told_why(world, to_sign):
    west, today = world.west, clock.today()
    delegate(west.president, west.treasurer, starts_on=today + timedelta(days=2), ends_on=today + timedelta(days=3))

    def refusal() -> str:
        with pytest.raises(NotAllowed) as caught:
            actions.sign_document(
                actor=type(west.treasurer).objects.get(pk=west.treasurer.pk).as_actor(), document=to_sign
            )
        return str(caught.value)

    assert "ne vaut qu’à partir du" in refusal()
    with stories.at(today + timedelta(days=4)):
        assert "a pris fin le" in refusal()
    with pytest.raises(NotAllowed, match="Votre rôle ne vous permet pas"):
        actions.sign_document(actor=west.coordinator.as_actor(), document=to_sign)


def test_who_had_several_delegations_is_told_of_the_one_that_counted_last(world, to_sign):
    west, today = world.west, clock.today()
    first = delegate(west.president, west.treasurer, starts_on=today + timedelta(days=5))
    end_delegation(actor=west.president.as_actor(), delegation=first)
    last_day = today + timedelta(days=2)
    delegate(west.president, west.treasurer, ends_on=last_day)
    with stories.at(today + timedelta(days=9)), pytest.raises(NotAllowed) as refused:
        actions.sign_document(actor=type(west.treasurer).objects.get(pk=west.treasurer.pk).as_actor(), document=to_sign)
    assert f"a pris fin le {format_date(last_day)}" in str(refused.value)


def test_a_delegation_ends_with_the_access_of_who_gave_it(world, to_sign):
    delegate(world.west.president, world.west.treasurer)
    signing = world.west.treasurer.as_actor()
    world.west.president.is_active = False
    world.west.president.save()
    with pytest.raises(DomainError, match="ne vaut plus"):
        actions.sign_document(actor=signing, document=to_sign)


@pytest.mark.parametrize("closed", ["president", "treasurer"])
def test_a_delegation_of_someone_whose_access_is_closed_is_shown_without_effect(world, client_of, closed):
    west = world.west
    delegate(west.president, west.treasurer)
    place = getattr(west, closed)
    place.is_active = False
    place.save()
    page = client_of(west.coordinator).get(reverse(LIST)).text
    assert "Sans effet" in page and f"l’accès de {place.user} est fermé" in page and "En cours" not in page


def test_nobody_signs_by_a_delegation_whose_deed_was_not_deposited(world, to_sign):
    west = world.west
    Delegation.objects.create(
        grantor=west.president, grantee=west.treasurer, power=Power.SIGN, deed="Statuts", starts_on=clock.today()
    )
    with pytest.raises(DomainError, match="n’est pas déposé"):
        actions.sign_document(actor=west.treasurer.as_actor(), document=to_sign)


def test_the_page_of_a_document_leads_who_may_not_sign_to_who_may(world, client_of, to_sign):
    url = reverse("documents:document_detail", args=[to_sign.pk])
    assert reverse(LIST) in client_of(world.west.coordinator).get(url).text
    assert reverse(LIST) not in client_of(world.west.president).get(url).text


def test_the_database_keeps_one_delegation_of_a_power_and_says_who_ended_it(world):
    west = world.west
    delegation = delegate(west.president, west.treasurer)
    same = {"grantor": west.president, "grantee": west.treasurer, "power": Power.SIGN, "starts_on": clock.today()}
    for refused in (
        lambda: Delegation.objects.create(**same, deed="Statuts"),
        lambda: Delegation.objects.filter(pk=delegation.pk).update(ended_at=clock.now()),
        lambda: Delegation.objects.filter(pk=delegation.pk).update(ended_by="Jeanne"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()


def test_the_database_refuses_a_deed_beside_a_signature_without_delegation(world, to_sign):
    deed = DelegationDeed.objects.get(delegation=delegate(world.west.president, world.west.treasurer)).file
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.filter(document=to_sign).update(deed=deed)
