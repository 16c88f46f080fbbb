"""What waits for each person: it appears for the right role, and disappears once done."""

from datetime import date, timedelta

import pytest

from accounts.enums import Power
from accounts.models import Delegation
from agreements.enums import MissionCode
from contracts import actions as contract_actions
from contracts.assemblers import first_programme
from contracts.enums import SigningOrder
from contracts.models import Contract
from core import clock
from core.dates import add_months
from dashboards.dossier import load
from dashboards.todo import by_dossier, waiting_for
from dialogues import actions as dialogue_actions
from dialogues.enums import DialogueKind
from dialogues.models import AnnualAnnex, ManagementDialogue
from funding import actions as funding_actions
from funding.models import Payment
from health_projects import actions as project_actions
from indicators import actions as indicator_actions
from indicators.models import Indicator, IndicatorValue
from tests.utils import stories
from tests.utils.factories import A_DAY

WRITE_PROJECT = "Rédiger le projet de santé"
COMPLETE_PROJECT = "Compléter le projet de santé et l’envoyer à l’ARS"
CORRECT_PROJECT = "Corriger le projet de santé, comme l’ARS le demande"
REVIEW_PROJECT = "Vous prononcer sur le projet de santé"
WRITE_CONTRACT = "Rédiger le contrat"
PLAN_MISSIONS = "Compléter le contrat\u00a0: le démarrage prévu de chaque mission"
SPREAD = "Répartir le volet variable entre les indicateurs"
OPEN_NEGOTIATION = "Ouvrir la négociation avec l’ARS et la caisse"
CONVENE = "Convoquer le dialogue de signature"
TAKE_PART = "Participer au dialogue de signature"
NOTE_HELD = "Noter la tenue du dialogue de signature"
WRITE_MINUTES = "Rédiger le compte rendu\u00a0: dialogue de signature"
APPROVE = "Approuver le compte rendu\u00a0: dialogue de signature"
CONSENT = "Relire le contrat et consentir à son contenu"
SIGN = "Signer le contrat"


def texts(member) -> list[str]:
    return [item.text for item in waiting_for(member.as_actor())]


def told(tenant, text: str) -> set[str]:
    """Return the places of a tenant whose list has this line."""
    places = ("coordinator", "president", "treasurer", "reader", "ars_officer", "ars_signatory")
    places += ("fund_officer", "fund_signatory", "accountant")
    return {place for place in places if text in texts(getattr(tenant, place))}


OFFICERS = {"ars_officer", "fund_officer"}
WRITERS = {"coordinator", "president"}


@pytest.fixture(autouse=True)
def on_a_day():
    with stories.at(A_DAY):
        yield


class TestProject:
    def test_a_new_cpts_sees_its_first_step(self, world):
        assert told(world.west, WRITE_PROJECT) == WRITERS

    def test_a_draft_is_to_be_completed_by_its_cpts(self, world):
        stories.draft_project(world.west)
        assert told(world.west, COMPLETE_PROJECT) == WRITERS
        assert not told(world.west, WRITE_PROJECT)
        assert not told(world.west, REVIEW_PROJECT)

    def test_a_project_sent_waits_for_its_ars_with_its_date(self, world):
        project = stories.draft_project(world.west)
        project_actions.submit_project(actor=world.west.coordinator.as_actor(), project=project)
        assert told(world.west, REVIEW_PROJECT) == {"ars_officer", "ars_signatory"}
        assert not told(world.west, COMPLETE_PROJECT)
        assert not told(world.east, REVIEW_PROJECT)
        (item,) = waiting_for(world.west.ars_officer.as_actor())
        assert (item.due, item.is_late) == (add_months(A_DAY, 2), False)
        assert item.dossier == world.west.cpts.name

    def test_a_project_sent_back_is_to_be_corrected(self, world):
        project = stories.draft_project(world.west)
        project_actions.submit_project(actor=world.west.coordinator.as_actor(), project=project)
        project_actions.send_back(actor=world.west.ars_officer.as_actor(), project=project, reason="Précisez.")
        assert told(world.west, CORRECT_PROJECT) == WRITERS
        assert not told(world.west, REVIEW_PROJECT)

    def test_an_approved_project_calls_for_its_contract(self, world):
        project = stories.approved_project(world.west)
        assert told(world.west, WRITE_CONTRACT) == WRITERS
        contract_actions.draft_contract(actor=world.west.coordinator.as_actor(), health_project=project)
        assert not told(world.west, WRITE_CONTRACT)


class TestContract:
    def test_a_draft_asks_for_its_starts_then_its_programme_then_the_negotiation(self, world):
        actor = world.west.coordinator.as_actor()
        project = stories.approved_project(world.west)
        contract = contract_actions.draft_contract(actor=actor, health_project=project)
        assert told(world.west, PLAN_MISSIONS) == WRITERS
        plan = [(row.mission, add_months(A_DAY, 3)) for row in contract.missions.all()]
        contract_actions.update_contract(
            actor=actor,
            contract=contract,
            version=1,
            local_clauses="",
            signing_order=SigningOrder.TOGETHER,
            member_count=1,
            missions=plan,
        )
        assert told(world.west, SPREAD) == WRITERS
        stories.spread(world.west, first_programme(contract))
        assert told(world.west, OPEN_NEGOTIATION) == WRITERS
        (item,) = waiting_for(actor)
        assert item.turn.by_post
        assert item.turn.url.endswith(f"{contract.pk}/ouvrir/")
        dialogue_actions.open_negotiation(actor=actor, contract=contract)
        assert not told(world.west, OPEN_NEGOTIATION)

    def test_the_signature_dialogue_passes_from_hand_to_hand(self, world):
        west = world.west
        actor = west.coordinator.as_actor()
        contract = stories.drafted_contract(west)
        dialogue_actions.open_negotiation(actor=actor, contract=contract)
        dialogue = contract.dialogues.get(kind=DialogueKind.SIGNATURE)
        assert told(west, CONVENE) == WRITERS | OFFICERS
        assert not told(west, CONSENT)

        day = A_DAY + timedelta(days=7)
        dialogue_actions.convene(actor=actor, dialogue=dialogue, convened_for=day, place="Mairie", agenda="Taille")
        assert not told(west, CONVENE)
        assert told(west, TAKE_PART) == WRITERS | OFFICERS
        with stories.at(day):
            assert told(west, NOTE_HELD) == WRITERS | OFFICERS
            dialogue_actions.hold(actor=actor, dialogue=dialogue, held_on=day, participants="Tous")
            assert told(west, WRITE_MINUTES) == WRITERS | OFFICERS
            version = ManagementDialogue.objects.get(pk=dialogue.pk).lock_version
            dialogue_actions.write_minutes(
                actor=actor, dialogue=dialogue, version=version, minutes="Dit.", decisions=""
            )
            dialogue_actions.send_minutes(actor=actor, dialogue=dialogue)
            assert told(west, APPROVE) == {"president"} | OFFICERS
            dialogue_actions.approve_minutes(actor=west.president.as_actor(), dialogue=dialogue)
            assert told(west, APPROVE) == OFFICERS
            for approver in west.consenting[1:]:
                dialogue_actions.approve_minutes(actor=approver, dialogue=dialogue)
            assert not told(west, APPROVE)
            assert told(west, CONSENT) == {"president"} | OFFICERS

    def test_a_consent_given_leaves_the_list(self, world):
        west = world.west
        contract = stories.negotiated_contract(west)
        contract_actions.consent(actor=west.president.as_actor(), contract=contract)
        assert told(west, CONSENT) == OFFICERS
        assert not told(world.neighbour, CONSENT) & WRITERS

    def test_a_consent_that_a_change_of_the_contract_withdrew_is_asked_for_again(self, world):
        west = world.west
        contract = stories.negotiated_contract(west)
        contract_actions.consent(actor=west.president.as_actor(), contract=contract)
        contract.refresh_from_db()
        contract_actions.update_contract(
            actor=west.fund_officer.as_actor(),
            contract=contract,
            version=contract.lock_version,
            local_clauses="Une clause de plus.",
            signing_order=SigningOrder.TOGETHER,
            member_count=contract.member_count,
            missions=[(mission.mission, mission.planned_start) for mission in contract.missions.all()],
        )
        item = next(item for item in waiting_for(west.president.as_actor()) if item.text == CONSENT)
        assert item.detail == "Votre consentement précédent a été retiré"

    def test_a_consent_is_asked_for_again_when_the_programme_changed_after_it(self, world):
        west = world.west
        contract = stories.negotiated_contract(west)
        for actor in west.consenting[:2]:
            contract_actions.consent(actor=actor, contract=contract)
        assert told(west, CONSENT) == {"fund_officer"}
        mission = first_programme(contract).missions.first()
        indicator_actions.save_action(
            actor=west.coordinator.as_actor(),
            programme_mission=mission,
            title="Une action de plus",
            deliverables=["Bilan"],
        )
        assert told(west, CONSENT) == {"president", "ars_officer", "fund_officer"}
        item = next(item for item in waiting_for(west.president.as_actor()) if item.text == CONSENT)
        assert item.detail == "Le contenu a changé depuis votre consentement"
        contract_actions.consent(actor=west.president.as_actor(), contract=contract)
        assert told(west, CONSENT) == {"ars_officer", "fund_officer"}

    def test_minutes_are_to_approve_again_when_what_they_decide_changed(self, signed, db):
        west, contract = signed.world.west, signed.contract
        text = "Approuver le compte rendu\u00a0: dialogue annuel de l’année 1"
        stories.start_mission(west, contract, MissionCode.ACCESS_TO_CARE, add_months(stories.SIGNED_ON, 6))
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            stories.follow_time(contract)
            stories.confirm_results(west, contract.years.get(number=1).programme)
            following = contract.years.get(number=2).programme
            stories.spread(west, following)
            dialogue = stories.write_dialogue(west, contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1))
            dialogue_actions.send_minutes(actor=west.coordinator.as_actor(), dialogue=dialogue)
            dialogue_actions.approve_minutes(actor=west.president.as_actor(), dialogue=dialogue)
            assert told(west, text) == OFFICERS
            indicator_actions.save_action(
                actor=west.coordinator.as_actor(),
                programme_mission=following.missions.first(),
                title="Une action de plus",
                deliverables=["Bilan"],
            )
            assert told(west, text) == {"president"} | OFFICERS
            item = next(item for item in waiting_for(west.president.as_actor()) if item.text == text)
            assert item.detail.endswith("modifié depuis votre approbation")

    def test_a_contract_is_signed_by_those_who_may(self, world):
        west = world.west
        contract = stories.contract_to_sign(west)
        assert told(west, SIGN) == {"president", "ars_signatory", "fund_signatory"}
        contract_actions.sign_contract(actor=west.president.as_actor(), contract=contract)
        assert told(west, SIGN) == {"ars_signatory", "fund_signatory"}

    def test_a_delegate_signs_and_consents_in_the_place_of_the_president(self, world):
        west = world.west
        for power in (Power.SIGN, Power.CONSENT):
            Delegation.objects.create(
                grantor=west.president, grantee=west.coordinator, power=power, deed="Décision", starts_on=A_DAY
            )
        stories.contract_to_sign(west)
        assert SIGN in texts(west.coordinator)

    def test_nothing_waits_while_the_document_is_being_made(self, world):
        contract = stories.negotiated_contract(world.west)
        for actor in world.west.consenting:
            contract = contract_actions.consent(actor=actor, contract=contract)
        assert not told(world.west, SIGN)


START = "Convoquer le dialogue de démarrage, accès aux soins"


class TestContractInForce:
    def test_missions_to_start_wait_by_their_planned_day_then_by_their_latest_one(self, signed):
        west = signed.world.west
        with stories.at(stories.SIGNED_ON):
            assert told(west, START) == WRITERS | OFFICERS
            item = next(item for item in waiting_for(west.coordinator.as_actor()) if item.text == START)
            assert item.due == add_months(stories.SIGNED_ON, 3)  # planned
        with stories.at(add_months(stories.SIGNED_ON, 4)):
            item = next(item for item in waiting_for(west.coordinator.as_actor()) if item.text == START)
            assert (item.due, item.is_late) == (add_months(stories.SIGNED_ON, 6), False)  # R4
            assert item.is_soon(stories.SIGNED_ON) and "date passée" in item.detail
        with stories.at(add_months(stories.SIGNED_ON, 7)):
            item = next(item for item in waiting_for(west.coordinator.as_actor()) if item.text == START)
            assert item.is_late

    def test_a_mission_that_started_is_no_longer_asked_for(self, evaluated):
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            assert not told(evaluated.world.west, START)

    def test_the_accountant_alone_sees_payments_to_order_then_to_pay(self, signed, db):
        west = signed.world.west
        with stories.at(stories.SIGNED_ON):
            assert told(west, "Ordonner 1 versement") == {"accountant"}
            payment = funding_actions.order_payment(
                actor=west.accountant.as_actor(), payment=Payment.objects.get(contract=signed.contract)
            )
            assert told(west, "Enregistrer le paiement de 1 versement") == {"accountant"}
            assert not told(west, "Ordonner 1 versement")
            funding_actions.pay_payment(
                actor=west.accountant.as_actor(), payment=payment, paid_on=clock.today(), reference="VIR-1"
            )
            assert texts(west.accountant) == []

    def test_values_are_entered_by_their_owner_then_confirmed_by_another(self, signed, db):
        west, contract = signed.world.west, signed.contract
        started_on = add_months(stories.SIGNED_ON, 4)
        stories.start_mission(west, contract, MissionCode.ACCESS_TO_CARE, started_on)
        owed = Indicator.objects.filter(
            programme_mission__programme__contract_year__contract=contract,
            programme_mission__mission=MissionCode.ACCESS_TO_CARE,
        )
        with stories.at(started_on):
            for side, officer in (("CPTS", west.coordinator), ("ARS", west.ars_officer), ("FUND", west.fund_officer)):
                count = owed.filter(owner=side).count()
                plural = "valeurs d’indicateurs" if count > 1 else "valeur d’indicateur"
                assert f"Saisir {count} {plural}" in texts(officer)
            stories.confirm_results(west, contract.years.get(number=1).programme)
            count = owed.filter(owner="CPTS").count() - 1
            assert any(text.startswith(f"Saisir {count} valeur") for text in texts(west.coordinator))
            value = _enter_one_more(west, owed)
            assert told(west, "Confirmer 1 valeur saisie par une autre partie") == OFFICERS
            indicator_actions.contest_value(actor=west.fund_officer.as_actor(), value=value, reason="À revoir")
            assert not told(west, "Confirmer 1 valeur saisie par une autre partie")

    def test_a_contested_value_is_the_first_thing_that_waits_for_its_owner_with_the_reason(self, signed, db):
        west, contract = signed.world.west, signed.contract
        started_on = add_months(stories.SIGNED_ON, 4)
        stories.start_mission(west, contract, MissionCode.ACCESS_TO_CARE, started_on)
        owed = Indicator.objects.filter(
            programme_mission__programme__contract_year__contract=contract,
            programme_mission__mission=MissionCode.ACCESS_TO_CARE,
        )
        with stories.at(add_months(stories.SIGNED_ON, 7)):  # other starts are late by then
            value = _enter_one_more(west, owed)
            indicator_actions.contest_value(actor=west.fund_officer.as_actor(), value=value, reason="Le total diffère.")
            text = f"Répondre à la contestation\u00a0: «\u00a0{value.indicator.label}\u00a0»"
            assert told(west, text) == {"coordinator"}
            assert not told(signed.world.neighbour, text)
            first, second, *_others = waiting_for(west.coordinator.as_actor())
            assert first.text == text
            assert first.detail == f"{west.fund.name}\u00a0: «\u00a0Le total diffère.\u00a0»"
            assert second.is_late
            assert first.is_soon(clock.today())
            indicator_actions.enter_value(
                actor=west.coordinator.as_actor(),
                indicator=Indicator.objects.get(pk=value.indicator_id),
                number="13",
                period_start=date(2025, 1, 1),
                period_end=clock.today(),
                source="Agenda",
                files=[],
            )
            assert not told(west, text)

    def test_values_wait_until_the_last_day_of_the_annual_dialogue(self, signed, db):
        west, contract = signed.world.west, signed.contract
        started_on = add_months(stories.SIGNED_ON, 4)
        stories.start_mission(west, contract, MissionCode.ACCESS_TO_CARE, started_on)
        with stories.at(started_on):
            item = next(item for item in waiting_for(west.coordinator.as_actor()) if "Saisir" in item.text)
            assert item.due == add_months(stories.SIGNED_ON, 14)
            assert not item.is_soon(clock.today())
        with stories.at(add_months(stories.SIGNED_ON, 12)):
            assert item.is_soon(clock.today())

    def test_the_annual_annex_waits_for_those_who_sign(self, evaluated, db):
        west = evaluated.world.west
        text = "Signer l’annexe de l’année 1"
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            assert told(west, text) == {"president", "ars_signatory", "fund_signatory"}
            annex = AnnualAnnex.objects.get(contract=evaluated.contract)
            dialogue_actions.sign_annex(actor=west.president.as_actor(), annex=annex)
            assert told(west, text) == {"ars_signatory", "fund_signatory"}

    def test_the_annual_dialogue_is_announced_with_its_window(self, signed, db):
        with stories.at(add_months(stories.SIGNED_ON, 11)):
            stories.follow_time(signed.contract)
            items = waiting_for(signed.world.west.ars_officer.as_actor())
            annual = next(item for item in items if "dialogue annuel" in item.text and "Convoquer" in item.text)
        assert annual.due == add_months(stories.SIGNED_ON, 14)
        assert annual.detail == "Fenêtre du dialogue\u00a0: du 17 mars 2026 au 17 mai 2026"


def _enter_one_more(tenant, indicators) -> IndicatorValue:
    indicator = indicators.filter(owner="CPTS", value__isnull=True).first()
    return indicator_actions.enter_value(
        actor=tenant.coordinator.as_actor(),
        indicator=indicator,
        number="12",
        period_start=date(2025, 1, 1),
        period_end=clock.today(),
        source="Agenda",
        files=[],
    )


def test_one_never_sees_what_waits_in_the_dossier_of_another(evaluated):
    world = evaluated.world
    with stories.at(add_months(stories.SIGNED_ON, 13)):
        for member in world.east.members:
            assert {item.dossier for item in waiting_for(member.as_actor())} <= {world.east.cpts.name}
        for place in ("coordinator", "president"):
            member = getattr(world.neighbour, place)
            assert {item.dossier for item in waiting_for(member.as_actor())} <= {world.neighbour.cpts.name}


def test_observers_readers_and_administrators_have_nothing_to_do(evaluated):
    world = evaluated.world
    for member in (world.observer, world.administrator, world.west.reader, world.west.treasurer):
        assert texts(member) == []


def test_the_late_comes_first_and_what_has_no_date_before_what_is_to_come(evaluated):
    world = evaluated.world
    with stories.at(add_months(stories.SIGNED_ON, 13)):
        today = clock.today()
        items = waiting_for(world.west.ars_officer.as_actor())
    assert [item.due or today for item in items] == sorted(item.due or today for item in items)
    assert items[0].is_late


def test_things_to_do_are_grouped_by_dossier(world):
    for tenant in (world.west, world.neighbour):
        project = stories.draft_project(tenant)
        project_actions.submit_project(actor=tenant.coordinator.as_actor(), project=project)
    groups = by_dossier(waiting_for(world.west.ars_officer.as_actor()))
    assert {group.name for group in groups} == {world.west.cpts.name, world.neighbour.cpts.name}
    assert all(len(group.items) == 1 for group in groups)


def test_a_contract_asks_the_same_on_its_own_page_as_on_the_home_page(signed):
    west = signed.world.west
    with stories.at(stories.SIGNED_ON):
        for member in west.members:
            actor, contract = member.as_actor(), Contract.objects.get(pk=signed.contract.pk)
            load(contract, actor)
            assert waiting_for(actor, contract) == waiting_for(actor)
