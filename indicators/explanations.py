"""An indicator told in plain French and drawn: what is aimed at, what each value earns (R13c). Pure."""

from decimal import Decimal
from fractions import Fraction

from agreements.enums import Direction, Scale
from agreements.scales import IndicatorInput, earned_by_value
from agreements.scales_told import with_unit
from core.curves import CurvePoint, curve
from core.figures import Figure
from core.money import round_cents


def target_words(indicator: IndicatorInput, unit: str) -> str:
    """Return what is aimed at, in a few words."""
    match indicator.scale:
        case Scale.ACHIEVED:
            return "atteint"
        case Scale.LEVELS:
            side = "et plus" if indicator.direction == Direction.UP else "et moins"
            return f"{with_unit(indicator.levels[-1].threshold, unit)} {side}" if indicator.levels else "–"
        case Scale.LINEAR:
            return with_unit(indicator.target, unit)


def payout_curve(indicator: IndicatorInput, unit: str) -> Figure | None:
    """Return the drawing of what each value earns; None for what is achieved or not, which is one amount."""
    if indicator.scale == Scale.LEVELS and indicator.levels:
        return curve("Ce que rapporte chaque palier", _points_of_levels(indicator, unit), unit="€", steps=True)
    if indicator.scale == Scale.LINEAR and indicator.target is not None:
        return curve("Ce que rapporte chaque valeur", _points_of_line(indicator, unit), unit="€")
    return None


def _points_of_levels(indicator: IndicatorInput, unit: str) -> list[CurvePoint]:
    """From just before the easiest level to just after the hardest, so that both ends are seen."""
    levels = indicator.levels
    easiest, hardest = levels[0].threshold, levels[-1].threshold
    step = 1 if indicator.direction == Direction.UP else -1
    margin = step * (abs(hardest - easiest) or abs(hardest) or Decimal(1)) / 5
    before = CurvePoint(label="avant", value=Decimal(0), at=easiest - margin)
    after = CurvePoint(label="au-delà", value=levels[-1].amount, at=hardest + margin)
    steps = [
        CurvePoint(label=_place(level.threshold, unit), value=level.amount, at=level.threshold) for level in levels
    ]
    return [before, *steps, after]


def _points_of_line(indicator: IndicatorInput, unit: str) -> list[CurvePoint]:
    target = indicator.target
    if indicator.baseline is not None:
        span = target - indicator.baseline
        places = [indicator.baseline, indicator.baseline + span / 2, target, target + span / 4]
    elif indicator.direction == Direction.UP:
        places = [Decimal(0), target / 2, target, target * 5 / 4]
    else:
        places = [target * 4, target * 2, target * 3 / 2, target, target / 2]
    return [
        CurvePoint(
            label=_place(place, unit),
            value=round_cents(Fraction(indicator.amount) * _share(indicator, place)),
            at=place,
        )
        for place in places
    ]


def _place(number: Decimal, unit: str) -> str:
    return with_unit(number, unit if unit == "%" else "")


def _share(indicator: IndicatorInput, place: Decimal) -> Fraction:
    at_place = IndicatorInput(
        amount=Decimal(1),
        scale=Scale.LINEAR,
        direction=indicator.direction,
        baseline=indicator.baseline,
        target=indicator.target,
        value=place,
    )
    return earned_by_value(at_place)
