"""The schedule of a contract, year by year: what is paid, due, to recover and to come (R12, R18, R19)."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from agreements.enums import LineKind, PaymentKind
from funding.enums import PaymentStatus
from funding.schedule import ScheduleLine, ScheduleSums, schedule_of, schedule_sums, schedule_years
from tests.utils import stories

ON_THE_DAY = date(2026, 4, 17)


def line(status: PaymentStatus, amount: str, deducted: str = "0.00", kind=PaymentKind.BALANCE) -> ScheduleLine:
    return ScheduleLine(
        year=1,
        due_on=ON_THE_DAY,
        kind=kind,
        mission="",
        line_kind=LineKind.OPERATING,
        base="",
        amount=Decimal(amount),
        deducted=Decimal(deducted),
        status=status,
        explanation="",
    )


def test_r18_r19_each_euro_is_counted_once_where_it_stands():
    """1 000 paid; 400 less 150 deducted, then 50: 300 due; 150 offset; 70 to repay; 25 to come; 999 cancelled."""
    sums = schedule_sums(
        [
            line(PaymentStatus.PAID, "1000.00"),
            line(PaymentStatus.DUE, "400.00", deducted="150.00"),
            line(PaymentStatus.OFFSET, "-150.00", deducted="-150.00"),
            line(PaymentStatus.ORDERED, "50.00"),
            line(PaymentStatus.DUE, "-70.00", kind=PaymentKind.REPAYMENT),
            line(PaymentStatus.FORECAST, "25.00"),
            line(PaymentStatus.CANCELLED, "999.00"),
        ]
    )
    assert sums == ScheduleSums(
        paid=Decimal("1000.00"),
        due=Decimal("300.00"),
        to_recover=Decimal("70.00"),
        forecast=Decimal("25.00"),
        deducted=Decimal("0.00"),
    )
    assert sums.total == Decimal("1255.00")


def test_r18_what_is_deducted_leaves_the_year_that_was_paid_in_excess():
    """1 000 paid for a year then revised to 850: 150 are deducted from the 400 of a later one."""
    revised = [line(PaymentStatus.PAID, "1000.00"), line(PaymentStatus.OFFSET, "-150.00", deducted="-150.00")]
    later = [line(PaymentStatus.PAID, "400.00", deducted="150.00")]
    assert (schedule_sums(revised).paid, schedule_sums(revised).total) == (Decimal("1000.00"), Decimal("850.00"))
    assert (schedule_sums(later).paid, schedule_sums(later).total) == (Decimal("250.00"), Decimal("400.00"))


@pytest.mark.django_db
def test_r12_a_year_holds_its_balance_and_stays_open_until_it_is_paid(evaluated):
    """Year 1 is worth 109 589.04, all due; of year 2, 45 000 and 52 500 are due, and the rest is to come."""
    contract = evaluated.contract
    with stories.at(ON_THE_DAY):
        years = schedule_years(contract, schedule_of(contract, ON_THE_DAY), ON_THE_DAY)
    assert [year.year.number for year in years] == [1, 2, 3, 4, 5]
    assert (years[0].sums.due, years[0].sums.forecast) == (Decimal("109589.04"), Decimal(0))
    assert years[1].sums.due == Decimal("97500.00")
    assert [year.is_open for year in years] == [True, True, False, False, False]


@pytest.mark.django_db
def test_the_page_shows_each_year_to_the_parties_and_to_nobody_else(evaluated, client_of):
    world, address = evaluated.world, reverse("funding:schedule", args=[evaluated.contract.pk])
    with stories.at(ON_THE_DAY):
        page = client_of(world.west.president).get(address).content.decode()
        assert client_of(world.east.president).get(address).status_code == 404
    assert 'id="annee-5"' in page
    assert "109\u202f589,04\u00a0€" in page
