"""Two people at the same instant: the professional is locked, and two payments at once cannot both pass (R20)."""

from decimal import Decimal

import pytest

from agreements.actions import load_agreements, load_national_indicators, load_passes
from core.dates import add_months
from spending import actions
from spending.assemblers import received_by
from spending.enums import Profession
from spending.models import Expense
from tests.spending.conftest import indemnity
from tests.utils import stories
from tests.utils.at_once import at_once
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
PAID_ON = add_months(stories.SIGNED_ON, 1)


def test_r20_two_entries_at_the_same_instant_do_not_both_pass():
    """30 000 twice under 47 100: the first to come is entered, the other is told what is left."""
    load_agreements()
    load_national_indicators()
    load_passes()
    west = make_world().west
    contract = stories.active_contract(west, signed_on=stories.SIGNED_ON)
    coordinator, treasurer = west.coordinator.as_actor(), west.treasurer.as_actor()
    with stories.at(PAID_ON):
        nurse = actions.add_professional(
            actor=treasurer, contract=contract, name="Camille Dupont", profession=Profession.NURSE
        )
        entry = indemnity(nurse, "30000.00", spent_on=PAID_ON)
        refusals = at_once(
            *(
                lambda actor=actor: actions.add_expense(actor=actor, contract=contract, **entry)
                for actor in (coordinator, treasurer)
            )
        )
    assert len(refusals) == 1
    assert "17\u202f100,00\u00a0€" in refusals[0]
    assert (Expense.objects.count(), received_by(nurse, 2025)) == (1, Decimal("30000.00"))
