"""R19: what the end of a contract changes in money, shown before it is decided."""

from datetime import date
from decimal import Decimal

import pytest

from agreements.engine import compute
from agreements.enums import LineKind
from contracts import actions
from contracts.models import Contract
from core.errors import DomainError
from funding.assemblers import contract_inputs, forecast_inputs
from funding.ending import end_preview
from tests.utils import stories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)
DAY = date(2026, 7, 4)


@pytest.fixture
def contract(evaluated) -> Contract:
    """Signed on 17 March 2025, taille 2 of aci-2021, access to care alone started, on 17 September 2025."""
    return Contract.objects.for_funding().get(pk=evaluated.contract.pk)


def rows(contract, day=DAY, **rates) -> dict:
    with stories.at(TODAY):
        preview = end_preview(contract, day, TODAY, {mission: Decimal(rate) for mission, rate in rates.items()})
    return {line.label: (line.whole, line.worth, line.paid, line.rest) for line in preview.lines}


def test_r19_the_year_cut_short_line_by_line(contract):
    """17 March to 4 July 2026 is 109 days of 365: 70 000 × 109/365 = 20 904.11, of which 52 500 were advanced."""
    assert rows(contract) == {
        "Fonctionnement": (Decimal("60000.00"), Decimal("45000.00"), Decimal("45000.00"), Decimal("0.00")),
        "Accès aux soins, volet fixe": (
            Decimal("70000.00"),
            Decimal("20904.11"),
            Decimal("52500.00"),
            Decimal("-31595.89"),
        ),
        "Accès aux soins, volet variable": (Decimal("30000.00"), None, Decimal("0.00"), Decimal("0.00")),
    }


def test_r19_a_rate_makes_the_variable_part_due(contract):
    """30 000 × 109/365 × 0.5 = 4 479.45."""
    assert rows(contract, ACCESS_TO_CARE="0.5")["Accès aux soins, volet variable"] == (
        Decimal("30000.00"),
        Decimal("4479.45"),
        Decimal("0.00"),
        Decimal("4479.45"),
    )


def test_r19_the_sums_of_the_preview(contract):
    with stories.at(TODAY):
        preview = end_preview(contract, DAY, TODAY, {"ACCESS_TO_CARE": Decimal("0.5")})
    assert (preview.to_pay, preview.to_repay) == (Decimal("4479.45"), Decimal("31595.89"))
    assert preview.balance == Decimal("-27116.44")
    assert (preview.year.number, preview.last_day) == (2, date(2026, 7, 3))


def test_r19_on_an_anniversary_nothing_is_cut_short(contract):
    with stories.at(TODAY):
        preview = end_preview(contract, date(2027, 3, 17), TODAY)
    assert preview.is_on_anniversary
    assert (preview.lines, preview.to_repay) == ([], Decimal("0.00"))


@pytest.mark.parametrize("day", [stories.SIGNED_ON, date(2030, 3, 18)])
def test_r19_a_day_outside_the_contract_is_refused(contract, day):
    with pytest.raises(DomainError) as refused:
        end_preview(contract, day, TODAY)
    assert refused.value.field == "effective_on"


def test_r19_the_rates_agreed_on_enter_the_computation_of_the_year_cut_short(evaluated):
    """30 000 × 109/365 × 0.5 = 4 479.45 beside 70 000 × 109/365 = 20 904.11 and the grant that was paid, 45 000."""
    west = evaluated.world.west
    president = west.president.as_actor()
    with stories.at(TODAY):
        actions.notify_termination(
            actor=president,
            contract=evaluated.contract,
            ground="NOTICE",
            reason="La communauté se rapproche de sa voisine.",
            notified_on=TODAY,
            effective_on=DAY,
        )
        rates = {"ACCESS_TO_CARE": Decimal("0.5")}
        actions.set_termination_rates(actor=president, contract=evaluated.contract, rates=rates)
        for actor in west.signing:
            actions.agree_termination(actor=actor, contract=evaluated.contract)
    with stories.at(DAY):
        actions.end_contract(contract=evaluated.contract)
        contract = Contract.objects.for_funding().get(pk=evaluated.contract.pk)
        year = compute(contract_inputs(contract)).year(2)
        forecast = compute(forecast_inputs(contract, DAY)).year(2)
    assert {line.kind: line.amount for line in year.lines} == {
        LineKind.OPERATING: Decimal("45000.00"),
        LineKind.FIXED: Decimal("20904.11"),
        LineKind.VARIABLE: Decimal("4479.45"),
    }
    assert forecast == year
