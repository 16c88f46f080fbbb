"""What the database refuses by itself."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core import clock
from indicators import actions
from indicators.models import Indicator, IndicatorValue, Programme
from tests.indicators.conftest import PDF, YEAR

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"maximum_amount": None}, "indicators_result_carries_money"),
        ({"maximum_amount": Decimal(0)}, "indicators_result_carries_money"),
        ({"scale": ""}, "indicators_result_carries_money"),
        ({"usage": "FOLLOW_UP"}, "indicators_result_carries_money"),
        ({"owner": "NATIONAL"}, "indicators_owner_is_a_party"),
        ({"settlement": "RETAINED", "settlement_reason": "motif"}, "indicators_retained_has_amount"),
        ({"settlement": "NEUTRALISED"}, "indicators_settlement_has_reason"),
        ({"national_code": "A1"}, "indicators_one_row_a_national_indicator|UNIQUE"),  # SQLite names the columns
    ],
)
def test_the_database_refuses_an_indicator_that_contradicts_itself(written, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Indicator.objects.filter(pk=written["levels"].pk).update(**change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"period_end": date(2026, 1, 1)}, "indicators_value_period_in_order"),
        ({"achieved": True}, "indicators_value_is_number_or_achieved"),
        ({"number": None}, "indicators_value_is_number_or_achieved"),
        ({"status": "CONFIRMED"}, "indicators_confirmed_by_another_side"),
        ({"status": "CONTESTED"}, "indicators_contested_has_reason"),
    ],
)
def test_the_database_refuses_a_value_that_contradicts_itself(written, change, constraint):
    value = IndicatorValue.objects.create(
        indicator=written["levels"],
        number=Decimal(62),
        period_start=date(2026, 4, 15),
        period_end=date(2027, 4, 14),
        source="caisse",
        entered_by_side="FUND",
        entered_by_name="Anne",
        entered_at=clock.now(),
    )
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        IndicatorValue.objects.filter(pk=value.pk).update(**change)


def test_the_database_refuses_a_value_confirmed_by_its_own_side(written):
    with pytest.raises(IntegrityError, match="indicators_confirmed_by_another_side"), transaction.atomic():
        IndicatorValue.objects.create(
            indicator=written["levels"],
            number=Decimal(62),
            period_start=date(2026, 4, 15),
            period_end=date(2027, 4, 14),
            source="caisse",
            status="CONFIRMED",
            entered_by_side="FUND",
            entered_by_name="Anne",
            entered_at=clock.now(),
            confirmed_by_side="FUND",
            confirmed_at=clock.now(),
        )


def test_the_database_knows_five_years(draft):
    with pytest.raises(IntegrityError, match="indicators_year_1_to_5"), transaction.atomic():
        Programme.objects.filter(pk=draft.pk).update(year=6)


def test_each_tenant_sees_its_programmes_and_the_observer_all(ours, theirs, draft):
    for actor in (ours.coordinator, ours.ars_officer, ours.fund_officer, ours.observer):
        assert Programme.objects.visible_to(actor).filter(pk=draft.pk).exists()
    for actor in (theirs.coordinator, theirs.ars_officer, theirs.fund_officer):
        assert not Programme.objects.visible_to(actor).filter(pk=draft.pk).exists()


def test_the_database_refuses_the_same_file_twice_behind_a_value(ours, running):
    fields = {"indicator": running["levels"], "number": Decimal(62), **YEAR}
    value = actions.enter_value(actor=ours.fund_officer, files=[("extraction.pdf", PDF)], **fields)
    piece = value.evidence.get()
    piece.pk = None
    with pytest.raises(IntegrityError, match=r"indicators_evidence_joined_once|UNIQUE"), transaction.atomic():
        piece.save(force_insert=True)
