"""Geometry of the curve: values over their labels, a target and a baseline across (`core.figures`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor, log10

from core.figures import ACCENT, INK, NARROW_WIDTH, TEXT_LINE, WIDTH, Figure, Frame, Line, Text

PLOT_TOP, PLOT_BOTTOM = 20, 210
LETTER = 6.6  # the room of a character, on average
LABEL_GAP = 15  # between two words one above the other


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A value over its label; `at` places it on the axis when it is a number."""

    label: str
    value: Decimal | None
    at: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Level:
    """A line across the drawing, with the words that say what it is."""

    value: Decimal
    words: str
    stroke: str
    dash: str


def curve(
    title: str,
    points: Sequence[CurvePoint],
    target: Decimal | None = None,
    baseline: Decimal | None = None,
    unit: str = "",
    steps: bool = False,
) -> Figure:
    """Draw values over their labels, the target and the baseline across; `steps` draws a payout in levels.

    A point without value is a gap in the curve, and a « – » in the table.
    """
    levels = _levels(target, baseline, unit)
    words = max((len(level.words) for level in levels), default=0) * LETTER
    wide = Frame(width=WIDTH, left=64, right=WIDTH - 14 - int(words), name_length=0)
    narrow = Frame(width=NARROW_WIDTH, left=48, right=NARROW_WIDTH - 8, name_length=0, names_above=True)
    drawn = [_curve(frame, title, points, levels, unit, steps) for frame in (wide, narrow)]
    return replace(drawn[0], narrow=drawn[1])


def _curve(
    frame: Frame, title: str, points: Sequence[CurvePoint], levels: Sequence[Level], unit: str, steps: bool
) -> Figure:
    known = [point.value for point in points if point.value is not None]
    reached = [*known, *(level.value for level in levels)] or [Decimal(0)]
    ticks = _ticks(_floor(reached), max(reached))
    low, high = ticks[0], ticks[-1]

    def y(value: Decimal) -> float:
        return round(PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * float((value - low) / (high - low)), 1)

    places = _places(frame, points)
    dots = [
        None if point.value is None else (place, y(point.value)) for place, point in zip(places, points, strict=True)
    ]
    names = _names(frame, points, places)
    values = [] if steps else [_value(dot, point.value) for dot, point in zip(dots, points, strict=True) if dot]
    marks = [Text(x=frame.left - 8, y=y(tick) + 4, text=_number(tick), anchor="end") for tick in ticks]
    grid = [Line(x1=frame.left, y1=y(tick), x2=frame.right, y2=y(tick)) for tick in ticks]
    across = [
        Line(x1=frame.left, y1=y(one.value), x2=frame.right, y2=y(one.value), stroke=one.stroke, width=2, dash=one.dash)
        for one in levels
    ]
    return Figure(
        title=title,
        width=frame.width,
        height=int(max([PLOT_BOTTOM + 18, *(name.y for name in names)]) + 10),
        heads=("", "Valeur"),
        is_measured=True,
        rows=tuple(
            (point.label, "–" if point.value is None else _number(point.value) + _unit(unit)) for point in points
        ),
        lines=tuple(grid + across),
        texts=(*marks, *_level_words(frame, levels, y), *names, *values),
        path=_path(dots, steps),
        dots=tuple(dot for dot in dots if dot),
    )


def _value(dot: tuple[float, float], value: Decimal) -> Text:
    return Text(x=dot[0], y=dot[1] - 9, text=_number(value), anchor="middle", is_strong=True)


def _names(frame: Frame, points: Sequence[CurvePoint], places: Sequence[float]) -> list[Text]:
    """Return the label of each point under it, one line lower when it would touch its neighbour."""
    ends: list[float] = []  # where the last label of each line ends
    found = []
    for place, point in zip(places, points, strict=True):
        half = len(point.label) * LETTER / 2
        x = min(max(place, half), max(frame.width - half, half))
        line = next((number for number, end in enumerate(ends) if end + LETTER <= x - half), len(ends))
        ends[line : line + 1] = [x + half]
        found.append(Text(x=round(x, 1), y=PLOT_BOTTOM + 18 + TEXT_LINE * line, text=point.label, anchor="middle"))
    return found


def _floor(levels: Sequence[Decimal]) -> Decimal:
    """Return where the axis starts: zero, unless every level is far above it and close to the others."""
    lowest, highest = min(levels), max(levels)
    return lowest if lowest > 0 and highest - lowest < lowest / 2 and lowest != highest else min(lowest, Decimal(0))


def _levels(target: Decimal | None, baseline: Decimal | None, unit: str) -> list[Level]:
    """Return the lines across, the highest first."""
    known = (("cible", target, ACCENT, "6 4"), ("référence", baseline, INK, "2 4"))
    found = [
        Level(value=value, words=f"{name} {_number(value)}{_unit(unit)}", stroke=stroke, dash=dash)
        for name, value, stroke, dash in known
        if value is not None
    ]
    return sorted(found, key=lambda level: level.value, reverse=True)


def _level_words(frame: Frame, levels: Sequence[Level], y: Callable[[Decimal], float]) -> list[Text]:
    """Return the words of the lines across, after their end or, on a narrow drawing, above them."""
    if frame.names_above:
        lows = [y(level.value) - 5 for level in levels]
        if len(lows) == 2:
            lows[0] = min(lows[0], lows[1] - LABEL_GAP)
        return [
            Text(x=frame.right, y=round(low, 1), text=level.words, anchor="end", fill=level.stroke)
            for low, level in zip(lows, levels, strict=True)
        ]
    heights = [y(level.value) for level in levels]
    nudge = max(LABEL_GAP - (heights[1] - heights[0]), 0) / 2 if len(levels) == 2 else 0
    return [
        Text(x=frame.right + 6, y=round(height + 4 + move, 1), text=level.words, fill=level.stroke)
        for height, level, move in zip(heights, levels, (-nudge, nudge), strict=False)
    ]


def _places(frame: Frame, points: Sequence[CurvePoint]) -> list[float]:
    """Return where each point stands: by its number when all have one, evenly otherwise."""
    left, width = frame.left + 24, frame.right - frame.left - 48
    numbers = [point.at for point in points]
    if len(points) > 1 and None not in numbers and min(numbers) < max(numbers):
        first, last = min(numbers), max(numbers)
        return [round(left + width * float((number - first) / (last - first)), 1) for number in numbers]
    if len(points) == 1:
        return [round(left + width / 2, 1)]
    return [round(left + width * number / (len(points) - 1), 1) for number in range(len(points))]


def _path(dots: Sequence[tuple[float, float] | None], steps: bool) -> str:
    """Return the path through the dots, broken at each gap."""
    commands, last = [], None
    for dot in dots:
        if dot is None:
            last = None
            continue
        if last is not None and steps:
            commands.append(f"L{dot[0]} {last[1]}")
        commands.append(f"{'M' if last is None else 'L'}{dot[0]} {dot[1]}")
        last = dot
    return " ".join(commands)


def _ticks(low: Decimal, high: Decimal) -> list[Decimal]:
    """Return about five round numbers that hold `low` and `high` between them."""
    span = Fraction(high - low) or Fraction(1)
    power = Fraction(10) ** floor(log10(span / 4))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 5)
    first, last = floor(Fraction(low) / step), -floor(-Fraction(high) / step)
    if last == first:
        last += 1
    return [_decimal(number * step) for number in range(first, last + 1)]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _number(value: Decimal) -> str:
    text = f"{value.normalize():,f}".replace(",", " ").replace(".", ",").replace("-", "−")
    return text.replace(" ", "\u202f")


def _unit(unit: str) -> str:
    return f"\u00a0{unit}" if unit else ""
