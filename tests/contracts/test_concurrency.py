"""Two people at the same instant: the row is locked, nobody's act is lost and none counts twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from accounts.models import Membership
from agreements.actions import load_agreements, load_national_indicators
from contracts import actions
from contracts.enums import AmendmentStatus, ContractStatus
from contracts.models import Amendment, Contract
from core import clock
from core.dates import add_months
from core.enums import Role
from core.models import AuditEvent
from documents.models import Document
from tests.contracts.conftest import activate, ready_to_consent, to_sign
from tests.utils.amendments import draft_amendment
from tests.utils.at_once import at_once
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def west():
    load_agreements()  # a transactional test before this one may have emptied the tables
    load_national_indicators()
    return make_world().west


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


@pytest.mark.parametrize("lost", [{"is_active": False}, {"role": Role.READER}])
@pytest.mark.parametrize(("story", "action"), [(ready_to_consent, actions.consent), (to_sign, actions.sign_contract)])
def test_a_right_lost_while_one_waits_for_one_s_turn_counts(west, story, action, lost):
    """She was allowed when she sent the page; her place changed before she held the contract."""
    contract = story(west)
    actor, before = west.president.as_actor(), AuditEvent.objects.count()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Contract.objects.select_for_update().get(pk=contract.pk)
            Membership.objects.filter(pk=west.president.pk).update(**lost)
            waiting = pool.submit(at_once, lambda: action(actor=actor, contract=contract))
        (refusal,) = waiting.result()
    assert "Votre accès vient de changer" in refusal
    assert AuditEvent.objects.count() == before


def test_three_consents_at_the_same_instant_issue_one_document(west):
    contract = ready_to_consent(west)
    acts = [lambda actor=actor: actions.consent(actor=actor, contract=contract) for actor in west.consenting]
    assert at_once(*acts) == []
    contract = Contract.objects.get(pk=contract.pk)
    assert contract.status == ContractStatus.SIGNING
    assert Document.objects.filter(key__startswith=f"contract:{contract.pk}:").count() == 1


def test_the_third_consent_to_an_amendment_given_twice_issues_one_document(west):
    contract = activate(west, clock.today())
    amendment = draft_amendment(west.coordinator, contract, takes_effect_year=2)
    first, *others = west.consenting
    actions.consent_to_amendment(actor=first, amendment=amendment)
    acts = [
        lambda actor=actor: actions.consent_to_amendment(actor=actor, amendment=amendment)
        for actor in [*others, *others]
    ]
    assert len(at_once(*acts)) == 2  # each party consents once
    amendment = Amendment.objects.get(pk=amendment.pk)
    assert amendment.status == AmendmentStatus.SIGNING
    assert Document.objects.filter(key__startswith=f"amendment:{amendment.pk}:").count() == 1


def test_the_day_of_an_end_seen_at_once_by_four_workers_ends_the_contract_once(west):
    contract = activate(west, add_months(clock.today(), -3))
    actions.notify_termination(
        actor=west.president.as_actor(),
        contract=contract,
        ground="COMMON_ACCORD",
        reason="Les deux communautés se rapprochent.",
        notified_on=clock.today(),
        effective_on=clock.today(),
    )
    acts = [lambda actor=actor: actions.agree_termination(actor=actor, contract=contract) for actor in west.signing]
    assert at_once(*acts, lambda: actions.end_contract(contract=contract)) == []
    assert Contract.objects.get(pk=contract.pk).status == ContractStatus.TERMINATED
    assert contract.transitions.filter(transition="terminate").count() == 1
