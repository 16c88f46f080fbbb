"""An amendment at home and in its dossier: whose turn it is, until when."""

from datetime import date

import pytest
from django.urls import reverse

from contracts import actions
from contracts.history import amendment_history
from contracts.models import Amendment, Contract
from dashboards.todo import waiting_for
from tests.utils import stories
from tests.utils.amendments import consent_all, draft_amendment, sign_all
from tests.utils.reading import words

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)
THIRD_YEAR = date(2027, 3, 17)
CONSENT = "Relire l’avenant n°\u00a01 et consentir à son contenu"
SIGN = "Signer l’avenant n°\u00a01"


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


@pytest.fixture
def amendment(contract, west) -> Amendment:
    return draft_amendment(west.coordinator, contract)


def told(tenant, text: str) -> set[str]:
    places = ("coordinator", "president", "reader", "ars_officer", "ars_signatory", "fund_officer", "fund_signatory")
    return {
        place
        for place in (*places, "accountant")
        if text in [item.text for item in waiting_for(getattr(tenant, place).as_actor())]
    }


def test_a_draft_waits_for_the_consent_of_each_party(amendment, west):
    assert told(west, CONSENT) == {"president", "ars_officer", "fund_officer"}
    item = next(item for item in waiting_for(west.president.as_actor()) if item.text == CONSENT)
    assert (item.due, item.is_late) == (THIRD_YEAR, False)
    actions.consent_to_amendment(actor=west.president.as_actor(), amendment=amendment)
    assert told(west, CONSENT) == {"ars_officer", "fund_officer"}


def test_an_agreed_amendment_waits_for_each_signature(amendment, west):
    consent_all(west, amendment)
    assert told(west, SIGN) == {"president", "ars_signatory", "fund_signatory"}
    actions.sign_amendment(actor=west.president.as_actor(), amendment=amendment)
    assert told(west, SIGN) == {"ars_signatory", "fund_signatory"}


def test_the_dossier_lists_it_with_its_document_and_its_history(amendment, contract, west, client_of):
    consent_all(west, amendment)
    sign_all(west, amendment)
    page = client_of(west.reader).get(reverse("dashboards:dossier", args=[contract.pk]))
    text = words(page)
    assert "compte à partir du 17 mars 2027" in text
    assert text.count("Avenant n° 1") == 2  # the list, and the documents
    assert "a mis un avenant en vigueur" in text
    assert told(west, SIGN) == set()


def test_the_history_of_an_amendment_says_who_signed_the_latest_first(amendment, west):
    consent_all(west, amendment)
    sign_all(west, amendment)
    told_of = [(entry.who, entry.what) for entry in amendment_history(amendment)]
    signed = [who for who, what in told_of if what == "a signé l’avenant"]
    assert signed == [
        member.user.get_full_name() for member in (west.fund_signatory, west.ars_signatory, west.president)
    ]
    assert told_of[0][1] == "a mis un avenant en vigueur par la dernière signature"
    assert told_of[-1][1].startswith("a consenti au contenu ")
