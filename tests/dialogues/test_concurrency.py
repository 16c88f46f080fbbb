"""The parties at the same instant, on two documents of one contract: no act waits for another for ever."""

from datetime import date
from functools import partial

import pytest

from agreements.actions import load_agreements, load_national_indicators
from contracts import actions as contract_actions
from core.models import AuditEvent
from dialogues import actions
from dialogues.enums import AnnexStatus
from documents.models import Document
from tests.utils import stories
from tests.utils.amendments import consent_all, draft_amendment, reload
from tests.utils.at_once import at_once
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED_ON, TODAY = date(2025, 3, 17), date(2026, 4, 20)


def test_an_amendment_and_an_annex_signed_by_the_three_at_the_same_instant_are_both_whole():
    load_agreements()  # a transactional test before this one may have emptied the tables
    load_national_indicators()
    west = make_world().west
    contract = stories.evaluated_contract(west, signed_on=SIGNED_ON)
    annex = contract.annexes.get()
    with stories.at(TODAY):
        amendment = consent_all(west, draft_amendment(west.coordinator, contract))
        acts = [
            partial(sign, actor=actor, **subject)
            for actor in west.signing
            for sign, subject in (
                (contract_actions.sign_amendment, {"amendment": amendment}),
                (actions.sign_annex, {"annex": annex}),
            )
        ]
        assert at_once(*acts) == []
    annex.refresh_from_db()
    assert reload(amendment).is_in_force and annex.status == AnnexStatus.IN_FORCE
    for pk in (amendment.document_id, annex.document_id):
        assert Document.objects.with_signatures().get(pk=pk).is_signed
        assert AuditEvent.objects.filter(action="document.sign", object_id=str(pk)).count() == len(west.signing)
