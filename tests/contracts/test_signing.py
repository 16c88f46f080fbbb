"""The pages on which a contract is signed: by code, passkey, own certificate or paper; or refused."""

import json
import resource
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions import end_delegation
from accounts.models import Delegation, Membership, Organisation
from contracts import actions, jobs
from contracts.enums import ContractStatus
from contracts.models import Contract
from core import clock
from core.dates import format_date
from core.wording import of
from documents.signing.authority import DemonstrationAuthority
from tests.contracts.pages import code, url
from tests.documents.paper import as_pdf, scanned_pages
from tests.documents.test_outside import signed_elsewhere
from tests.utils import stories
from tests.utils.delegations import delegate
from tests.utils.factories import give_second_factor
from tests.utils.passkeys import give_passkey
from tests.utils.reading import words

pytestmark = pytest.mark.django_db


@contextmanager
def files_shorter_than(size: int):
    """A disk that is full for a file of this size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_signing_asks_for_the_second_factor_again(world, client_of, signing):
    client, address = client_of(world.west.president), url("contract_sign", signing)
    assert "Code de votre second facteur" in words(client.get(address))
    for wrong in ({}, {"code": "000000"}):
        assert client.post(address, wrong).status_code == 200
    assert not any(row.signed_at for row in signing.document.signatures.all())
    shown = code()
    assert client.post(address, {"code": shown}).url == address
    assert signing.document.signatures.get(side="CPTS").signed_at
    assert "Le document attend encore" in words(client.get(address))


def test_a_passkey_signs_and_its_challenge_is_for_this_document_alone(world, client_of, signing):
    passkey, _row = give_passkey(world.west.president.user)
    client, address = client_of(world.west.president), url("contract_sign", signing)
    challenge_url = reverse("documents:document_challenge", args=[signing.document_id])
    assert challenge_url in client.get(address).content.decode()

    def sign(challenge: str):
        answer = json.dumps(passkey.answer(challenge))
        return client.post(address, {"code": "", "passkey": answer}, secure=True)

    def ask() -> str:
        return client.post(challenge_url, secure=True).json()["publicKey"]["challenge"]

    stale = ask()
    fresh = ask()
    refused = sign(stale)
    assert "n’a pas été reconnue" in words(refused) and "public-key" not in refused.content.decode()
    assert "n’a pas été reconnue" in words(sign(fresh))  # spent by the wrong answer
    assert not signing.document.signatures.get(side="CPTS").signed_at
    assert sign(ask()).url == address
    assert signing.document.signatures.get(side="CPTS").signed_at


def test_a_challenge_is_asked_by_those_who_sign(world, client_of, signing):
    address = reverse("documents:document_challenge", args=[signing.document_id])
    assert client_of(world.west.coordinator).post(address).status_code == 403
    for stranger in (world.east.president, world.neighbour.president):
        assert client_of(stranger).post(address).status_code == 404
    assert client_of(world.west.president).get(address).status_code == 405


def test_a_delegate_without_a_second_factor_is_told_to_set_one_up(world, client_of, signing):
    Delegation.objects.create(
        grantor=world.west.president,
        grantee=world.west.treasurer,
        power="SIGN",
        deed="Statuts, article 9",
        starts_on=clock.today(),
    )
    page = words(client_of(world.west.treasurer).get(url("contract_sign", signing)))
    assert "Activer un second facteur" in page


def test_the_last_signature_says_that_the_contract_is_in_force(world, client_of, signing):
    for member in (world.west.president, world.west.ars_signatory, world.west.fund_signatory):
        response = client_of(member).post(url("contract_sign", signing), {"code": code()}, follow=True)
    assert "le contrat est en vigueur" in words(response)
    signing.refresh_from_db()
    assert signing.status == ContractStatus.ACTIVE
    page = client_of(world.west.coordinator).get(url("contract_preview", signing))
    assert words(page).count("a signé le contrat") == 3


def test_a_signatory_signs_with_her_own_certificate_from_the_page(world, client_of, signing):
    actions.sign_contract(actor=world.west.president.as_actor(), contract=signing)
    client, address = client_of(world.west.ars_signatory), url("contract_sign_outside", signing)
    assert address in client.get(url("contract_sign", signing)).content.decode()
    content = client.get(reverse("documents:document_download", args=[signing.document_id])).content
    identity = DemonstrationAuthority(settings.SIGNING_ROOT / "ailleurs").signer_for("Paul Le Goff", "ARS", "")
    signed = signed_elsewhere(content, identity)

    def bring_back(file: bytes, given: str):
        return client.post(address, {"file": SimpleUploadedFile("contrat.pdf", file), "code": given})

    with time_machine.travel(timezone.now(), tick=False):  # an examination takes its time: the code stays the same
        shown = code()
        assert "ne porte pas de signature de plus" in words(bring_back(content, shown))
        misplaced = signed_elsewhere(content, identity, field="signature_fund")
        assert "emplacement de votre organisation" in words(bring_back(misplaced, shown))
        assert bring_back(signed, "000000").status_code == 200
        assert not signing.document.signatures.get(side="ARS").signed_at
        assert bring_back(signed, shown).url == url("contract_sign", signing)
    assert signing.document.signatures.get(side="ARS").certificate_subject.startswith("Paul Le Goff, ")


def test_ones_own_certificate_is_offered_once_the_portal_has_certified_the_file_and_the_page_says_why(
    world, client_of, signing
):
    client, address = client_of(world.west.ars_signatory), url("contract_sign_outside", signing)
    page = client.get(url("contract_sign", signing))
    assert address not in page.text and "dès qu’une autre partie aura signé dans le portail" in words(page)
    page = client.get(address)
    assert "Pas encore sur ce document" in words(page) and 'type="file"' not in page.text
    actions.sign_contract(actor=world.west.president.as_actor(), contract=signing)
    assert address in client.get(url("contract_sign", signing)).text
    assert 'type="file"' in client.get(address).text


def test_who_comes_to_sign_after_the_last_day_reads_that_it_has_passed(world, client_of, signing):
    last_day = signing.document.expires_on
    with stories.at(last_day + timedelta(days=1)):
        client = client_of(world.west.president)
        page = words(client.get(url("contract_sign", signing)))
        assert "dernier jour pour signer, est passé" in page and "Code de votre second facteur" not in page
        jobs.follow_contracts()
        for name in ("contract_sign", "contract_sign_paper"):
            for method in (client.get, client.post):
                page = words(method(url(name, signing), follow=True))
                assert f"Le contrat n’est pas en signature. Le {format_date(last_day)}, dernier jour" in page


def test_who_comes_to_sign_after_a_refusal_reads_who_refused(world, client_of, signing):
    actions.refuse_signature(actor=world.west.ars_signatory.as_actor(), contract=signing, reason="Taille à revoir")
    page = words(client_of(world.west.president).get(url("contract_sign", signing), follow=True))
    assert f"Le contrat n’est pas en signature. {world.west.ars} a refusé de signer." in page


def test_a_party_renamed_since_keeps_on_the_panels_the_name_that_the_document_prints(world, client_of, signing):
    printed = world.west.fund.name
    Organisation.objects.filter(pk=world.west.fund.pk).update(name="CPAM issue d’une fusion")
    actions.sign_contract(actor=world.west.president.as_actor(), contract=signing)
    page = words(client_of(world.west.president).get(url("contract_sign", signing)))
    assert page.count(printed) == 2 and "fusion" not in page


def test_the_last_party_signs_on_paper_and_the_contract_is_in_force(world, client_of, signing):
    for member in (world.west.president, world.west.ars_signatory):
        actions.sign_contract(actor=member.as_actor(), contract=signing)
    client, address = client_of(world.west.fund_signatory), url("contract_sign_paper", signing)
    assert address in client.get(url("contract_sign", signing)).content.decode()
    sheets = scanned_pages(client.get(reverse("documents:document_download", args=[signing.document_id])).content)
    typed = {"signatory": world.west.fund_signatory.pk, "handwritten_on": f"{clock.today():%d/%m/%Y}", "attested": "on"}
    torn = SimpleUploadedFile("contrat signé.pdf", as_pdf(sheets[:-1]))
    whole = SimpleUploadedFile("contrat signé.pdf", as_pdf(sheets))
    with time_machine.travel(timezone.now(), tick=False):  # reading takes its time: the code outlives it
        shown = code()
        page = client.post(address, {**typed, "scan": torn, "code": shown})
        assert f"Il manque la page {len(sheets)} du document" in words(page) and "checked" in page.content.decode()
        # the refusal cost no code
        response = client.post(address, {**typed, "scan": whole, "code": shown}, follow=True)
    assert "le contrat est en vigueur" in words(response) and "Signée sur papier" in words(response)
    contract = Contract.objects.get(pk=signing.pk)
    assert (contract.status, contract.signed_on) == (ContractStatus.ACTIVE, clock.today())
    preview = words(client_of(world.west.coordinator).get(url("contract_preview", signing)))
    assert "a signé le contrat sur papier" in preview


def test_a_code_spent_on_a_signature_that_the_store_refused_is_not_written_back(world, client_of, signing):
    for member in (world.west.president, world.west.ars_signatory):
        actions.sign_contract(actor=member.as_actor(), contract=signing)
    client, address = client_of(world.west.fund_signatory), url("contract_sign_paper", signing)
    sheets = scanned_pages(client.get(reverse("documents:document_download", args=[signing.document_id])).content)
    typed = {"signatory": world.west.fund_signatory.pk, "handwritten_on": f"{clock.today():%d/%m/%Y}", "attested": "on"}
    copy = as_pdf(sheets)
    with time_machine.travel(timezone.now(), tick=False), files_shorter_than(len(copy)):
        spent = code()
        page = client.post(address, {**typed, "scan": SimpleUploadedFile("contrat signé.pdf", copy), "code": spent})
    assert "Le stockage des fichiers est plein" in words(page)
    assert spent not in page.text and "checked" in page.text


@pytest.mark.parametrize("name", ["piece.docx", "contrat.pdf"])
def test_a_file_that_is_no_pdf_costs_no_code(world, client_of, signing, name):
    client, address = client_of(world.west.president), url("contract_sign_outside", signing)
    shown = code()
    page = words(client.post(address, {"file": SimpleUploadedFile(name, b"<html>"), "code": shown}))
    assert "Choisissez un fichier PDF" in page or "malgré son nom" in page
    assert client.post(url("contract_sign", signing), {"code": shown}).status_code == 302


def test_a_code_serves_once_for_as_long_as_it_would_be_taken(world, client_of, signing):
    """The package forgets it after thirty seconds, and would take it for a minute more."""
    client, shown = client_of(world.west.president), code()
    assert client.post(url("contract_sign", signing), {"code": shown}).status_code == 302
    cache.delete(f"allauth.mfa.totp.used?user={world.west.president.user_id}&code={shown}")
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        page = words(client.post(reverse("mfa_reauthenticate"), {"code": shown}))
    assert "Ce code a déjà servi" in page


def test_a_delegate_reads_by_which_deed_she_signs_before_she_signs(world, client_of, signing):
    west = world.west
    delegate(west.president, west.coordinator, deed="Statuts", deed_on=date(2026, 1, 5))
    mandate = f"par délégation {of(str(west.president.user))} : Statuts du 5 janvier 2026, valable à compter du"
    assert mandate in words(client_of(west.coordinator).get(url("contract_sign", signing)))
    assert "par délégation" not in words(client_of(west.president).get(url("contract_sign", signing)))
    actions.sign_contract(actor=Membership.objects.get(pk=west.coordinator.pk).as_actor(), contract=signing)
    page = words(client_of(west.fund_signatory).get(url("contract_sign", signing)))
    assert f"{west.coordinator.user}, par délégation {of(str(west.president.user))}" in page


def test_signing_is_for_signatories(world, client_of, signing):
    for member in (world.west.coordinator, world.west.ars_officer, world.west.accountant, world.observer):
        assert client_of(member).get(url("contract_sign", signing)).status_code == 403
        assert client_of(member).get(url("contract_refuse", signing)).status_code == 403


def ends(world, member):
    Membership.objects.filter(pk=member.pk).update(is_active=False)


def is_moved(world, member):
    Membership.objects.filter(pk=member.pk).update(organisation=world.east.fund)


def only_reads(world, member):
    Membership.objects.filter(pk=member.pk).update(role="READER")


def loses_her_second_factor(world, member):
    member.user.authenticator_set.all().delete()


CHANGES = {ends: 404, is_moved: 404, only_reads: 403, loses_her_second_factor: 302}


@pytest.mark.parametrize("change", CHANGES)
def test_who_lost_the_right_to_sign_since_the_page_was_opened_signs_nothing(world, client_of, signing, change):
    member = world.west.fund_signatory
    client, address = client_of(member), url("contract_sign", signing)
    assert "Signer pour votre organisation" in words(client.get(address))
    change(world, member)
    assert client.post(address, {"code": code()}).status_code == CHANGES[change]
    assert not any(row.signed_at for row in signing.document.signatures.all())


def test_a_delegate_whose_delegation_ended_since_the_page_was_opened_reads_it_and_signs_nothing(
    world, client_of, signing
):
    west = world.west
    delegation = delegate(west.ars_signatory, west.ars_officer)
    give_second_factor(west.ars_officer.user)
    client, address = client_of(west.ars_officer), url("contract_sign", signing)
    assert "Signer pour votre organisation" in words(client.get(address))
    end_delegation(actor=west.ars_signatory.as_actor(), delegation=delegation)
    page = client.post(address, {"code": code()})
    assert page.status_code == 403 and "Votre délégation de signature a" in words(page)
    assert not any(row.signed_at for row in signing.document.signatures.all())


def test_a_refusal_needs_a_reason_and_is_read_by_all(world, client_of, signing):
    client = client_of(world.west.fund_signatory)
    address = url("contract_refuse", signing)
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 200
    response = client.post(address, {"reason": "Montants à revoir."}, follow=True)
    assert "la négociation reprend" in words(response)
    page = words(client_of(world.west.coordinator).get(url("contract_preview", signing)))
    assert "Montants à revoir." in page
    assert "Documents sans effet" in page
