"""What the arithmetic of R13 takes of a programme."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from agreements.enums import Direction, Scale
from agreements.scales import IndicatorInput, Level
from indicators.enums import Settlement
from indicators.models import Indicator, Programme, ProgrammeMission


def definition_of(
    *,
    scale: str,
    maximum_amount: Decimal,
    direction: str,
    baseline: Decimal | None,
    target: Decimal | None,
    levels: Sequence[tuple[Decimal, Decimal]],
    number: Decimal | None = None,
    achieved: bool | None = None,
) -> IndicatorInput:
    """Return a result indicator as the arithmetic of R13 takes it."""
    return IndicatorInput(
        amount=maximum_amount,
        scale=Scale(scale),
        direction=None if scale == Scale.ACHIEVED else Direction(direction),
        levels=tuple(Level(threshold=threshold, amount=amount) for threshold, amount in levels),
        baseline=baseline if scale == Scale.LINEAR else None,
        target=target if scale == Scale.LINEAR else None,
        value=number,
        achieved=achieved,
    )


def indicator_input(indicator: Indicator) -> IndicatorInput:
    """Return a result indicator with its value and what was decided about it."""
    value = indicator.current_value
    definition = definition_of(
        scale=indicator.scale,
        maximum_amount=indicator.maximum_amount,
        direction=indicator.direction,
        baseline=indicator.baseline,
        target=indicator.target,
        levels=[(level.threshold, level.amount) for level in indicator.levels.all()],
        number=value.number if value else None,
        achieved=value.achieved if value else None,
    )
    named = replace(definition, label=indicator.label, unit=indicator.unit)
    return with_decision(named, indicator.settlement, indicator.retained_amount, indicator.settlement_reason)


def with_decision(
    definition: IndicatorInput, settlement: str, retained_amount: Decimal | None, reason: str
) -> IndicatorInput:
    """Return `definition` with a decision of the three parties (R13e)."""
    return IndicatorInput(
        **{
            **vars(definition),
            "neutralised": settlement == Settlement.NEUTRALISED,
            "retained": retained_amount,
            "reason": reason,
        }
    )


def result_inputs(mission: ProgrammeMission) -> dict[Indicator, IndicatorInput]:
    """Return the result indicators of a mission, in order, as the arithmetic takes them."""
    return {item: indicator_input(item) for item in mission.indicators.all() if item.is_result}


def indicator_inputs(programme: Programme) -> dict[str, tuple[IndicatorInput, ...]]:
    """Return mission code -> result indicators, for the missions whose every result is known (R13f).

    A mission with a result neither confirmed nor settled is absent, and so is one without result: the engine
    then says that its variable line is pending.
    """
    programme = fresh(programme)
    return {
        mission.mission: tuple(inputs.values())
        for mission in programme.missions.all()
        if (inputs := result_inputs(mission)) and not any(item.is_waiting for item in inputs)
    }


def fresh(programme: Programme) -> Programme:
    """Read the programme again, whole: what is hashed or refused is what is stored, never what a page held."""
    return Programme.objects.with_content().get(pk=programme.pk)
