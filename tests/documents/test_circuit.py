"""The circuit of a signature: any number of signatories, together or one step after the other."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import set_signatory_count
from accounts.models import MOST_SIGNATORIES, Membership, Organisation
from core import clock
from core.enums import Role
from core.errors import DomainError, NotAllowed, StaleForm
from core.models import AuditEvent
from documents import actions, storage
from documents.enums import SigningState, Verdict
from documents.models import Document, Signature
from documents.panels import circuit_of, signature_lines
from documents.signing.authority import current_authority
from documents.signing.fields import signature_field, spoken_fields
from documents.verification.answers import answer_of
from documents.verification.reader import verify_pdf
from documents.verification.verdicts import judge_code
from tests.documents.conftest import issue, read
from tests.documents.paper import given
from tests.documents.test_pdf import text_of
from tests.utils.factories import FundFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def co_president(tenant):
    """Return a second president of a CPTS, whose statutes now ask for two signatures."""
    Organisation.objects.filter(pk=tenant.cpts.pk).update(signatory_count=2)
    tenant.cpts.refresh_from_db()
    return MembershipFactory(organisation=tenant.cpts, role=Role.PRESIDENT).as_actor()


def signatories_of(organisation) -> list[Membership]:
    return list(organisation.memberships.filter(role=Role.SIGNATORY))


def signed(actor, document: Document) -> Document:
    return actions.sign_document(actor=actor, document=document)


def awaited(document: Document) -> list[Organisation]:
    return [row.organisation for row in document.awaited]


# Several signatories of a party


def test_five_signatories_sign_one_file_that_says_all_of_them(world):
    """Two co-presidents, the ARS, and two funds: each in a field of its own, all valid at the end."""
    west = world.west
    second = co_president(west)
    other_fund = FundFactory(name="CPAM d’à côté")
    other = MembershipFactory(organisation=other_fund, role=Role.SIGNATORY).as_actor()
    document = issue(world, circuit=[[west.cpts, west.ars, west.fund, other_fund]])
    president, ars, fund = west.signing
    for actor in (fund, second, other, ars, president):
        assert document.signing_state == SigningState.OPEN
        document = signed(actor, document)
    assert document.signing_state == SigningState.SIGNED
    fields = [row.field_name for row in document.signature_list]
    assert fields == ["signature_cpts", "signature_cpts_2", "signature_ars", "signature_fund", "signature_fund_2"]
    verdict = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert verdict.is_intact and verdict.is_complete and verdict.is_trusted, verdict.reasons
    assert sorted(report.field for report in verdict.signatures) == sorted(fields)
    answer = answer_of(judge_code(document.code))
    assert answer.verdict == Verdict.GENUINE and len(answer.signatures) == 5
    assert answer.document.parties == (west.cpts.name, west.ars.name, west.fund.name, other_fund.name)


def test_each_place_of_a_party_is_numbered_on_the_page_and_for_a_screen_reader(world):
    co_president(world.west)
    document = issue(world)
    text = text_of(storage.read(document.file))
    assert "Signataire 1 sur 2" in text and "Signataire 2 sur 2" in text
    assert text.count("CPTS Ouest") == 2 and text.count("ARS Ouest") == 1


def test_who_signed_for_a_party_leaves_the_other_place_to_someone_else(world, client_of):
    second = co_president(world.west)
    document = issue(world)
    president, ars, fund = world.west.signing
    document = signed(president, document)
    for act in (
        lambda: signed(president, document),
        lambda: actions.refuse_document(actor=president, document=document, reason="Non."),
    ):
        with pytest.raises(DomainError, match="celle d’une autre personne"):
            act()
    assert not document.awaits(president) and document.awaits(second)
    page = client_of(world.west.president).get(reverse("documents:document_progress", args=[document.pk])).text
    assert page.count("Signature attendue") == 3  # of the second president, of the ARS, of the fund
    for actor in (ars, fund):
        document = signed(actor, document)
    assert awaited(document) == [world.west.cpts] and not document.is_signed
    assert answer_of(judge_code(document.code)).sentence.endswith("signature manquante\u00a0: CPTS Ouest.")
    document = signed(second, document)
    assert document.is_signed
    with pytest.raises(DomainError, match="Votre organisation a déjà signé"):
        signed(second, document)


def test_two_papers_of_one_party_may_be_deposited_by_one_person_of_two_hands(world):
    second = co_president(world.west)
    document = issue(world)
    president = world.west.president
    first = given(document, president)
    document = actions.sign_document(actor=president.as_actor(), document=document, outside=first)
    with pytest.raises(DomainError, match="une autre signe à cette place") as refused:
        actions.sign_document(actor=president.as_actor(), document=document, outside=first)
    assert refused.value.field == "signatory"
    other = world.west.cpts.memberships.get(user=second.user_id)
    document = actions.sign_document(actor=president.as_actor(), document=document, outside=given(document, other))
    places = [row for row in document.signature_list if row.organisation == world.west.cpts]
    assert [row.signer for row in places] == [president.user, other.user]
    assert {row.depositor for row in places} == {president.user}


def test_the_database_refuses_two_signatures_of_one_person_and_two_at_one_place(world):
    co_president(world.west)
    document = signed(world.west.signing[0], issue(world))
    first, second = document.signature_list[:2]
    facts = {"signed_at": first.signed_at, "signer": first.signer, "signer_name": "X", "file": first.file}
    with pytest.raises(IntegrityError, match="documents_nobody_signs_twice"), transaction.atomic():
        Signature.objects.filter(pk=second.pk).update(**facts)
    with pytest.raises(IntegrityError, match="documents_one_signature_a_place"), transaction.atomic():
        Signature.objects.filter(pk=second.pk).update(number=1)
    with pytest.raises(IntegrityError, match="documents_one_place_a_position"), transaction.atomic():
        Signature.objects.filter(pk=second.pk).update(position=1)
    with pytest.raises(IntegrityError, match="documents_places_count_from_one"), transaction.atomic():
        Signature.objects.filter(pk=second.pk).update(step=0)


def test_a_field_is_spoken_of_by_its_party_and_its_number():
    assert signature_field("FUND", 2) == "signature_fund_2"
    fields = ["signature_cpts", "signature_cpts_2", "Autre"]
    assert spoken_fields(fields) == "Signatures de la CPTS, de la CPTS (n°\u00a02) et «\u00a0Autre\u00a0»"


# In order, or together


def test_signatures_in_order_wait_for_the_step_before_and_each_is_told_when_its_turn_comes(
    world, django_capture_on_commit_callbacks
):
    """The CPTS by its two presidents, then the fund, then the ARS."""
    west = world.west
    second = co_president(west)
    document = issue(world, circuit=[[west.cpts], [west.fund], [west.ars]])
    president, ars, fund = west.signing
    assert document.order_words == "la CPTS Ouest, puis la CPAM Ouest, puis l’ARS Ouest"
    for early in (ars, fund):
        with pytest.raises(DomainError, match="dans l’ordre\u00a0: la CPTS Ouest d’abord"):
            signed(early, document)
    with django_capture_on_commit_callbacks(execute=True):
        document = signed(president, document)
    assert not mail.outbox and awaited(document) == [west.cpts]  # half a step calls nobody
    with django_capture_on_commit_callbacks(execute=True):
        document = signed(second, document)
    assert awaited(document) == [west.fund]
    told = {to for message in mail.outbox for to in message.to}
    assert told == {row.user.email for row in signatories_of(west.fund)}
    assert "c’est à la CPAM Ouest de signer" in mail.outbox[0].body
    with pytest.raises(DomainError, match="la CPAM Ouest d’abord"):
        signed(ars, document)
    for actor in (fund, ars):
        document = signed(actor, document)
    assert document.signing_state == SigningState.SIGNED


def test_the_parties_of_one_step_sign_when_they_like(world):
    west = world.west
    document = issue(world, circuit=[[west.cpts], [west.ars, west.fund]])
    president, ars, fund = west.signing
    assert document.order_words == "la CPTS Ouest, puis l’ARS Ouest et la CPAM Ouest"
    document = signed(president, document)
    assert awaited(document) == [west.ars, west.fund]
    document = signed(fund, document)
    assert signed(ars, document).is_signed


def test_who_will_not_sign_says_so_before_her_turn(world):
    west = world.west
    document = issue(world, circuit=[[west.cpts], [west.ars, west.fund]])
    document = actions.refuse_document(actor=west.signing[1], document=document, reason="Non.")
    assert document.signing_state == SigningState.REFUSED and document.awaited == []


def test_what_awaits_a_person_is_told_alike_of_one_document_and_of_the_list(world):
    """`Document.awaits` reads one document, `Signature.objects.awaited_from` all of them: they agree."""
    west = world.west
    second = co_president(west)
    document = issue(world, circuit=[[west.cpts], [west.ars, west.fund]])
    people = [*west.signing, second, *world.east.signing]
    for actor in (None, west.signing[0], second, west.signing[1], west.signing[2]):
        document = signed(actor, document) if actor else document
        listed = [Signature.objects.awaited_from(person).filter(document=document).exists() for person in people]
        assert listed == [document.awaits(person) for person in people]
    assert not any(listed)


def test_a_page_tells_each_person_where_the_circuit_stands(world):
    west = world.west
    second = co_president(west)
    document = issue(world, circuit=[[west.cpts], [west.ars, west.fund]])
    president, ars, fund = west.signing
    assert [line.state for line in signature_lines(document)] == ["Attendue"] * 2 + ["Attendue ensuite"] * 2
    assert circuit_of(ars, document)["next_parties"] == [(west.cpts.side, west.cpts.name)]
    document = signed(president, document)
    here = circuit_of(president, document)
    assert here["signed_herself"] and not here["has_signed"] and not here["is_awaited"]
    document = signed(second, document)
    assert circuit_of(president, document)["has_signed"]
    document = signed(ars, document)
    assert circuit_of(fund, document)["is_last"] and not circuit_of(ars, document)["is_last"]


def test_a_reminder_reaches_each_party_once_however_many_of_its_people_sign(world, django_capture_on_commit_callbacks):
    co_president(world.west)
    document = issue(world)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remind_signatories(actor=world.west.signing[1], document=document)
    reminded = [*world.west.cpts.memberships.filter(role=Role.PRESIDENT), *signatories_of(world.west.fund)]
    assert sorted(to for message in mail.outbox for to in message.to) == sorted(row.user.email for row in reminded)
    assert AuditEvent.objects.filter(action="document.remind").count() == 2
    assert all(row.reminded_on == clock.today() for row in read(document).awaited if row.side != "ARS")


# What the statutes of an organisation ask for


def test_an_organisation_says_how_many_sign_for_it_and_the_next_documents_follow(world, client_of):
    west = world.west
    MembershipFactory(organisation=west.cpts, role=Role.PRESIDENT)
    before = issue(world, "contract:before")
    client = client_of(west.president)
    url = reverse("documents:signatory_count")
    version = client.get(url).context["form"].current_version
    answer = client.post(url, {"signatory_count": "2", "version": version})
    assert answer.status_code == 302
    assert "2 personnes signent chaque document" in client.get(answer.url).text
    west.cpts.refresh_from_db()
    after = issue(world, "contract:after")
    assert [len(read(row).signature_list) for row in (before, after)] == [3, 4]
    event = AuditEvent.objects.get(action="organisation.set_signatory_count")
    assert (event.before, event.after) == ({"signatory_count": 1}, {"signatory_count": 2})


def test_more_signatories_than_people_who_may_sign_is_refused_beside_its_field(world, client_of):
    client = client_of(world.west.president)
    url = reverse("documents:signatory_count")
    version = client.get(url).context["form"].current_version
    page = client.post(url, {"signatory_count": "3", "version": version})
    field = page.context["form"]["signatory_count"]
    assert "Aujourd’hui, 1 personne peut signer pour votre organisation" in str(field.errors)
    assert field.value() == "3"
    world.west.cpts.refresh_from_db()
    assert world.west.cpts.signatory_count == 1


def test_the_number_of_signatories_is_said_by_who_may_delegate_there_and_read_again(world, client_of):
    for member in (world.west.coordinator, world.west.ars_officer, world.observer):
        assert client_of(member).get(reverse("documents:signatory_count")).status_code == 403
    with pytest.raises(NotAllowed, match="changer le nombre de signataires"):
        set_signatory_count(actor=world.west.coordinator.as_actor(), signatory_count=1)
    with pytest.raises(StaleForm):
        set_signatory_count(actor=world.west.president.as_actor(), signatory_count=1, version="read before")
    world.east.cpts.refresh_from_db()
    assert world.east.cpts.signatory_count == 1


@pytest.mark.parametrize("count", [0, MOST_SIGNATORIES + 1])
def test_the_database_refuses_a_number_of_signatories_that_no_page_holds(world, count):
    with pytest.raises(IntegrityError, match="accounts_a_few_signatories"), transaction.atomic():
        Organisation.objects.filter(pk=world.west.cpts.pk).update(signatory_count=count)
