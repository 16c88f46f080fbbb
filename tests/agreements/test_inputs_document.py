"""What an issued statement keeps can be read again years later, and gives the same lines."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from agreements import catalogue
from agreements.engine import compute
from agreements.enums import Direction, Scale
from agreements.inputs import ContractInputs
from agreements.inputs_document import from_document, to_document
from agreements.scales import IndicatorInput, Level
from agreements.simulation import read_inputs
from agreements.strict_json import Node, parse
from core.errors import DomainError
from tests.agreements.contracts import SIGNED_ON, mission
from tests.agreements.strategies import documents


def again(inputs: ContractInputs) -> ContractInputs:
    return from_document(json.loads(json.dumps(to_document(inputs))))


@settings(max_examples=60)
@given(documents())
def test_any_contract_is_read_again_as_it_was_and_computed_to_the_same_lines(document):
    inputs = read_inputs(Node(parse(json.dumps(document))))
    assert again(inputs) == inputs
    assert compute(again(inputs)) == compute(inputs)


def with_everything() -> ContractInputs:
    """A contract with indicators of each scale, a reviewed size, another agreement from year 2, and an end."""
    indicators = (
        IndicatorInput(
            amount=Decimal("10000.00"),
            scale=Scale.LEVELS,
            direction=Direction.DOWN,
            levels=(
                Level(threshold=Decimal("219"), amount=Decimal("3000.00")),
                Level(threshold=Decimal("50"), amount=Decimal("10000.00")),
            ),
            value=Decimal("62"),
        ),
        IndicatorInput(
            amount=Decimal("4000.00"),
            scale=Scale.LINEAR,
            direction=Direction.UP,
            baseline=Decimal("1.50"),
            target=Decimal("3"),
            value=Decimal("2"),
        ),
        IndicatorInput(amount=Decimal("3500.00"), scale=Scale.ACHIEVED, achieved=True),
    )
    access = mission(indicators={1: indicators}, rates={2: Decimal("0.60")}, triage_starts_on=date(2021, 9, 1))
    return ContractInputs(
        agreement=catalogue.agreement("aci-2019"),
        signed_on=SIGNED_ON,
        population=65_000,
        size=2,
        sizes={2: 3},
        advance_sizes={2: 2},
        agreements={2: catalogue.agreement("aci-2021")},
        members={1: 120},
        missions=(access,),
        terminated_on=date(2022, 9, 1),
    )


def test_indicators_sizes_agreements_and_the_end_are_read_again():
    inputs = with_everything()
    assert compute(again(inputs)) == compute(inputs)


def test_the_amounts_of_the_agreement_are_kept_with_the_statement():
    """17 500 € of fixed part, corrected to 20 000 € after the statement: it still says 17 500 €."""
    inputs = with_everything()
    document = to_document(inputs)
    corrected = tuple(replace(line, amount=line.amount + 2500) for line in inputs.agreement.lines)
    assert corrected != inputs.agreement.lines
    line = from_document(document).agreement.line("ACCESS_TO_CARE", "FIXED", 2)
    assert line.amount == Decimal("17500")


@pytest.mark.parametrize("change", [{"years": "cinq"}, {"signed_on": "2021-02-30"}, {"unknown": 1}, {"missions": 3}])
def test_a_document_that_is_not_one_is_refused(change):
    with pytest.raises(DomainError, match="ne se relisent pas"):
        from_document(to_document(with_everything()) | change)
