"""The end of a contract in its dossier: money before the decision, then the notice that everyone reads."""

from datetime import date

import pytest
from django.urls import reverse

from contracts import actions
from contracts.enums import TerminationGround
from contracts.models import Contract
from dashboards.todo import waiting_for
from tests.utils import stories
from tests.utils.reading import words

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)
DAY = date(2026, 7, 4)
KNOW = "Prendre connaissance de la fin du contrat, notifiée par CPTS Ouest"
AGREE_ON_RATES = "Convenir des taux de l’année interrompue"
ACCORD = "Donner votre accord à la fin du contrat"


@pytest.fixture(autouse=True)
def on_the_day():
    with stories.at(TODAY):
        yield


@pytest.fixture
def west(evaluated):
    return evaluated.world.west


@pytest.fixture
def contract(evaluated) -> Contract:
    return evaluated.contract


def notify(contract, member, ground=TerminationGround.NOTICE, day=DAY):
    return actions.notify_termination(
        actor=member.as_actor(),
        contract=contract,
        ground=ground,
        reason="La communauté se rapproche de sa voisine.",
        notified_on=TODAY,
        effective_on=day,
    )


def told(tenant, text: str) -> set[str]:
    places = ("coordinator", "president", "reader", "ars_officer", "ars_signatory", "fund_officer", "fund_signatory")
    return {
        place
        for place in (*places, "accountant")
        if text in [item.text for item in waiting_for(getattr(tenant, place).as_actor())]
    }


def end_page(contract) -> str:
    return reverse("dashboards:contract_end", args=[contract.pk])


def test_r19_the_money_is_shown_for_the_day_chosen_before_anything_is_notified(contract, west, client_of):
    client = client_of(west.president)
    page = words(client.get(end_page(contract)))
    assert "Ce que change une fin le 4 juillet 2026" in page  # two months of notice
    assert "31 595,89 € reversés par la CPTS" in page
    page = words(client.get(end_page(contract), {"effective_on": "2027-03-17"}))
    assert "La fin tombe un jour anniversaire" in page
    page = words(client.get(end_page(contract), {"effective_on": "2035-01-01"}))
    assert "n’est pas dans la durée du contrat" in page
    assert client.get(end_page(contract), {"effective_on": "demain"}).status_code == 200


def test_the_end_is_notified_from_the_page_and_a_refusal_keeps_what_was_typed(contract, west, client_of):
    client = client_of(west.president)
    data = {"ground": "NOTICE", "effective_on": "2026-06-01", "notified_on": "2026-05-04", "reason": "Fusion prévue."}
    page = words(client.post(end_page(contract), data))
    assert "Le contrat ne peut pas finir avant le 4 juillet 2026" in page
    assert "Fusion prévue." in page
    assert "Ce que change une fin le 1er juin 2026" in page
    response = client.post(end_page(contract), {**data, "effective_on": "2026-07-04"})
    assert response.url == reverse("contracts:termination_detail", args=[contract.pk])
    assert client.get(end_page(contract)).url == reverse("dashboards:dossier", args=[contract.pk])


def test_an_end_tells_all_its_refusals_at_once(contract, west, client_of):
    sent = {"ground": "BREACH", "effective_on": "2026-05-01", "notified_on": "2027-01-01", "reason": ""}
    errors = client_of(west.ars_signatory).post(end_page(contract), sent).context["form"].errors
    assert set(errors) == {"notified_on", "formal_notice_on", "reason"}
    sent |= {"notified_on": TODAY.isoformat(), "formal_notice_on": "2020-01-01"}
    errors = client_of(west.ars_signatory).post(end_page(contract), sent).context["form"].errors
    assert set(errors) == {"formal_notice_on", "effective_on", "reason"}


def test_ending_is_for_those_who_may_and_hidden_from_others(contract, west, evaluated, client_of):
    for member in (west.coordinator, west.reader, west.ars_officer, west.accountant, evaluated.world.observer):
        assert client_of(member).get(end_page(contract)).status_code == 403
    for member in (evaluated.world.east.president, evaluated.world.neighbour.president):
        assert client_of(member).get(end_page(contract)).status_code == 404
        assert client_of(member).post(end_page(contract)).status_code == 404


def test_only_the_authorities_invoke_a_breach(contract, west, client_of):
    assert "Mise en demeure" not in words(client_of(west.president).get(end_page(contract))).split("Délais")[0]
    page = client_of(west.ars_signatory).get(end_page(contract))
    assert "formal_notice_on" in page.context["form"].fields


def test_the_two_others_find_the_notice_at_home_until_its_day(contract, west):
    notify(contract, west.president)
    assert told(west, KNOW) == {"ars_officer", "ars_signatory", "fund_officer", "fund_signatory"}
    item = next(item for item in waiting_for(west.ars_officer.as_actor()) if item.text == KNOW)
    assert (item.due, item.is_late) == (DAY, False)
    with stories.at(DAY):
        actions.end_contract(contract=contract)
        assert told(west, KNOW) == set()


def test_rates_to_agree_on_wait_for_those_who_have_not_answered(contract, west):
    notify(contract, west.president)
    actions.set_termination_rates(actor=west.president.as_actor(), contract=contract, rates={"ACCESS_TO_CARE": 1})
    assert told(west, AGREE_ON_RATES) == {"president", "ars_signatory", "fund_signatory"}
    actions.agree_termination(actor=west.president.as_actor(), contract=contract)
    assert told(west, AGREE_ON_RATES) == {"ars_signatory", "fund_signatory"}


def test_an_accord_waits_for_each_party(contract, west):
    notify(contract, west.ars_signatory, ground=TerminationGround.COMMON_ACCORD)
    assert told(west, ACCORD) == {"president", "ars_signatory", "fund_signatory"}


def test_the_dossier_tells_the_end_and_its_money(contract, west, client_of):
    notify(contract, west.president)
    page = words(client_of(west.reader).get(reverse("dashboards:dossier", args=[contract.pk])))
    assert "Fin notifiée pour le 4 juillet 2026" in page
    assert "31 595,89 € reversés par la CPTS" in page
    assert "a notifié la fin du contrat" in page
    with stories.at(DAY):
        actions.end_contract(contract=contract)
        page = words(client_of(west.reader).get(reverse("dashboards:dossier", args=[contract.pk])))
    assert "Résilié le 4 juillet 2026" in page
