"""A contract in each state of its life, made by the actions of the rooms up to this one."""

from datetime import date

import pytest

from contracts import actions
from contracts.models import Contract
from core import clock
from documents import jobs
from tests.utils import stories
from tests.utils.world import Tenant, World


def negotiate(tenant: Tenant) -> Contract:
    """Return a contract in negotiation, complete but for its SIGNATURE dialogue."""
    contract = stories.drafted_contract(tenant)
    return actions.open_negotiation(actor=tenant.coordinator.as_actor(), contract=contract)


def ready_to_consent(tenant: Tenant) -> Contract:
    """Return a contract to which the parties may consent."""
    contract = negotiate(tenant)
    return actions.record_planning(actor=tenant.coordinator.as_actor(), contract=contract, closed_on=clock.today())


def consent_all(tenant: Tenant, contract: Contract) -> Contract:
    """Have the three parties consent; the PDF is made."""
    for actor in tenant.consenting:
        contract = actions.consent(actor=actor, contract=contract)
    jobs.render_document(str(contract.document_id))
    return Contract.objects.get(pk=contract.pk)


def to_sign(tenant: Tenant) -> Contract:
    return consent_all(tenant, ready_to_consent(tenant))


def activate(tenant: Tenant, signed_on: date) -> Contract:
    """Return a contract in force, signed by the three on a day."""
    with stories.at(signed_on):
        contract = to_sign(tenant)
        for actor in tenant.signing:
            contract = actions.sign_contract(actor=actor, contract=contract)
    return Contract.objects.get(pk=contract.pk)


@pytest.fixture
def draft(world: World) -> Contract:
    return stories.drafted_contract(world.west)


@pytest.fixture
def negotiated(world: World) -> Contract:
    return ready_to_consent(world.west)


@pytest.fixture
def signing(world: World) -> Contract:
    return to_sign(world.west)
