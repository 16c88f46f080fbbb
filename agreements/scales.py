"""What indicators earn (R13b–R13f): exact fractions, and refusals as French sentences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from agreements.enums import Direction, Scale
from core.errors import DomainError
from core.money import format_euros, round_cents

NOTHING, WHOLE = Fraction(0), Fraction(1)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A threshold on the value and the euros it earns (R13c)."""

    threshold: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class IndicatorInput:
    """A result indicator of a mission-year: its maximum in euros, scale, value, and what was decided of it.

    `levels` go from the easiest to the hardest. `retained` is the amount that the three parties set by hand.
    `label` and `unit` are for those who read what it earns: they change no amount.
    """

    amount: Decimal
    scale: Scale
    direction: Direction | None = None
    levels: tuple[Level, ...] = ()
    baseline: Decimal | None = None
    target: Decimal | None = None
    value: Decimal | None = None
    achieved: bool | None = None
    retained: Decimal | None = None
    neutralised: bool = False
    reason: str = ""
    label: str = ""
    unit: str = ""

    @property
    def is_decided(self) -> bool:
        """R13e: neutralised or retained, so that no value is needed."""
        return self.neutralised or self.retained is not None


@dataclass(frozen=True, kw_only=True)
class IndicatorResult:
    """What one indicator earns, exact, in a mission-year whose indicators are multiplied by `multiplier` (R13e)."""

    indicator: IndicatorInput
    earned: Fraction
    multiplier: Fraction

    @property
    def maximum(self) -> Fraction:
        """Its amount once multiplied, 0 when neutralised (R13e)."""
        return NOTHING if self.indicator.neutralised else Fraction(self.indicator.amount) * self.multiplier


@dataclass(frozen=True, kw_only=True)
class MissionYearResult:
    """R13f: what a mission-year earns, exact, out of `variable_part`."""

    variable_part: Decimal
    multiplier: Fraction
    results: tuple[IndicatorResult, ...]

    @property
    def earned(self) -> Fraction:
        return sum((result.earned for result in self.results), NOTHING)

    @property
    def rate(self) -> Fraction:
        return self.earned / Fraction(self.variable_part) if self.variable_part else NOTHING


def left_to_spread(variable_part: Decimal, indicators: Sequence[IndicatorInput]) -> Decimal:
    """R13b: return what remains to share among the indicators; negative when too much is."""
    return variable_part - sum((indicator.amount for indicator in indicators), Decimal("0.00"))


def mission_year_result(variable_part: Decimal, indicators: Sequence[IndicatorInput]) -> MissionYearResult:
    """R13f: return what `indicators` earn out of `variable_part`; DomainError for whatever R13 refuses.

    The error's field is written `[2].levels` (indicator 2), or empty for the whole.
    """
    check_mission_year(variable_part, indicators)
    factor = multiplier(variable_part, indicators)
    return MissionYearResult(
        variable_part=variable_part,
        multiplier=factor,
        results=tuple(_result(indicator, factor) for indicator in indicators),
    )


def multiplier(variable_part: Decimal, indicators: Sequence[IndicatorInput]) -> Fraction:
    """R13e: return V ÷ (V − neutralised maxima). All of a mission neutralised is refused."""
    neutralised = sum((item.amount for item in indicators if item.neutralised), Decimal(0))
    if not neutralised:
        return WHOLE
    if neutralised >= variable_part:
        raise DomainError("Tous les indicateurs d’une mission ne peuvent pas être neutralisés.", "")
    return Fraction(variable_part) / (Fraction(variable_part) - Fraction(neutralised))


def earned_by_value(indicator: IndicatorInput) -> Fraction:
    """R13c: return what the value alone earns, before any decision or multiplication."""
    match indicator.scale:
        case Scale.ACHIEVED:
            return Fraction(indicator.amount) if indicator.achieved else NOTHING
        case Scale.LEVELS:
            return _earned_by_level(indicator)
        case Scale.LINEAR:
            return Fraction(indicator.amount) * share_of_target(indicator)


def share_of_target(indicator: IndicatorInput) -> Fraction:
    """R13c: return the share, from 0 to 1, of the way to the target of a LINEAR indicator with a value."""
    value, target = Fraction(indicator.value), Fraction(indicator.target)
    if indicator.baseline is not None:
        baseline = Fraction(indicator.baseline)
        share = (value - baseline) / (target - baseline)  # the same fraction both ways: signs cancel
    elif indicator.direction == Direction.UP:
        share = value / target
    else:
        share = target / value if value else WHOLE
    return min(max(share, NOTHING), WHOLE)


# What is refused ------------------------------------------------------------------------------


def check_mission_year(variable_part: Decimal, indicators: Sequence[IndicatorInput]) -> None:
    """Refuse what R13 refuses of the indicators of a mission-year with their values and decisions."""
    for position, indicator in enumerate(indicators):
        try:
            check_definition(indicator)
            check_decision(indicator)
            check_value(indicator)
        except DomainError as error:
            raise DomainError(error.message, f"[{position}].{error.field}") from error
    check_spread(variable_part, indicators)
    factor = multiplier(variable_part, indicators)
    for position, indicator in enumerate(indicators):
        if indicator.retained is None:
            continue
        maximum = Fraction(indicator.amount) * factor
        if Fraction(indicator.retained) > maximum:
            raise DomainError(
                f"Le montant retenu dépasse le maximum de l’indicateur ({format_euros(round_cents(maximum))}).",
                f"[{position}].retained",
            )


def check_spread(variable_part: Decimal, indicators: Sequence[IndicatorInput]) -> None:
    """R13b: refuse amounts that do not add up to exactly the variable part."""
    left = left_to_spread(variable_part, indicators)
    if left:
        verb = f"il reste {format_euros(left)} à répartir" if left > 0 else f"{format_euros(-left)} sont en trop"
        raise DomainError(
            f"Les montants des indicateurs doivent faire {format_euros(variable_part)}, "
            f"le volet variable de la mission : {verb}.",
            "",
        )


def check_definition(indicator: IndicatorInput) -> None:
    """R13c, R13d: refuse an indicator whose maximum or scale makes no sense; the error names its field."""
    if indicator.amount < 0:
        raise DomainError("Le montant maximal d’un indicateur ne peut pas être négatif.", "amount")
    if indicator.scale != Scale.ACHIEVED and indicator.direction is None:
        raise DomainError("Indiquez si l’on attend une hausse ou une baisse.", "direction")
    if indicator.scale == Scale.LEVELS:
        _check_levels(indicator)
    if indicator.scale == Scale.LINEAR:
        _check_target(indicator)


def check_decision(indicator: IndicatorInput) -> None:
    """R13e: refuse a decision that lacks its reason, or two at once."""
    if indicator.neutralised and indicator.retained is not None:
        raise DomainError("Un indicateur est neutralisé ou retenu, pas les deux à la fois.", "retained")
    if indicator.is_decided and not indicator.reason.strip():
        raise DomainError("Neutraliser ou retenir un indicateur demande un motif.", "reason")
    if indicator.retained is not None and indicator.retained < 0:
        raise DomainError("Le montant retenu ne peut pas être négatif.", "retained")


def check_value(indicator: IndicatorInput) -> None:
    """R13d: refuse a missing value where one is needed, and a negative one without a baseline."""
    if indicator.scale == Scale.ACHIEVED:
        if indicator.achieved is None and not indicator.is_decided:
            raise DomainError("Indiquez si l’indicateur est atteint.", "achieved")
        return
    if indicator.value is None:
        if not indicator.is_decided:
            raise DomainError("La valeur de l’indicateur manque.", "value")
        return
    if indicator.scale == Scale.LINEAR and indicator.baseline is None and indicator.value < 0:
        raise DomainError("Sans valeur de référence, la valeur ne peut pas être négative.", "value")


def _check_levels(indicator: IndicatorInput) -> None:
    levels = indicator.levels
    if not levels:
        raise DomainError("Donnez au moins un palier.", "levels")
    if any(level.amount < 0 for level in levels):
        raise DomainError("Le montant d’un palier ne peut pas être négatif.", "levels")
    for easier, harder in pairwise(levels):
        rises = harder.threshold > easier.threshold
        if harder.threshold == easier.threshold or rises != (indicator.direction == Direction.UP):
            raise DomainError(
                "Les seuils des paliers vont du plus facile au plus difficile, sans égalité.",
                "levels",
            )
        if harder.amount <= easier.amount:
            raise DomainError("Les montants des paliers doivent augmenter d’un palier au suivant.", "levels")
    if levels[-1].amount != indicator.amount:
        raise DomainError(
            f"Le dernier palier doit valoir le montant maximal ({format_euros(indicator.amount)}).", "levels"
        )


def _check_target(indicator: IndicatorInput) -> None:
    target, baseline = indicator.target, indicator.baseline
    if target is None:
        raise DomainError("La cible de l’indicateur manque.", "target")
    if baseline is None:
        if target <= 0:
            raise DomainError("Sans valeur de référence, la cible doit être supérieure à zéro.", "target")
    elif target == baseline:
        raise DomainError("La cible doit être différente de la valeur de référence.", "target")
    elif (target > baseline) != (indicator.direction == Direction.UP):
        side = "supérieure" if indicator.direction == Direction.UP else "inférieure"
        raise DomainError(f"La cible doit être {side} à la valeur de référence.", "target")


# Arithmetic -----------------------------------------------------------------------------------


def _result(indicator: IndicatorInput, factor: Fraction) -> IndicatorResult:
    if indicator.neutralised:
        earned = NOTHING
    elif indicator.retained is not None:
        earned = Fraction(indicator.retained)
    else:
        earned = earned_by_value(indicator)
        if factor != WHOLE:
            earned *= factor
    return IndicatorResult(indicator=indicator, earned=earned, multiplier=factor)


def _earned_by_level(indicator: IndicatorInput) -> Fraction:
    reached = [level for level in indicator.levels if _is_reached(level, indicator)]
    return Fraction(reached[-1].amount) if reached else NOTHING


def _is_reached(level: Level, indicator: IndicatorInput) -> bool:
    if indicator.direction == Direction.UP:
        return level.threshold <= indicator.value
    return level.threshold >= indicator.value
