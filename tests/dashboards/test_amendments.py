"""An amendment at home and in its dossier: whose turn it is, until when."""

import re
from datetime import date

import pytest
from django.urls import reverse

from contracts import actions
from contracts.models import Amendment, Contract
from dashboards.todo import waiting_for
from documents import jobs as document_jobs
from tests.utils import stories

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
    return actions.draft_amendment(
        actor=west.coordinator.as_actor(),
        contract=contract,
        reason="Le territoire a grandi.",
        takes_effect_year=3,
        new_size=3,
        new_population=82_000,
        agreement_version=None,
        added={},
        dropped=[],
        rewrites_clauses=False,
        local_clauses="",
        updates_parties=False,
    )


def told(tenant, text: str) -> set[str]:
    places = ("coordinator", "president", "reader", "ars_officer", "ars_signatory", "fund_officer", "fund_signatory")
    return {
        place
        for place in (*places, "accountant")
        if text in [item.text for item in waiting_for(getattr(tenant, place).as_actor())]
    }


def agree(amendment: Amendment, west) -> None:
    for actor in west.consenting:
        actions.consent_to_amendment(actor=actor, amendment=amendment)
    document_jobs.render_document(str(Amendment.objects.get(pk=amendment.pk).document_id))


def test_a_draft_waits_for_the_consent_of_each_party(amendment, west):
    assert told(west, CONSENT) == {"president", "ars_officer", "fund_officer"}
    item = next(item for item in waiting_for(west.president.as_actor()) if item.text == CONSENT)
    assert (item.due, item.is_late) == (THIRD_YEAR, False)
    actions.consent_to_amendment(actor=west.president.as_actor(), amendment=amendment)
    assert told(west, CONSENT) == {"ars_officer", "fund_officer"}


def test_an_agreed_amendment_waits_for_each_signature(amendment, west):
    agree(amendment, west)
    assert told(west, SIGN) == {"president", "ars_signatory", "fund_signatory"}
    actions.sign_amendment(actor=west.president.as_actor(), amendment=amendment)
    assert told(west, SIGN) == {"ars_signatory", "fund_signatory"}


def test_the_dossier_lists_it_with_its_document_and_its_history(amendment, contract, west, client_of):
    agree(amendment, west)
    for actor in west.signing:
        actions.sign_amendment(actor=actor, amendment=amendment)
    page = client_of(west.reader).get(reverse("dashboards:dossier", args=[contract.pk]))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split()).replace("\u00a0", " ")
    assert "compte à partir du 17 mars 2027" in text
    assert text.count("Avenant n° 1") == 2  # the list, and the documents
    assert "a mis un avenant en vigueur" in text
    assert told(west, SIGN) == set()
