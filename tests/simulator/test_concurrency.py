"""Two people of an organisation at the same instant: the last place of the list of scenarios is taken once."""

import pytest

from agreements.actions import load_agreements, load_national_indicators
from simulator import actions
from simulator.models import Scenario
from tests.simulator.conftest import save
from tests.utils.at_once import at_once
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_place_of_the_list_is_taken_once(monkeypatch):
    load_agreements()
    load_national_indicators()
    west = make_world().west
    monkeypatch.setattr(actions, "MAX_SCENARIOS", 1)
    people = (west.coordinator, west.president, west.treasurer)
    refusals = at_once(*(lambda who=who: save(who.as_actor(), f"Idée de {who.role}") for who in people))
    assert len(refusals) == len(people) - 1
    assert Scenario.objects.filter(organisation=west.cpts).count() == 1
