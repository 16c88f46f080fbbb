"""Scenarios saved by two tenants, for the tests of the simulator."""

import pytest

from core.actor import Actor
from simulator import actions
from simulator.models import Scenario

DOCUMENT = {
    "agreement": "aci-2019",
    "signed_on": "2020-03-15",
    "population": 65_000,
    "years": 2,
    "missions": [{"mission": "ACCESS_TO_CARE", "starts_on": "2020-09-15", "rates": {"1": "0.8"}}],
}


def save(actor: Actor, name: str, **changed) -> Scenario:
    """Save a scenario, the worked example of the rules unless told otherwise."""
    return actions.save_scenario(actor=actor, name=name, document=DOCUMENT | changed)


@pytest.fixture
def saved(world):
    """Return what each of two tenants saved."""
    west = save(world.west.coordinator.as_actor(), "Sans la vallée")
    east = save(world.east.coordinator.as_actor(), "Secret de l’est")
    return west, east
