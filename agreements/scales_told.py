"""An indicator told in plain French: its scale, what its value earns and why (R13c, R13e). Pure."""

from decimal import Decimal
from fractions import Fraction

from agreements.enums import Direction, Scale
from agreements.explanations import NBSP, format_rate
from agreements.scales import IndicatorInput, earned_by_value, share_of_target
from core.money import format_euros, round_cents
from core.values import number_fr, points_fr


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
            share = format_rate(share_of_target(indicator))
            target = with_unit(indicator.target, unit)
            if indicator.baseline is None:
                return f"{value} pour une cible de {target}{NBSP}: {maximum} × {share}"
            return f"{value}, de {with_unit(indicator.baseline, unit)} à {target}{NBSP}: {maximum} × {share}"
