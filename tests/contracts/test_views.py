"""The pages: two tenants of each side, what each role sees and may do, and their queries."""

import json
import resource
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions import end_delegation
from accounts.models import Delegation, Membership, Organisation
from contracts import actions, assemblers, jobs
from contracts.enums import ContractStatus, SigningOrder
from contracts.models import Contract
from core import clock
from core.dates import add_months, format_date
from core.wording import of
from dialogues.actions import open_negotiation
from documents.signing.authority import DemonstrationAuthority
from indicators.models import Indicator
from tests.contracts.conftest import activate, negotiate
from tests.documents.paper import as_pdf, scanned_pages
from tests.documents.test_outside import signed_elsewhere
from tests.utils import stories
from tests.utils.delegations import delegate
from tests.utils.factories import TOTP_SECRET, give_second_factor
from tests.utils.passkeys import give_passkey
from tests.utils.reading import words
from tests.utils.world import make_tenant

pytestmark = pytest.mark.django_db
PAGES = (
    "contract_preview",
    "contract_edit",
    "contract_consent",
    "contract_sign",
    "contract_sign_outside",
    "contract_sign_paper",
    "contract_refuse",
    "contract_abandon",
    "crisis_declare",
)


def url(name: str, contract: Contract) -> str:
    return reverse(f"contracts:{name}", args=[contract.pk])


@contextmanager
def files_shorter_than(size: int):
    """A disk that is full for a file of this size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def code() -> str:
    """Return what the authentication application of the tests shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(TOTP_SECRET, counter))


def test_what_a_contract_lacks_leads_to_where_it_is_written(world, client_of, draft):
    mission = draft.missions.first()
    draft.missions.filter(pk=mission.pk).update(planned_start=None)
    link = f'<a href="{url("contract_edit", draft)}">Indiquez le démarrage prévu'
    assert link in client_of(world.west.coordinator).get(url("contract_preview", draft)).text
    assert link not in client_of(world.west.reader).get(url("contract_preview", draft)).text


def test_the_turn_of_a_draft_leads_to_the_first_thing_it_lacks(world, client_of, draft):
    programme = assemblers.first_programme(draft)
    Indicator.objects.results().filter(programme_mission__programme=programme).delete()
    turn = client_of(world.west.coordinator).get(url("contract_preview", draft)).context["turn"]
    assert turn.url.startswith(reverse("indicators:programme_edit", args=[programme.pk]))


def test_what_was_typed_while_the_contract_was_agreed_stays_in_its_form(world, client_of, signing):
    sent = {"version": signing.lock_version, "local_clauses": "Une clause écrite trop tard.", "member_count": "12"} | {
        "signing_order": signing.signing_order
    }
    plan = {f"start_{row.mission}": row.planned_start or "" for row in signing.missions.all()}
    answer = client_of(world.west.coordinator).post(url("contract_edit", signing), sent | plan)
    assert answer.status_code == 200 and "Une clause écrite trop tard." in answer.text
    assert "seul un avenant le change" in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_another_tenant_finds_no_contract(world, client_of, negotiated, page):
    for tenant in (world.east, world.neighbour):
        for member in (tenant.coordinator, tenant.president):
            assert client_of(member).get(url(page, negotiated)).status_code == 404
    for member in (world.east.ars_officer, world.east.fund_officer, world.east.ars_signatory):
        assert client_of(member).get(url(page, negotiated)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_an_anonymous_visitor_is_sent_to_sign_in(client, negotiated, page):
    response = client.get(url(page, negotiated))
    assert response.status_code == 302
    assert "/compte/" in response["Location"]


def test_a_draft_is_its_cpts_s_alone(world, client_of, draft):
    assert client_of(world.west.reader).get(url("contract_preview", draft)).status_code == 200
    for member in (world.west.ars_officer, world.west.fund_officer, world.observer):
        assert client_of(member).get(url("contract_preview", draft)).status_code == 404
    actions.abandon_contract(actor=world.west.coordinator.as_actor(), contract=draft, reason="À refaire.")
    for member in (world.west.ars_officer, world.west.fund_officer, world.observer):
        assert client_of(member).get(url("contract_preview", draft)).status_code == 404


def test_an_abandoned_negotiation_stays_readable_by_the_three(world, client_of, negotiated):
    actions.abandon_contract(actor=world.west.president.as_actor(), contract=negotiated, reason="Territoire revu.")
    for member in (world.west.coordinator, world.west.ars_officer, world.west.fund_officer):
        response = client_of(member).get(url("contract_preview", negotiated))
        assert response.status_code == 200
        assert "Territoire revu." in words(response)


@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("contract_preview", {"reader", "treasurer", "accountant", "ars_signatory", "fund_officer"}),
        ("contract_edit", {"coordinator", "president", "ars_officer", "fund_officer"}),
        ("contract_consent", {"president", "ars_officer", "fund_officer"}),
        ("contract_abandon", {"coordinator", "president"}),
    ],
)
def test_a_page_opens_for_those_who_may(world, client_of, negotiated, page, allowed):
    names = ("coordinator", "president", "treasurer", "reader", "ars_officer", "ars_signatory", "fund_officer")
    for name in {*names, *allowed}:
        status = client_of(getattr(world.west, name)).get(url(page, negotiated)).status_code
        expected = 200 if name in allowed or page == "contract_preview" else 403
        assert status == expected, name


def test_the_observer_reads_and_writes_nothing(world, client_of, negotiated):
    client = client_of(world.observer)
    assert client.get(url("contract_preview", negotiated)).status_code == 200
    for page in ("contract_edit", "contract_consent", "contract_sign", "contract_refuse", "contract_abandon"):
        assert client.get(url(page, negotiated)).status_code == 403
        assert client.post(url(page, negotiated)).status_code == 403


def test_a_cpts_goes_straight_to_its_contract(world, client_of, draft):
    response = client_of(world.west.coordinator).get(reverse("contracts:contract_list"))
    assert response.url == url("contract_preview", draft)
    response = client_of(world.east.coordinator).get(reverse("contracts:contract_list"))
    assert "Rédiger le contrat" in words(response)


def test_an_authority_lists_and_filters_its_contracts(world, client_of, negotiated):
    client = client_of(world.west.ars_officer)
    address = reverse("contracts:contract_list")
    assert negotiated.number in words(client.get(address))
    assert negotiated.number in words(client.get(address, {"status": "NEGOTIATION", "search": "Ouest"}))
    assert negotiated.number not in words(client.get(address, {"status": "ACTIVE"}))
    assert negotiated.number not in words(client_of(world.east.ars_officer).get(address))
    assert client.get(address, {"_export": "xlsx"}).status_code == 200


def test_the_contract_is_drafted_from_the_approved_project(world, client_of):
    address = reverse("contracts:contract_draft")
    project = stories.approved_project(world.west)
    foreign = stories.approved_project(world.east)
    client = client_of(world.west.coordinator)
    assert project.title in words(client.get(address))
    for key in (foreign.pk, "pas-une-clé", ""):
        assert client.post(address, {"project": key}).status_code == 404
    response = client.post(address, {"project": project.pk})
    contract = Contract.objects.get(cpts=world.west.cpts)
    assert response.url == url("contract_edit", contract)
    assert "Une CPTS a un contrat à la fois" in words(client.get(address))
    assert client_of(world.west.reader).get(address).status_code == 403
    assert client_of(world.west.ars_officer).get(address).status_code == 403


def edit_data(contract: Contract, **changes) -> dict:
    starts = {
        f"start_{row.mission}": row.planned_start.isoformat() if row.planned_start else ""
        for row in contract.missions.all()
    }
    kept = {f"keep_{row.mission}": "on" for row in contract.missions.all()}
    return {
        "member_count": contract.member_count,
        "signing_order": contract.signing_order,
        "local_clauses": contract.local_clauses,
        "version": contract.lock_version,
        **starts,
        **kept,
        **changes,
    }


def test_the_edit_page_shows_the_latest_dates_and_saves(world, client_of, draft):
    client = client_of(world.west.coordinator)
    assert "Au plus tard le" in words(client.get(url("contract_edit", draft)))
    start = add_months(clock.today(), 2)
    response = client.post(
        url("contract_edit", draft),
        edit_data(draft, member_count="120", local_clauses="Une clause.", keep_QUALITY="on", start_QUALITY=start),
    )
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.member_count, draft.local_clauses) == (120, "Une clause.")
    assert draft.missions.get(mission="QUALITY").planned_start == start


def test_members_that_nobody_counted_are_asked_for_not_taken_as_none(world, client_of):
    contract = actions.draft_contract(
        actor=world.west.coordinator.as_actor(), health_project=stories.approved_project(world.west)
    )
    client = client_of(world.west.coordinator)
    form = client.get(url("contract_edit", contract)).context["form"]
    assert form["member_count"].value() is None
    answer = client.post(url("contract_edit", contract), edit_data(contract, member_count=""))
    assert answer.context["form"].errors["member_count"] == ["Ce champ est obligatoire."]


def test_bad_input_gets_a_sentence_beside_its_field_and_loses_nothing(world, client_of, draft):
    client = client_of(world.west.coordinator)
    response = client.post(
        url("contract_edit", draft),
        edit_data(draft, start_PREVENTION="2020-01-01", local_clauses="Texte précieux"),
    )
    assert response.status_code == 200
    assert "avant la signature" in words(response)
    assert "Texte précieux" in response.content.decode()
    response = client.post(url("contract_edit", draft), edit_data(draft, member_count="beaucoup"))
    assert response.status_code == 200
    assert "id_member_count" in response.content.decode()


def test_a_contract_tells_all_its_refusals_at_once(world, client_of, draft):
    """Of a field by itself, and of what the rules say of it."""
    starts = {"start_PREVENTION": "2020-01-01", "start_HEALTH_CRISIS": "2120-01-01"}
    sent = edit_data(draft, member_count="beaucoup", local_clauses="{tailel} et {comunes}", **starts)
    errors = client_of(world.west.coordinator).post(url("contract_edit", draft), sent).context["form"].errors
    assert {"member_count", "local_clauses", *starts} == set(errors)
    assert "{tailel}" in str(errors["local_clauses"]) and "{comunes}" in str(errors["local_clauses"])


def test_a_stale_form_shows_both_texts(world, client_of, draft):
    actions.update_contract(
        actor=world.west.president.as_actor(),
        contract=draft,
        version=draft.lock_version,
        local_clauses="Le texte de la présidente",
        signing_order=SigningOrder.TOGETHER,
        member_count=40,
        missions=[(row.mission, row.planned_start) for row in draft.missions.all()],
    )
    client = client_of(world.west.coordinator)
    response = client.post(url("contract_edit", draft), edit_data(draft, local_clauses="Le mien"))
    assert "Le texte de la présidente" in words(response)
    assert "Le mien" in response.content.decode()


def test_the_three_consent_from_their_page(world, client_of, negotiated):
    for member in (world.west.president, world.west.ars_officer, world.west.fund_officer):
        client = client_of(member)
        page = client.get(url("contract_consent", negotiated))
        digest = page.context["digest"]
        assert digest == assemblers.content_hash(negotiated)
        response = client.post(url("contract_consent", negotiated), {"content_hash": digest})
        assert response.url == url("contract_preview", negotiated)
    negotiated.refresh_from_db()
    assert negotiated.status == ContractStatus.SIGNING
    page = client_of(world.west.president).get(url("contract_sign", negotiated))
    assert "Le document se prépare" in words(page)


def test_who_may_not_consent_reads_who_does(world, client_of, negotiated):
    expected = {"coordinator": "la présidence consent", "ars_signatory": "l’instruction consent"}
    for who, words_of_role in expected.items():
        page = words(client_of(getattr(world.west, who)).get(url("contract_preview", negotiated)))
        assert f"Pour votre organisation, {words_of_role}." in page


def test_a_consent_to_a_content_that_changed_is_refused_with_a_message(world, client_of, negotiated):
    client = client_of(world.west.president)
    response = client.post(url("contract_consent", negotiated), {"content_hash": "0" * 64}, follow=True)
    assert "Le contenu a changé depuis que vous l’avez lu" in words(response)
    assert not negotiated.consents.exists()


def test_the_withdrawn_consent_is_shown(world, client_of, negotiated):
    actions.consent(actor=world.west.president.as_actor(), contract=negotiated)
    client = client_of(world.west.ars_officer)
    client.post(url("contract_edit", negotiated), edit_data(negotiated, local_clauses="Une clause de plus"))
    assert "Retiré : le contenu a changé" in words(client.get(url("contract_preview", negotiated)))


def test_a_change_says_whose_consents_it_withdraws_before_and_after(world, client_of, negotiated):
    client, address = client_of(world.west.coordinator), url("contract_edit", negotiated)
    at_stake = "Enregistrer un changement du contenu retire"
    assert at_stake not in words(client.get(address))
    for member in (world.west.president, world.west.ars_officer):
        actions.consent(actor=member.as_actor(), contract=negotiated)
    whose = "consentements de la CPTS Ouest et de l’ARS"
    assert f"{at_stake} les {whose}" in words(client.get(address))
    kept = words(client.post(address, edit_data(negotiated), follow=True))
    assert "Le contrat est enregistré." in kept and "retirés" not in kept, "the same text withdraws nothing"
    negotiated.refresh_from_db()
    told = words(client.post(address, edit_data(negotiated, local_clauses="Une clause de plus"), follow=True))
    assert f"Le contenu a changé. Les {whose}" in told
    assert "sont retirés : ces parties devront consentir de nouveau." in told


def test_what_is_missing_is_listed(world, client_of):
    contract = negotiate(world.west)
    for page in ("contract_preview", "contract_consent"):
        response = client_of(world.west.president).get(url(page, contract))
        assert "Le dialogue de signature" in words(response)
        assert "Consentir à ce contenu" not in words(response)


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


def test_the_ars_declares_a_crisis_on_a_contract_in_force(world, client_of):
    contract = activate(world.west, clock.today())
    client = client_of(world.west.ars_signatory)
    future = add_months(clock.today(), 1)
    address = url("crisis_declare", contract)
    assert "à venir" in words(client.post(address, {"label": "Canicule", "declared_on": future.isoformat()}))
    response = client.post(address, {"label": "Canicule", "declared_on": clock.today().isoformat()}, follow=True)
    assert "Canicule" in words(response)
    assert client_of(world.west.coordinator).get(address).status_code == 403
    assert client_of(world.west.fund_officer).get(address).status_code == 403


def test_a_crisis_tells_all_its_refusals_at_once(world, client_of):
    contract = activate(world.west, clock.today())
    sent = {"label": "", "declared_on": add_months(clock.today(), 1).isoformat()}
    answer = client_of(world.west.ars_signatory).post(url("crisis_declare", contract), sent)
    assert set(answer.context["form"].errors) == {"label", "declared_on"}


def queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_list_asks_as_many_queries_for_2_contracts_as_for_20(world, client_of):
    client, address = client_of(world.west.ars_officer), reverse("contracts:contract_list")
    template = negotiate(world.west)

    def add(count: int) -> None:
        for number in range(count):
            tenant = make_tenant(f"N{Contract.objects.count()}-{number}", beside=world.west)
            Contract.objects.create(
                number=f"essai-{Contract.objects.count():03}",
                cpts=tenant.cpts,
                ars=tenant.ars,
                fund=tenant.fund,
                health_project=template.health_project,
                status=ContractStatus.NEGOTIATION,
            )

    add(1)
    two = queries(client, address)
    add(18)
    assert queries(client, address) == two


def test_the_page_of_a_contract_asks_a_fixed_number_of_queries(world, client_of, negotiated):
    client = client_of(world.west.ars_officer)
    before = queries(client, url("contract_preview", negotiated))
    plan = [(row.mission, row.planned_start) for row in negotiated.missions.all()]
    start = add_months(clock.today(), 1)
    actions.update_contract(
        actor=world.west.coordinator.as_actor(),
        contract=negotiated,
        version=negotiated.lock_version,
        local_clauses="",
        signing_order=SigningOrder.TOGETHER,
        member_count=40,
        missions=[*plan, ("QUALITY", start), ("PROFESSIONAL_SUPPORT", start)],
    )
    stories.spread(world.west, assemblers.first_programme(negotiated))
    assert queries(client, url("contract_preview", negotiated)) <= before


def test_a_complete_draft_leads_to_where_its_negotiation_is_opened(world, client_of, draft):
    page = client_of(world.west.coordinator).get(reverse("contracts:contract_preview", args=[draft.pk]))
    dossier = reverse("dashboards:dossier", args=[draft.pk])
    assert f'href="{dossier}">Ouvrir la négociation depuis le dossier</a>' in page.content.decode()
    opening = client_of(world.west.coordinator).get(dossier).content.decode()
    assert reverse("dialogues:negotiation_open", args=[draft.pk]) in opening


def test_an_incomplete_draft_says_how_much_is_left(world, client_of, draft):
    draft.missions.update(planned_start=None)
    page = (
        client_of(world.west.coordinator).get(reverse("contracts:contract_preview", args=[draft.pk])).content.decode()
    )
    assert "complétez le contrat, puis ouvrez la négociation" in page
    assert "Ouvrir la négociation depuis le dossier" not in page


def test_a_contract_that_only_waits_for_its_dialogue_says_so(world, client_of, draft):
    open_negotiation(actor=world.west.coordinator.as_actor(), contract=draft)
    page = (
        client_of(world.west.ars_officer).get(reverse("contracts:contract_preview", args=[draft.pk])).content.decode()
    )
    assert "menez le dialogue de signature à son terme" in page
    assert "complétez le contrat" not in page


def test_a_date_written_for_a_mission_not_engaged_is_not_lost_without_a_word(world, client_of):
    draft = stories.drafted_contract(world.west)
    client, address = client_of(world.west.coordinator), url("contract_edit", draft)
    starts = {f"start_{row.mission}": row.planned_start.isoformat() for row in draft.missions.all()}
    data = {"version": draft.lock_version, "member_count": 40, "signing_order": draft.signing_order, **starts}
    alone = client.post(address, data | {"start_QUALITY": "2030-01-15"})
    assert "Cochez cette case" in words(alone) and 'value="2030-01-15"' in alone.content.decode()
    engaged = client.post(address, data | {"start_QUALITY": "2030-01-15", "keep_QUALITY": "on"})
    assert engaged.status_code == 302 and draft.missions.filter(mission="QUALITY").exists()
