"""The dossier of a contract, from its draft to its end."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from agreements.enums import MissionCode
from contracts import actions as contract_actions
from contracts.enums import ContractStatus
from contracts.models import Contract
from core.dates import add_months, anniversary
from dashboards.dossier import document_rows
from dialogues.enums import AnnexStatus, DialogueKind
from funding import actions as funding_actions
from funding.enums import PaymentStatus
from funding.models import Payment
from tests.utils import stories
from tests.utils.factories import A_DAY

READS = 28
READS_TO_COMPARE = 36  # in negotiation, the content is read whole to tell a consent that became stale


def address(contract) -> str:
    return reverse("dashboards:dossier", args=[contract.pk])


def page_of(client_of, member, contract):
    response = client_of(member).get(address(contract))
    assert response.status_code == 200
    return response


def three_sides(world) -> list:
    return [world.west.coordinator, world.west.ars_officer, world.west.fund_officer]


class TestScope:
    def test_a_draft_is_its_cpts_alone(self, world, client_of):
        contract = stories.drafted_contract(world.west)
        assert client_of(world.west.reader).get(address(contract)).status_code == 200
        for member in (world.west.ars_officer, world.west.fund_officer, world.observer, world.neighbour.coordinator):
            assert client_of(member).get(address(contract)).status_code == 404

    def test_a_signed_contract_is_its_three_parties_and_the_observers(self, signed, client_of):
        world, url = signed.world, address(signed.contract)
        for member in (*world.west.members, world.observer):
            assert client_of(member).get(url).status_code == 200
        strangers = [*world.east.members, world.neighbour.coordinator, world.administrator]
        for member in strangers:
            assert client_of(member).get(url).status_code == 404

    def test_the_page_only_reads(self, signed, client_of):
        assert client_of(signed.world.west.coordinator).post(address(signed.contract)).status_code == 405


class TestEachState:
    def test_a_draft_offers_to_open_the_negotiation_in_one_click(self, world, client_of):
        contract = stories.drafted_contract(world.west)
        response = page_of(client_of, world.west.coordinator, contract)
        url = reverse("dialogues:negotiation_open", args=[contract.pk])
        assert response.context["turn"].url == url
        assert response.context["turn"].by_post
        assert client_of(world.west.coordinator).post(url).status_code == 302
        contract.refresh_from_db()
        assert contract.status == ContractStatus.NEGOTIATION
        assert url not in page_of(client_of, world.west.coordinator, contract).content.decode()

    def test_a_reader_is_told_whose_turn_it_is_and_gets_no_button(self, world, client_of):
        contract = stories.drafted_contract(world.west)
        response = page_of(client_of, world.west.reader, contract)
        assert not response.context["turn"].is_mine
        assert "Chez la CPTS" in response.context["turn"].text
        assert {button.label for button in response.context["buttons"]} == {
            "Lire le contrat", "Programme de l’année 1", "Dialogues", "Projet de santé",
        }  # fmt: skip

    def test_a_negotiation_shows_who_consented(self, world, client_of):
        contract = stories.negotiated_contract(world.west)
        contract_actions.consent(actor=world.west.president.as_actor(), contract=contract)
        response = page_of(client_of, world.west.ars_officer, contract)
        assert [line.state for line in response.context["consents"]] == ["Consenti", "Attendu", "Attendu"]
        assert response.context["turn"].label == "Relire et consentir"

    def test_a_consent_to_another_content_is_shown_as_withdrawn(self, world, client_of):
        contract = stories.negotiated_contract(world.west)
        contract_actions.consent(actor=world.west.president.as_actor(), contract=contract)
        Contract.objects.filter(pk=contract.pk).update(member_count=99)
        lines = page_of(client_of, world.west.ars_officer, contract).context["consents"]
        assert "le contenu a changé" in lines[0].state

    def test_a_signature_shows_who_signed_and_the_document(self, world, client_of):
        contract = stories.contract_to_sign(world.west)
        contract_actions.sign_contract(actor=world.west.president.as_actor(), contract=contract)
        response = page_of(client_of, world.west.ars_signatory, contract)
        block = response.context["signatures"]
        assert block.title == "Signatures du contrat"
        assert [line.state for line in block.lines] == ["Signée", "Attendue", "Attendue"]
        assert [row.state for row in response.context["documents"]] == ["1 signature sur 3"]
        assert response.context["turn"].url == reverse("contracts:contract_sign", args=[contract.pk])
        signed_already = page_of(client_of, world.west.president, contract).context["turn"]
        assert signed_already.text == "Chez l’ARS et la caisse\u00a0: signature attendue pour le contrat."

    def test_a_contract_in_force_shows_its_year_its_missions_and_its_money(self, signed, client_of):
        with stories.at(stories.SIGNED_ON):
            response = page_of(client_of, signed.world.west.reader, signed.contract)
        facts, due = response.context["facts"], response.context["due"]
        assert (facts.year, facts.size, facts.population) == (1, 2, 65_000)
        assert [row.words for row in response.context["missions"].rows] == ["Prévue"] * 4
        assert [(line.amount, line.status) for line in due.lines] == [(Decimal("60000.00"), PaymentStatus.DUE)]
        assert (due.paid, due.owed_in_all) == (Decimal(0), Decimal("60000.00"))
        assert "60\u202f000,00\u00a0€" in response.content.decode()

    def test_an_evaluated_year_leaves_its_balance_its_statement_and_its_annex(self, evaluated, client_of):
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            response = page_of(client_of, evaluated.world.west.coordinator, evaluated.contract)
        due = response.context["due"]
        assert due.year == 2
        assert {line.year for line in due.earlier} == {1}
        assert [statement.year for statement in due.statements] == [1]
        assert response.context["signatures"].title == "Signatures de l’annexe, année 1"
        titles = [row.title for row in response.context["documents"]]
        assert titles == ["Annexe annuelle, année 1", f"Contrat {evaluated.contract.number}"]
        states = {row.dates.code: row.words for row in response.context["missions"].rows}
        assert states["ACCESS_TO_CARE"] == "Démarrée"
        assert states["PREVENTION"] == "En retard"

    def test_an_expired_contract_keeps_its_story_and_asks_for_no_new_mission(self, signed, client_of, db):
        with stories.at(anniversary(stories.SIGNED_ON, 5) + timedelta(days=1)):
            contract = contract_actions.end_contract(contract=signed.contract)
            response = page_of(client_of, signed.world.west.coordinator, contract)
            assert response.context["facts"].year == 5
            assert response.context["due"].year == 5
        assert "Échu" in response.content.decode()

    def test_an_abandoned_contract_is_still_read(self, world, client_of):
        contract = stories.drafted_contract(world.west)
        contract_actions.abandon_contract(
            actor=world.west.coordinator.as_actor(), contract=contract, reason="Autre territoire"
        )
        response = page_of(client_of, world.west.president, contract)
        assert response.context["turn"] is None
        assert "Autre territoire" in response.content.decode()


class TestMoney:
    def test_the_sums_are_those_of_the_lines(self, evaluated, client_of, db):
        actor = evaluated.world.west.accountant.as_actor()
        day = add_months(stories.SIGNED_ON, 13)
        with stories.at(day):
            payment = Payment.objects.payable().filter(contract=evaluated.contract, year=2).first()
            funding_actions.order_payment(actor=actor, payment=payment)
            funding_actions.pay_payment(actor=actor, payment=payment, paid_on=day, reference="VIR-7")
            due = page_of(client_of, evaluated.world.west.treasurer, evaluated.contract).context["due"]
        assert due.paid == payment.amount
        assert due.expected == sum(line.amount for line in [*due.lines, *due.coming])
        stored = Payment.objects.filter(contract=evaluated.contract)
        assert due.paid_in_all == sum(row.amount for row in stored if row.status == PaymentStatus.PAID)
        assert due.owed_in_all == sum(row.amount for row in stored if row.status == PaymentStatus.DUE)

    def test_each_amount_opens_into_its_calculation_and_says_what_is_not_confirmed(self, evaluated, client_of):
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            response = page_of(client_of, evaluated.world.west.treasurer, evaluated.contract)
        lines = [*response.context["due"].lines, *response.context["due"].coming]
        assert all(line.explanation for line in lines)
        assert not any("à confirmer" in line.explanation for line in lines)
        text = response.content.decode()
        assert "60\u202f000,00\u00a0€ par an pour la taille 2 (R6)" in text
        assert "répartition à confirmer" in text


class TestDoors:
    def test_every_link_of_the_page_opens_for_the_person_who_sees_it(self, evaluated, client_of):
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            for member in (*evaluated.world.west.members, evaluated.world.observer):
                self.open_all(client_of(member), evaluated.contract)

    def test_every_link_of_a_negotiation_opens(self, world, client_of):
        contract = stories.negotiated_contract(world.west)
        for member in (world.west.coordinator, world.west.president, world.west.ars_officer, world.west.fund_officer):
            self.open_all(client_of(member), contract)

    def open_all(self, client, contract):
        text = client.get(address(contract)).content.decode()
        body = text[text.index("<main") : text.index("</main>")]
        links = {link for link in re.findall(r'href="(/[^"#]*)"', body) if "/pdf/" not in link}
        for link in links:
            response = client.get(link)
            list(response)  # an archive is on the disk until it is sent whole
            assert response.status_code in (200, 302), link

    def test_a_button_that_is_seen_is_allowed(self, signed, client_of):
        with stories.at(stories.SIGNED_ON):
            officer = page_of(client_of, signed.world.west.ars_officer, signed.contract).context["buttons"]
            reader = page_of(client_of, signed.world.west.reader, signed.contract).context["buttons"]
        assert "Déclarer une crise" in {button.label for button in officer}
        assert "Déclarer une crise" not in {button.label for button in reader}


class TestReads:
    @pytest.mark.parametrize("place", ["coordinator", "president", "ars_officer", "fund_officer", "accountant"])
    def test_a_signed_dossier_is_read_in_a_bounded_number_of_queries(self, evaluated, client_of, reads, place):
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            assert count(reads, client_of(getattr(evaluated.world.west, place)), evaluated.contract) <= READS

    def test_a_second_evaluated_year_costs_no_query(self, evaluated, client_of, reads, db):
        west, contract = evaluated.world.west, evaluated.contract
        with stories.at(add_months(stories.SIGNED_ON, 25)):
            client = client_of(west.coordinator)
            before = count(reads, client, contract)
            stories.follow_time(contract)
            stories.confirm_results(west, contract.years.get(number=2).programme)
            stories.spread(west, contract.years.get(number=3).programme)
            stories.close_dialogue(west, contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2))
            after = count(reads, client, contract)
        assert after == before <= READS

    def test_a_dossier_not_signed_is_read_in_a_bounded_number_of_queries(self, world, client_of, reads):
        with stories.at(A_DAY):
            contract = stories.negotiated_contract(world.west)
            client = client_of(world.west.ars_officer)
            assert count(reads, client, contract) <= READS
            contract_actions.consent(actor=world.west.president.as_actor(), contract=contract)
            assert count(reads, client, contract) <= READS_TO_COMPARE


def count(reads, client, contract) -> int:
    with reads() as found:
        assert client.get(address(contract)).status_code == 200
    return len(found)


def test_r18_a_mission_withdrawn_by_an_amendment_says_from_when(evaluated, client_of, db):
    west, contract = evaluated.world.west, evaluated.contract
    day = contract.anniversary(2)
    contract.missions.filter(mission=MissionCode.ACCESS_TO_CARE).update(withdrawn_from=day)
    with stories.at(add_months(stories.SIGNED_ON, 13)):
        assert "Retirée à partir du 17 mars 2027" in client_of(west.president).get(address(contract)).content.decode()
    with stories.at(day):
        context = client_of(west.president).get(address(contract)).context
    row = next(row for row in context["missions"].rows if row.dates.code == MissionCode.ACCESS_TO_CARE)
    assert row.words == "Retirée depuis le 17 mars 2027"
    box = context["missions"].figure.boxes[0]
    assert box.x + box.width < context["missions"].figure.width * 0.6  # the bar ends with the second year


def test_r17_the_annex_that_a_revision_replaced_says_so(evaluated):
    evaluated.contract.annexes.update(status=AnnexStatus.REPLACED)
    row = document_rows(evaluated.contract)[0]
    assert (row.title, row.state, row.tone) == ("Annexe annuelle, année 1", "Remplacée", "off")
