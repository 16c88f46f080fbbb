"""What the forms of a value and the actions both ask of the rules, for an indicator as it is stored (R13d, R15)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.conf import settings

from core import clock
from indicators import rules
from indicators.assemblers.inputs import indicator_input
from indicators.models import Indicator


def check_value_of(indicator: Indicator, number: Decimal | None, achieved: bool | None) -> None:
    """Raise DomainError when the indicator does not take this value."""
    definition = None
    if indicator.is_result:
        plain = replace(indicator_input(indicator), neutralised=False, retained=None)
        definition = replace(plain, value=number, achieved=achieved)
    rules.check_entered_value(
        scale=indicator.scale,
        number=number,
        achieved=achieved,
        counts_patients=indicator.counts_patients,
        small_cell_minimum=settings.SMALL_CELL_MINIMUM,
        definition=definition,
    )


def check_period_of(indicator: Indicator, period_start: date, period_end: date) -> None:
    """Raise DomainError when a value of the indicator is not about this period."""
    programme = indicator.programme_mission.programme
    rules.check_period(
        period_start=period_start,
        period_end=period_end,
        year_start=programme.starts_on,
        year_end=programme.ends_on,
        today=clock.today(),
    )
