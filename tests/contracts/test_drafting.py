"""The pages on which a contract is written, then agreed to by the three."""

import pytest
from django.urls import reverse

from contracts import actions, assemblers
from contracts.enums import ContractStatus, SigningOrder
from contracts.models import Contract
from core import clock
from core.dates import add_months
from dialogues.actions import open_negotiation
from indicators.models import Indicator
from tests.contracts.conftest import negotiate
from tests.contracts.pages import edit_data, url
from tests.utils import stories
from tests.utils.reading import words

pytestmark = pytest.mark.django_db


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


def test_a_date_written_for_a_mission_not_engaged_is_not_lost_without_a_word(world, client_of):
    draft = stories.drafted_contract(world.west)
    client, address = client_of(world.west.coordinator), url("contract_edit", draft)
    starts = {f"start_{row.mission}": row.planned_start.isoformat() for row in draft.missions.all()}
    data = {"version": draft.lock_version, "member_count": 40, "signing_order": draft.signing_order, **starts}
    alone = client.post(address, data | {"start_QUALITY": "2030-01-15"})
    assert "Cochez cette case" in words(alone) and 'value="2030-01-15"' in alone.content.decode()
    engaged = client.post(address, data | {"start_QUALITY": "2030-01-15", "keep_QUALITY": "on"})
    assert engaged.status_code == 302 and draft.missions.filter(mission="QUALITY").exists()


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


def test_what_was_typed_while_the_contract_was_agreed_stays_in_its_form(world, client_of, signing):
    sent = {"version": signing.lock_version, "local_clauses": "Une clause écrite trop tard.", "member_count": "12"} | {
        "signing_order": signing.signing_order
    }
    plan = {f"start_{row.mission}": row.planned_start or "" for row in signing.missions.all()}
    answer = client_of(world.west.coordinator).post(url("contract_edit", signing), sent | plan)
    assert answer.status_code == 200 and "Une clause écrite trop tard." in answer.text
    assert "seul un avenant le change" in answer.text


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


def test_a_consent_that_a_change_of_the_programme_withdraws_is_shown(world, client_of, negotiated):
    actions.consent(actor=world.west.president.as_actor(), contract=negotiated)
    mission = assemblers.first_programme(negotiated).missions.get(mission="PREVENTION")
    client_of(world.west.ars_officer).post(reverse("indicators:action_create", args=[mission.pk]), {"title": "De plus"})
    for reader in (world.west.president, world.west.ars_officer, world.west.fund_officer):
        assert "Retiré : le contenu a changé" in words(client_of(reader).get(url("contract_preview", negotiated)))


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
