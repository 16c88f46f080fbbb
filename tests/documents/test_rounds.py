"""A round of signatures: what vouches for its time, its refusal, its last day, its reminders, the round after it."""

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPException

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Power
from accounts.models import Delegation, Organisation
from core import clock
from core.actor import SYSTEM
from core.errors import DomainError
from core.models import AuditEvent
from documents import actions, jobs, notifications, storage
from documents.enums import SigningState, Stamp
from documents.models import Document, Signature
from documents.signing.authority import current_authority
from documents.verification.reader import verify_pdf
from tests.documents.conftest import issue, read
from tests.documents.stamping import NAME
from tests.documents.test_pdf import text_of
from tests.documents.test_timestamps import honest, refusal
from tests.utils import stories

pytestmark = pytest.mark.django_db


def test_without_an_authority_the_page_says_that_nothing_vouches_for_the_time(world, client_of, to_sign):
    for actor in world.west.signing:
        document = actions.sign_document(actor=actor, document=to_sign)
    assert document.is_signed and document.level == "PAdES-B-B, sans horodatage"
    page = client_of(world.west.president).get(reverse("documents:document_detail", args=[document.pk]))
    assert "sans horodatage" in page.text
    assert not Document.objects.awaiting_stamp().exists()


def test_the_last_signature_asks_for_the_time_stamp_of_the_document(world, to_sign, time_stamping):
    for actor in world.west.signing:
        document = actions.sign_document(actor=actor, document=to_sign)
    assert {signature.stamped_by for signature in document.signature_list} == {NAME}
    assert document.stamp == Stamp.PENDING and "en attente" in document.level
    jobs.stamp_document(str(document.pk))
    document = read(document)
    assert document.level == f"PAdES-B-LTA, horodaté par {NAME}"
    verdict = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert verdict.is_intact and verdict.is_complete and verdict.is_trusted, verdict.reasons


def test_a_document_is_time_stamped_once(world, to_sign, time_stamping):
    for actor in world.west.signing:
        actions.sign_document(actor=actor, document=to_sign)
    assert jobs.stamp_documents() == 1
    first = read(to_sign).file
    assert jobs.stamp_document(str(to_sign.pk)) and jobs.stamp_documents() == 0
    assert read(to_sign).file == first
    assert AuditEvent.objects.filter(action="document.stamp").count() == 1


def test_a_signature_that_an_authority_let_down_is_kept_shown_as_waiting_then_time_stamped(
    world, client_of, to_sign, time_stamping
):
    time_stamping.answer = refusal
    first = world.west.signing[0]
    document = actions.sign_document(actor=first, document=to_sign)
    (signature, *_others) = document.signature_list
    assert signature.signed_at and signature.stamp == Stamp.PENDING
    page = client_of(world.west.reader).get(reverse("documents:document_detail", args=[document.pk]))
    assert "Horodatage en attente" in page.text and "horodatée par" not in page.text
    assert jobs.stamp_documents() == 0  # still silent: nothing is written, it will be asked again
    assert read(document).file == document.file
    time_stamping.answer = honest
    assert jobs.stamp_documents() == 1
    document = read(document)
    assert document.signature_list[0].stamped_by == NAME
    assert document.level == "PAdES-B-LT, chaque signature est horodatée"
    for actor in world.west.signing[1:]:
        actions.sign_document(actor=actor, document=document)
    jobs.stamp_documents()
    assert read(document).level.startswith("PAdES-B-LTA")


@pytest.mark.parametrize("facts", [{"stamp": Stamp.STAMPED}, {"stamped_by": NAME}])
def test_the_database_refuses_a_time_stamp_without_a_token(to_sign, facts):
    for model in (Signature, Document):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**facts)


def test_the_database_refuses_that_a_place_without_signature_awaits_a_time_stamp(to_sign):
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(stamp=Stamp.PENDING)


# Refused, expired, sent again, reminded


def test_a_refusal_says_who_when_and_why_and_nobody_signs_any_more(world, client_of, to_sign):
    cpts, ars, fund = world.west.signing
    actions.sign_document(actor=cpts, document=to_sign)
    document = actions.refuse_document(actor=ars, document=to_sign, reason=" Le calendrier est à revoir. ")
    assert document.signing_state == SigningState.REFUSED
    assert (document.refusal.refused_by, document.refusal.refusal_reason) == (
        ars.user_name,
        "Le calendrier est à revoir.",
    )
    with pytest.raises(DomainError, match="Signature refusée"):
        actions.sign_document(actor=fund, document=document)
    page = client_of(world.west.reader).get(reverse("documents:document_detail", args=[document.pk])).text
    assert "Le calendrier est à revoir." in page and ars.user_name in page
    assert world.west.president.user.get_full_name() in page  # the signature already given stays readable
    assert AuditEvent.objects.filter(action="document.refuse").count() == 1


def test_a_signature_given_is_not_taken_back_by_a_refusal(world, to_sign):
    cpts = world.west.signing[0]
    actions.sign_document(actor=cpts, document=to_sign)
    with pytest.raises(DomainError, match="déjà signé"):
        actions.refuse_document(actor=cpts, document=to_sign, reason="Trop tard.")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_refusal_has_a_reason(world, to_sign, reason):
    with pytest.raises(DomainError, match="raison") as caught:
        actions.refuse_document(actor=world.west.signing[0], document=to_sign, reason=reason)
    assert caught.value.field == "reason"


def test_who_is_no_signatory_neither_refuses_nor_reminds(world, to_sign):
    stranger = world.east.signing[0]
    with pytest.raises(DomainError, match="pas signataire"):
        actions.refuse_document(actor=stranger, document=to_sign, reason="Non.")


def test_the_last_day_to_sign_is_the_last_day(world):
    last = date(2026, 6, 30)
    with stories.at(date(2026, 6, 1)):
        document = issue(world, expires_on=last)
    with stories.at(last):
        actions.sign_document(actor=world.west.signing[0], document=document)
    with stories.at(last + timedelta(days=1)):
        assert read(document).signing_state == SigningState.EXPIRED
        with pytest.raises(DomainError, match="Délai de signature dépassé"):
            actions.sign_document(actor=world.west.signing[1], document=document)


def test_a_document_signed_by_all_does_not_expire(world):
    with stories.at(date(2026, 6, 1)):
        document = issue(world, expires_on=date(2026, 6, 30))
        for actor in world.west.signing:
            actions.sign_document(actor=actor, document=document)
    with stories.at(date(2027, 6, 1)):
        assert read(document).signing_state == SigningState.SIGNED


def test_a_new_round_says_which_signatures_are_void_and_the_former_one_stays_readable(world, to_sign):
    with stories.at(date(2026, 6, 1)):
        first = actions.sign_document(actor=world.west.signing[0], document=to_sign)
    bytes_signed = storage.read(first.file)
    actions.close_round(actor=SYSTEM, document=first, because="Le territoire a changé.")
    second = issue(world, "contract:2", former_round=first)
    text = text_of(storage.read(second.file))
    assert f"remplace celui de code {first.code}" in text
    assert f"{world.west.president.user.get_full_name()}, pour la CPTS Ouest, le 1er juin 2026" in text
    first = read(first)
    assert first.signing_state == SigningState.VOID and storage.read(first.file) == bytes_signed
    with pytest.raises(DomainError, match="Sans effet"):
        actions.sign_document(actor=world.west.signing[1], document=first)
    assert second.signing_state == SigningState.OPEN and len(second.awaited) == 3


def test_a_round_that_is_over_is_not_closed_a_second_time(world, to_sign):
    for actor in world.west.signing:
        actions.sign_document(actor=actor, document=to_sign)
    actions.close_round(actor=SYSTEM, document=to_sign, because="Trop tard.")
    assert read(to_sign).signing_state == SigningState.SIGNED


def test_a_party_renamed_before_it_signs_keeps_everywhere_the_name_that_the_document_prints(
    world, client_of, to_sign, mailoutbox, django_capture_on_commit_callbacks
):
    west, printed = world.west, world.west.fund.name
    Organisation.objects.filter(pk=west.fund.pk).update(name="CPAM issue d’une fusion")
    with django_capture_on_commit_callbacks(execute=True):
        actions.remind_signatories(actor=west.coordinator.as_actor(), document=to_sign)
    assert any(printed in mail.body for mail in mailoutbox) and "fusion" not in str([each.body for each in mailoutbox])
    document = actions.sign_document(actor=west.fund_signatory.as_actor(), document=to_sign)
    page = client_of(west.coordinator).get(reverse("documents:document_detail", args=[document.pk]))
    for said in (text_of(storage.read(document.file)), page.text):
        assert printed in said and "fusion" not in said


def test_a_reminder_leaves_once_a_day_to_those_who_may_sign_and_is_in_the_journal(
    world, client_of, to_sign, mailoutbox, django_capture_on_commit_callbacks
):
    url = reverse("documents:document_remind", args=[to_sign.pk])
    client = client_of(world.west.coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url)
    tenants = (world.west, world.neighbour)  # the two CPTS share their ARS and their fund
    reminded = {person.user.email for each in tenants for person in (each.ars_signatory, each.fund_signatory)}
    assert {address for mail in mailoutbox for address in mail.to} == reminded
    page = client.post(url, follow=True)
    assert "déjà parti aujourd’hui" in page.text and len(mailoutbox) == 4
    assert AuditEvent.objects.filter(action="document.remind").count() == 2
    with stories.at(clock.today() + timedelta(days=1)):
        assert len(actions.remind_signatories(actor=world.west.coordinator.as_actor(), document=to_sign)) == 2
    assert client_of(world.west.reader).post(url).status_code == 403
    assert client_of(world.east.coordinator).post(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_reminder_that_could_not_leave_says_so_and_may_be_sent_again(world, client_of, to_sign, settings, mailoutbox):
    url = reverse("documents:document_remind", args=[to_sign.pk])
    client, working = client_of(world.west.coordinator), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = client.post(url, follow=True).text
    assert "Le rappel n’est pas parti" in page and "rappel envoyé le" not in page
    assert AuditEvent.objects.filter(action="document.reminder_lost").count() == 2
    settings.EMAIL_BACKEND = working
    page = client.post(url, follow=True).text
    assert "Le rappel est envoyé." in page and "rappel envoyé le" in page and mailoutbox


class Particular(EmailBackend):
    """A mail server that refuses some addresses."""

    refused: frozenset[str] = frozenset()

    def send_messages(self, messages):
        if self.refused.intersection(to for message in messages for to in message.to):
            raise SMTPException
        return super().send_messages(messages)


def test_a_reminder_that_left_for_one_party_alone_names_the_other(
    world, to_sign, settings, monkeypatch, django_capture_on_commit_callbacks
):
    west = world.west
    settings.EMAIL_BACKEND = f"{__name__}.{Particular.__name__}"
    people = west.fund.memberships.values_list("user__email", flat=True)
    monkeypatch.setattr(Particular, "refused", frozenset(people))
    told = pytest.raises(DomainError, match="pas parti pour la CPAM Ouest\u00a0:")
    with told, django_capture_on_commit_callbacks(execute=True):
        actions.remind_signatories(actor=west.coordinator.as_actor(), document=to_sign)
    reminded = {row.organisation: row.reminded_on for row in read(to_sign).signature_list}
    assert reminded == {west.cpts: None, west.ars: clock.today(), west.fund: None}


def test_a_lost_reminder_is_due_again_and_the_day_of_the_one_before_is_kept(
    world, to_sign, settings, monkeypatch, django_capture_on_commit_callbacks, mailoutbox
):
    west, yesterday = world.west, clock.today() - timedelta(days=1)
    to_sign.signatures.filter(organisation__in=[west.ars, west.fund]).update(reminded_on=yesterday)
    monkeypatch.setattr(Particular, "refused", frozenset(west.fund.memberships.values_list("user__email", flat=True)))
    settings.EMAIL_BACKEND = f"{__name__}.{Particular.__name__}"

    def remind() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            actions.remind_signatories(actor=west.coordinator.as_actor(), document=to_sign)

    with pytest.raises(DomainError, match="CPAM Ouest"):
        remind()
    days = {row.organisation: row.reminded_on for row in read(to_sign).signature_list}
    assert days == {west.cpts: None, west.ars: clock.today(), west.fund: yesterday}
    monkeypatch.setattr(Particular, "refused", frozenset())
    mailoutbox.clear()
    remind()
    told = {address for message in mailoutbox for address in message.to}
    assert told and told <= set(west.fund.memberships.values_list("user__email", flat=True)), "nobody twice"


def test_a_delegate_is_reminded_too(world, to_sign, mailoutbox):
    Delegation.objects.create(
        grantor=world.west.ars_signatory,
        grantee=world.west.ars_officer,
        power=Power.SIGN,
        deed="Arrêté",
        starts_on=clock.today(),
    )
    (place,) = [row for row in to_sign.signature_list if row.organisation == world.west.ars]
    notifications.signature_reminder(place, "CPTS Ouest")
    assert {address for mail in mailoutbox for address in mail.to} == {
        world.west.ars_signatory.user.email,
        world.neighbour.ars_signatory.user.email,
        world.west.ars_officer.user.email,
    }


@pytest.mark.parametrize("facts", [{"delegated_by": "Jeanne"}, {"delegation_deed": "Statuts"}])
def test_the_database_refuses_a_delegation_without_signature_or_deed(to_sign, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(**facts)


@pytest.mark.parametrize(
    "facts", [{"refused_by": "Jeanne"}, {"refusal_reason": "Non."}, {"refused_at": datetime(2026, 1, 1, tzinfo=UTC)}]
)
def test_the_database_refuses_a_refusal_without_who_when_and_why(to_sign, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(**facts)


def test_the_database_refuses_a_closed_round_without_reason_and_a_round_of_itself(to_sign):
    for facts in (
        {"closed_because": "Rien"},
        {"closed_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"former_round": to_sign},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.update(**facts)
