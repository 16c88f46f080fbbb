"""R18: what an amendment changes in money, from the first day of its year and not before."""

from datetime import date
from decimal import Decimal

import pytest

from agreements.engine import compute
from agreements.enums import LineKind
from contracts.models import Contract
from funding.assemblers import forecast_inputs
from tests.utils import stories
from tests.utils.amendments import SAME_SIZE, consent_all, draft_amendment, sign_all

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)


def amend(tenant, contract, **changes) -> None:
    """Have an amendment for the third year signed by the three."""
    amendment = draft_amendment(tenant.coordinator, contract, **{**SAME_SIZE, **changes})
    sign_all(tenant, consent_all(tenant, amendment))


def forecast(contract) -> dict[int, dict]:
    contract = Contract.objects.for_funding().get(pk=contract.pk)
    result = compute(forecast_inputs(contract, TODAY))
    return {year.year: {(line.mission, line.kind): line.amount for line in year.lines} for year in result.years}


def test_r18_a_new_size_pays_its_amounts_from_its_year_on(evaluated):
    """Taille 2 then 3 of aci-2021: 60 000 and 75 000 of operating grant, 70 000 and 90 000 for access to care."""
    with stories.at(TODAY):
        amend(evaluated.world.west, evaluated.contract, new_size=3, new_population=82_000)
        years = forecast(evaluated.contract)
    access = ("ACCESS_TO_CARE", LineKind.FIXED)
    assert [years[year][None, LineKind.OPERATING] for year in (2, 3, 4)] == [60_000, 75_000, 75_000]
    assert [years[year][access] for year in (2, 3, 5)] == [70_000, 90_000, 90_000]


def test_r18_a_mission_is_paid_from_its_start_to_its_withdrawal(evaluated):
    """QUALITY at taille 2 is 10 000 a year; planned on 17 September 2027, 182 days of 366 are left in year 3."""
    with stories.at(TODAY):
        west, contract = evaluated.world.west, evaluated.contract
        amend(west, contract, added={"QUALITY": date(2027, 9, 17)})
        amend(west, contract, takes_effect_year=5, dropped=["QUALITY"])
        years = forecast(contract)
    quality = ("QUALITY", LineKind.FIXED)
    assert [year for year in range(1, 6) if quality in years[year]] == [3, 4]
    assert years[3][quality] == Decimal("4972.68")
    assert years[4][quality] == Decimal("10000.00")
