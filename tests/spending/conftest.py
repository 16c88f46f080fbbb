"""A contract whose first year is closed and whose second is under way, the ceilings, and what one enters."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from agreements.actions import load_passes
from contracts.models import Contract
from spending import actions
from spending.enums import Category, Envelope, Profession
from spending.models import Expense, Professional
from tests.utils import stories

TODAY = date(2026, 4, 17)  # second year of a contract signed on 17 March 2025, the first one closed today
A_DAY = date(2026, 3, 20)
CLOSED_DAY = date(2026, 3, 16)


@pytest.fixture
def ceilings(db):
    """The ceilings of R20: two confirmed, three to confirm."""
    load_passes()


@pytest.fixture
def world(evaluated):
    return evaluated.world


@pytest.fixture
def contract(evaluated, ceilings) -> Contract:
    return Contract.objects.get(pk=evaluated.contract.pk)


@pytest.fixture
def today():
    with stories.at(TODAY):
        yield TODAY


@pytest.fixture
def treasurer(world):
    return world.west.treasurer.as_actor()


@pytest.fixture
def people(contract, treasurer, today) -> SimpleNamespace:
    """Two professionals of west."""
    return SimpleNamespace(
        nurse=actions.add_professional(
            actor=treasurer, contract=contract, name="Camille Dupont", profession=Profession.NURSE
        ),
        doctor=actions.add_professional(
            actor=treasurer, contract=contract, name="Dr Sacha Martin", profession=Profession.GENERAL_PRACTITIONER
        ),
    )


def told(**changes) -> dict:
    """Return what an expense tells, valid by default."""
    return {
        "spent_on": A_DAY,
        "envelope": Envelope.OPERATING,
        "category": Category.PREMISES,
        "label": "Loyer de mars",
        "amount": Decimal("800.00"),
        **changes,
    }


def indemnity(professional: Professional, amount: str, **changes) -> dict:
    return told(
        category=Category.INDEMNITIES,
        label="Réunion pluriprofessionnelle",
        amount=Decimal(amount),
        professional=professional,
        **changes,
    )


def spend(actor, contract: Contract, **changes) -> Expense:
    return actions.add_expense(actor=actor, contract=contract, **told(**changes))
