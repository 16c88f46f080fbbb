"""Two people at the same instant: the row is locked, nobody's act is lost and none counts twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from agreements.actions import load_agreements, load_national_indicators
from contracts import actions
from contracts.enums import ContractStatus
from contracts.models import Contract
from core.errors import DomainError
from documents.models import Document
from tests.contracts.conftest import ready_to_consent, to_sign
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def west():
    load_agreements()  # a transactional test before this one may have emptied the tables
    load_national_indicators()
    return make_world().west


def at_once(*acts: Callable[[], Contract]) -> list[str]:
    """Run the acts at the same instant, each on its own connection; return the sentence of each refusal."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Contract]) -> str:
        start.wait()
        try:
            act()
        except DomainError as error:
            return error.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return [sentence for sentence in pool.map(run, acts) if sentence]


def test_three_signatures_at_the_same_instant_are_all_in_the_file(west):
    contract = to_sign(west)
    acts = [lambda actor=actor: actions.sign_contract(actor=actor, contract=contract) for actor in west.signing]
    assert at_once(*acts) == []
    contract = Contract.objects.get(pk=contract.pk)
    assert contract.status == ContractStatus.ACTIVE
    document = Document.objects.with_signatures().get(pk=contract.document_id)
    assert document.is_signed
    assert contract.transitions.filter(transition="activate").count() == 1


def test_a_double_click_consents_once(west):
    contract = ready_to_consent(west)
    president = west.president.as_actor()
    acts = [lambda: actions.consent(actor=president, contract=contract)] * 4
    refusals = at_once(*acts)
    assert refusals == ["Votre organisation a déjà consenti à ce contenu."] * 3
    assert contract.consents.count() == 1


def test_three_consents_at_the_same_instant_issue_one_document(west):
    contract = ready_to_consent(west)
    acts = [lambda actor=actor: actions.consent(actor=actor, contract=contract) for actor in west.consenting]
    assert at_once(*acts) == []
    contract = Contract.objects.get(pk=contract.pk)
    assert contract.status == ContractStatus.SIGNING
    assert Document.objects.filter(key__startswith=f"contract:{contract.pk}:").count() == 1
