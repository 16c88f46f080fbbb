"""Geometry of the drawings: plain values in, frozen figures out, in units of the SVG's view box.

Nothing here knows a request or a screen: the same figure goes into a page and into a PDF.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor, log10

from core.dates import MONTHS, add_months, format_date
from core.money import format_euros, round_cents

WIDTH = 760
INK = "#4a5b65"
GRID = "#d9d4c8"
BRAND = "#0f5257"
WASH = "#e3efee"
ACCENT = "#b4481e"
FILLS = ((BRAND, BRAND), (WASH, BRAND), ("#f3dfae", "#7a5a00"))
"""Fill and outline of the first, second and third series: told apart without colour by their lightness."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle, or the lozenge inscribed in it."""

    x: float
    y: float
    width: float
    height: float
    fill: str = BRAND
    stroke: str = BRAND
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = GRID
    width: float = 1
    dash: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A word; `anchor` is "start", "middle" or "end"."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    fill: str = INK
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing and the table that says the same to readers."""

    title: str
    width: int
    height: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...] = ()
    boxes: tuple[Box, ...] = ()
    lozenges: tuple[Box, ...] = ()
    texts: tuple[Text, ...] = ()
    path: str = ""
    dots: tuple[tuple[float, float], ...] = ()
    legend: tuple[tuple[str, str, str], ...] = ()

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    """A mission: from its start to its end; an outline when optional, nothing before it starts."""

    label: str
    start: date | None
    end: date | None
    is_optional: bool = False
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class TimelineMark:
    """An event on the line of events under the missions."""

    on: date
    label: str


@dataclass(frozen=True, kw_only=True)
class BarGroup:
    """Amounts under one label, in the order of the series; None where there is none."""

    label: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A value over its label; `at` places it on the axis when it is a number."""

    label: str
    value: Decimal | None
    at: Decimal | None = None


LABELS = 186  # room for the names at the left
RIGHT = WIDTH - 14
ROW = 28
TOP = 18


def timeline(
    start: date,
    end: date,
    today: date,
    rows: Sequence[TimelineRow],
    title: str,
    marks: Sequence[TimelineMark] = (),
) -> Figure:
    """Draw missions between `start` (signature) and `end` (the term), a line a year, and the day itself.

    Raises ValueError when the contract ends before it starts.
    """
    if end <= start:
        raise ValueError("la frise finit avant de commencer")
    days = (end - start).days

    def x(day: date) -> float:
        inside = min(max((day - start).days, 0), days)
        return round(LABELS + (RIGHT - LABELS) * inside / days, 1)

    bottom = TOP + 8 + ROW * (len(rows) + bool(marks))
    years = _years(start, end)
    lines = [Line(x1=x(day), y1=TOP, x2=x(day), y2=bottom) for day, _label in years]
    texts = [
        Text(x=x(day), y=12, text=label, anchor=_anchor(position, len(years)))
        for position, (day, label) in enumerate(years)
    ]
    boxes = []
    for number, row in enumerate(rows):
        middle = TOP + 8 + ROW * number + ROW / 2
        texts.append(Text(x=0, y=middle + 4, text=_short(row.label, 28)))
        if row.start and row.start < end:
            boxes.append(_mission(row, x(row.start), x(row.end or end), middle))
    lozenges = [_mark(mark, x(mark.on), bottom - ROW / 2) for mark in marks]
    if marks:
        texts.append(Text(x=0, y=bottom - ROW / 2 + 4, text="Dialogues et signatures"))
    if start <= today <= end:
        lines.append(Line(x1=x(today), y1=TOP, x2=x(today), y2=bottom + 6, stroke=ACCENT, width=2))
        anchor = "end" if x(today) > RIGHT - 40 else "middle"
        texts.append(Text(x=x(today), y=bottom + 19, text="aujourd’hui", anchor=anchor, fill=ACCENT, is_strong=True))
    return Figure(
        title=title,
        width=WIDTH,
        height=int(bottom + 26),
        heads=("Mission ou événement", "Début", "Fin", "État"),
        rows=(
            *(_timeline_line(row, end) for row in rows),
            *((m.label, format_date(m.on), "", "") for m in marks),
        ),
        lines=tuple(lines),
        boxes=tuple(boxes),
        lozenges=tuple(lozenges),
        texts=tuple(texts),
    )


def _years(start: date, end: date) -> list[tuple[date, str]]:
    """Return the anniversaries from the signature to the term, with what is written over them."""
    days = [start]
    while (following := add_months(start, 12 * len(days))) < end:
        days.append(following)
    names = ["signature", *(f"{MONTHS[day.month - 1]} {day.year}" for day in days[1:]), "échéance"]
    return list(zip([*days, end], names, strict=True))


def _anchor(position: int, count: int) -> str:
    return "end" if position == count - 1 else "middle"


def _mission(row: TimelineRow, left: float, right: float, middle: float) -> Box:
    return Box(
        x=left,
        y=middle - 7,
        width=round(max(right - left, 2), 1),
        height=14,
        fill=WASH if row.is_optional else BRAND,
        title=f"{row.label} : à partir du {format_date(row.start)}",
    )


def _mark(mark: TimelineMark, middle: float, y: float) -> Box:
    return Box(x=middle, y=y, width=6, height=6, fill=INK, stroke=INK, title=f"{mark.label} : {format_date(mark.on)}")


def _timeline_line(row: TimelineRow, end: date) -> tuple[str, ...]:
    if not row.start:
        return (row.label, "non démarrée", "", row.state)
    return (row.label, format_date(row.start), format_date(row.end or end), row.state)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def bars(title: str, groups: Sequence[BarGroup], series: Sequence[str]) -> Figure:
    """Draw amounts as horizontal bars, one a series under each label, with the amount at its end."""
    highest = max((value for group in groups for value in group.values if value is not None), default=Decimal(0))
    room = WIDTH - LABELS - 110  # the amount is written after its bar
    boxes, texts, y = [], [], 8.0
    for group in groups:
        texts.append(Text(x=0, y=y + 9 * len(group.values) + 4, text=_short(group.label, 28)))
        for number, value in enumerate(group.values):
            width = _share(value, highest, room)
            fill, stroke = FILLS[number % len(FILLS)]
            words = "–" if value is None else format_euros(round_cents(value))
            if width:
                boxes.append(Box(x=LABELS, y=y + 2, width=width, height=14, fill=fill, stroke=stroke, title=words))
            texts.append(Text(x=round(LABELS + width + 6, 1), y=y + 13, text=words, is_strong=number == 0))
            y += 18
        y += 12
    return Figure(
        title=title,
        width=WIDTH,
        height=int(max(y, 30)),
        heads=("", *series),
        rows=tuple((group.label, *(_amount(value) for value in group.values)) for group in groups),
        lines=(Line(x1=LABELS, y1=4, x2=LABELS, y2=max(y - 8, 8)),),
        boxes=tuple(boxes),
        texts=tuple(texts),
        legend=tuple((name, *FILLS[number % len(FILLS)]) for number, name in enumerate(series)),
    )


def _share(value: Decimal | None, highest: Decimal, room: float) -> float:
    """Return the length of a bar; at least 2 units for an amount above zero."""
    if not value or value < 0 or not highest:
        return 0
    return round(max(float(value / highest) * room, 2), 1)


def _amount(value: Decimal | None) -> str:
    return "–" if value is None else format_euros(round_cents(value))


PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM = 64, WIDTH - 118, 20, 210
LABEL_GAP = 15  # between two words one above the other


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
    known = [point.value for point in points if point.value is not None]
    levels = [value for value in (*known, target, baseline) if value is not None] or [Decimal(0)]
    ticks = _ticks(_floor(levels), max(levels))
    low, high = ticks[0], ticks[-1]

    def y(value: Decimal) -> float:
        return round(PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * float((value - low) / (high - low)), 1)

    places = _places(points)
    lines = [Line(x1=PLOT_LEFT, y1=y(tick), x2=PLOT_RIGHT, y2=y(tick)) for tick in ticks]
    texts = [Text(x=PLOT_LEFT - 8, y=y(tick) + 4, text=_number(tick), anchor="end") for tick in ticks]
    for level, name, stroke, dash, nudge in _levels(target, baseline, y):
        words = f"{name} {_number(level)}{_unit(unit)}"
        lines.append(Line(x1=PLOT_LEFT, y1=y(level), x2=PLOT_RIGHT, y2=y(level), stroke=stroke, width=2, dash=dash))
        texts.append(Text(x=PLOT_RIGHT + 6, y=round(y(level) + 4 + nudge, 1), text=words, fill=stroke))
    dots = [
        None if point.value is None else (place, y(point.value)) for place, point in zip(places, points, strict=True)
    ]
    for place, point, dot in zip(places, points, dots, strict=True):
        texts.append(Text(x=place, y=PLOT_BOTTOM + 18, text=_short(point.label, 16), anchor="middle"))
        if dot and not steps:
            texts.append(Text(x=place, y=dot[1] - 9, text=_number(point.value), anchor="middle", is_strong=True))
    return Figure(
        title=title,
        width=WIDTH,
        height=PLOT_BOTTOM + 28,
        heads=("", "Valeur"),
        rows=tuple(
            (point.label, "–" if point.value is None else _number(point.value) + _unit(unit)) for point in points
        ),
        lines=tuple(lines),
        texts=tuple(texts),
        path=_path(dots, steps),
        dots=tuple(dot for dot in dots if dot),
    )


def _floor(levels: Sequence[Decimal]) -> Decimal:
    """Return where the axis starts: zero, unless every level is far above it and close to the others."""
    lowest, highest = min(levels), max(levels)
    return lowest if lowest > 0 and highest - lowest < lowest / 2 and lowest != highest else min(lowest, Decimal(0))


def _levels(target: Decimal | None, baseline: Decimal | None, y) -> list[tuple]:
    """Return the lines across, with how far their words move so that they do not touch."""
    nudge = 0.0
    if target is not None and baseline is not None and abs(y(target) - y(baseline)) < LABEL_GAP:
        nudge = (LABEL_GAP - abs(y(target) - y(baseline))) / 2 * (-1 if target >= baseline else 1)
    known = (
        (target, "cible", ACCENT, "6 4", nudge),
        (baseline, "référence", INK, "2 4", -nudge),
    )
    return [line for line in known if line[0] is not None]


def _places(points: Sequence[CurvePoint]) -> list[float]:
    """Return where each point stands: by its number when all have one, evenly otherwise."""
    left, width = PLOT_LEFT + 24, PLOT_RIGHT - PLOT_LEFT - 48
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
