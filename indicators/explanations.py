"""An indicator told in plain French: its scale, what its value earns and why (R13c, R13e). Pure."""

from decimal import Decimal
from fractions import Fraction

from agreements.enums import Direction, Scale
from agreements.explanations import format_rate
from agreements.scales import IndicatorInput, earned_by_value
from core.curves import CurvePoint, curve
from core.figures import Figure
from core.money import format_euros, round_cents
from core.templatetags.portal import number_fr, points_fr

NBSP = "\u00a0"


def with_unit(number: Decimal | None, unit: str) -> str:
    """Return « 69,70 % », « 219 patients », « – » for nothing."""
    if number is None:
        return "–"
    if unit == "%":
        return points_fr(number)
    return f"{number_fr(number)}{NBSP}{unit}" if unit else number_fr(number)


def scale_terms(indicator: IndicatorInput, unit: str) -> list[str]:
    """Return the scale as sentences, one a level (R13c)."""
    maximum = format_euros(indicator.amount)
    match indicator.scale:
        case Scale.ACHIEVED:
            return [f"Atteint{NBSP}: {maximum}. Sinon{NBSP}: 0{NBSP}€."]
        case Scale.LEVELS:
            side = "et plus" if indicator.direction == Direction.UP else "et moins"
            return [
                f"{with_unit(level.threshold, unit)} {side}{NBSP}: {format_euros(level.amount)}"
                for level in indicator.levels
            ]
        case Scale.LINEAR:
            target = with_unit(indicator.target, unit)
            if indicator.baseline is None:
                return [f"En proportion de la cible ({target}), jusqu’à {maximum}"]
            return [f"En proportion du chemin de {with_unit(indicator.baseline, unit)} à {target}, jusqu’à {maximum}"]


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


def explain_earned(indicator: IndicatorInput, unit: str, variable_part: Decimal, factor: Fraction) -> str:
    """Return the sentence behind what an indicator earns; `factor` is V ÷ (V − neutralised maxima)."""
    if indicator.neutralised:
        return f"Neutralisé{NBSP}: {indicator.reason} Son montant est réparti sur les autres indicateurs de la mission."
    if indicator.retained is not None:
        return f"Montant retenu par les trois parties{NBSP}: {indicator.reason}"
    text = _explain_value(indicator, unit)
    if factor != 1:
        kept = format_euros(round_cents(Fraction(variable_part) / factor))
        text += f", × {format_euros(variable_part)} ÷ {kept} (indicateurs neutralisés, règle R13e)"
    return f"{text}."


def payout_curve(indicator: IndicatorInput, unit: str) -> Figure | None:
    """Return the drawing of what each value earns; None for what is achieved or not, which is one amount."""
    if indicator.scale == Scale.LEVELS and indicator.levels:
        return curve("Ce que rapporte chaque palier", _points_of_levels(indicator, unit), unit="€", steps=True)
    if indicator.scale == Scale.LINEAR and indicator.target is not None:
        return curve("Ce que rapporte chaque valeur", _points_of_line(indicator, unit), unit="€")
    return None


def _explain_value(indicator: IndicatorInput, unit: str) -> str:
    maximum = format_euros(indicator.amount)
    value = with_unit(indicator.value, unit)
    match indicator.scale:
        case Scale.ACHIEVED:
            return f"Atteint{NBSP}: {maximum}" if indicator.achieved else f"Non atteint{NBSP}: 0{NBSP}€"
        case Scale.LEVELS:
            earned = earned_by_value(indicator)
            terms = zip(indicator.levels, scale_terms(indicator, unit), strict=True)
            reached = [term for level, term in terms if level.amount == earned]
            if not reached:
                return f"{value}{NBSP}: aucun palier atteint, 0{NBSP}€"
            return f"{value}{NBSP}: palier «{NBSP}{reached[0]}{NBSP}»"
        case Scale.LINEAR:
            share = format_rate(earned_by_value(indicator) / Fraction(indicator.amount))
            start = "" if indicator.baseline is None else f"de {with_unit(indicator.baseline, unit)} "
            return f"{value}, {start}à {with_unit(indicator.target, unit)}{NBSP}: {maximum} × {share}"


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
