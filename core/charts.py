"""Geometry of the timeline and of the bars: plain values in, frozen figures out (`core.figures`).

Nothing here knows a request or a screen: the same figure goes into a page and into a PDF.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.dates import MONTHS, add_months, format_date
from core.figures import (
    ACCENT,
    BRAND,
    FILLS,
    INK,
    NARROW_WIDTH,
    TEXT_LINE,
    WASH,
    WIDTH,
    Box,
    Figure,
    Frame,
    Line,
    Text,
    lines_of_text,
    wrapped,
)
from core.money import format_euros, round_cents

WIDE = Frame(width=WIDTH, left=186, right=WIDTH - 14, name_length=28)
NARROW = Frame(width=NARROW_WIDTH, left=8, right=NARROW_WIDTH - 8, name_length=48, names_above=True)
AMOUNT_ROOM = 110  # the amount is written after its bar
ROW = 28
TOP = 18


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    """A mission: from its start to its end; an outline while it is only planned, nothing before it starts."""

    label: str
    start: date | None
    end: date | None
    is_planned: bool = False
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
class Place:
    """Where a row stands: its name, the middle of what is drawn on it, the top of the next one."""

    name: list[Text]
    middle: float
    bottom: float


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
    wide, narrow = (_timeline(frame, start, end, today, rows, title, marks) for frame in (WIDE, NARROW))
    return replace(wide, narrow=narrow)


def _timeline(
    frame: Frame,
    start: date,
    end: date,
    today: date,
    rows: Sequence[TimelineRow],
    title: str,
    marks: Sequence[TimelineMark],
) -> Figure:
    days = (end - start).days

    def x(day: date) -> float:
        inside = min(max((day - start).days, 0), days)
        return round(frame.left + (frame.right - frame.left) * inside / days, 1)

    places = _places(frame, [row.label for row in rows] + ["Dialogues et signatures"] * bool(marks))
    bottom = places[-1].bottom if places else TOP + 8
    years = _years(frame, start, end)
    lines = [Line(x1=x(day), y1=y1, x2=x(day), y2=y2) for day, _label in years for y1, y2 in _heights(frame, places)]
    texts = [
        Text(x=x(day), y=12, text=label, anchor=_anchor(frame, x(day), position == len(years) - 1))
        for position, (day, label) in enumerate(years)
    ]
    texts += [text for place in places for text in place.name]
    boxes = [
        _mission(row, x(row.start), x(row.end or end), place.middle)
        for row, place in zip(rows, places, strict=False)
        if row.start and row.start < end
    ]
    lozenges = [_mark(mark, x(mark.on), places[-1].middle) for mark in marks]
    if start <= today <= end:
        heights = [*_heights(frame, places), (bottom, bottom + 6)]
        lines += [Line(x1=x(today), y1=y1, x2=x(today), y2=y2, stroke=ACCENT, width=2) for y1, y2 in heights]
        anchor = _anchor(frame, x(today), x(today) > frame.right - 40)
        texts.append(Text(x=x(today), y=bottom + 19, text="aujourd’hui", anchor=anchor, fill=ACCENT, is_strong=True))
    return Figure(
        title=title,
        width=frame.width,
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


def _places(frame: Frame, names: Sequence[str]) -> list[Place]:
    """Return where each row of a timeline stands, one under the other, with the whole of its name."""
    places, top = [], TOP + 8.0
    for name in names:
        height = TEXT_LINE * len(wrapped(name, frame.name_length))
        if frame.names_above:
            first, middle, bottom = top + 12, top + height + 10, top + height + 22
        else:
            bottom = top + max(ROW, height + 8)
            middle = (top + bottom) / 2
            first = middle + 4 - (height - TEXT_LINE) / 2
        texts = lines_of_text(name, frame.name_length, x=0, y=first)
        places.append(Place(name=texts, middle=middle, bottom=bottom))
        top = bottom
    return places


def _heights(frame: Frame, places: Sequence[Place]) -> list[tuple[float, float]]:
    """Return from where to where a line of a day goes down: a name above its bar is not crossed."""
    if frame.names_above:
        return [(place.middle - 9, place.bottom) for place in places]
    return [(TOP, places[-1].bottom if places else TOP + 8)]


def _years(frame: Frame, start: date, end: date) -> list[tuple[date, str]]:
    """Return the anniversaries from the signature to the term, with what is written over them."""
    days = [start]
    while (following := add_months(start, 12 * len(days))) < end:
        days.append(following)
    if frame.names_above:
        return [(day, str(day.year)) for day in [*days, end]]
    names = ["signature", *(f"{MONTHS[day.month - 1]} {day.year}" for day in days[1:]), "échéance"]
    return list(zip([*days, end], names, strict=True))


def _anchor(frame: Frame, x: float, is_last: bool) -> str:
    """Return where words stand around `x`, so that they stay inside the drawing."""
    if is_last:
        return "end"
    return "start" if frame.names_above and x < frame.left + 40 else "middle"


def _mission(row: TimelineRow, left: float, right: float, middle: float) -> Box:
    return Box(
        x=left,
        y=middle - 7,
        width=round(max(right - left, 2), 1),
        height=14,
        fill=WASH if row.is_planned else BRAND,
        title=f"{row.label} : à partir du {format_date(row.start)}",
    )


def _mark(mark: TimelineMark, x: float, y: float) -> Box:
    return Box(x=x, y=y, width=6, height=6, fill=INK, stroke=INK, title=f"{mark.label} : {format_date(mark.on)}")


def _timeline_line(row: TimelineRow, end: date) -> tuple[str, ...]:
    if not row.start:
        return (row.label, "non démarrée", "", row.state)
    return (row.label, format_date(row.start), format_date(row.end or end), row.state)


def bars(title: str, groups: Sequence[BarGroup], series: Sequence[str]) -> Figure:
    """Draw amounts as horizontal bars, one a series under each label, with the amount at its end."""
    wide, narrow = (_bars(frame, title, groups, series) for frame in (WIDE, NARROW))
    return replace(wide, narrow=narrow)


def _bars(frame: Frame, title: str, groups: Sequence[BarGroup], series: Sequence[str]) -> Figure:
    left = 1 if frame.names_above else frame.left
    room = frame.width - left - AMOUNT_ROOM
    highest = max((value for group in groups for value in group.values if value is not None), default=Decimal(0))
    boxes: list[Box] = []
    texts: list[Text] = []
    y = 8.0
    for group in groups:
        names = TEXT_LINE * len(wrapped(group.label, frame.name_length))
        height = 18 * len(group.values)
        first = y + 12 if frame.names_above else y + max(height, names) / 2 + 4 - (names - TEXT_LINE) / 2
        texts += lines_of_text(group.label, frame.name_length, x=0, y=first)
        top = y + names + 2 if frame.names_above else y
        for number, value in enumerate(group.values):
            width = _share(value, highest, room)
            line = top + 18 * number
            fill, stroke = FILLS[number % len(FILLS)]
            words = _amount(value)
            if width:
                boxes.append(Box(x=left, y=line + 2, width=width, height=14, fill=fill, stroke=stroke, title=words))
            texts.append(Text(x=round(left + width + 6, 1), y=line + 13, text=words, is_strong=number == 0))
        y = max(top + height, first + names - TEXT_LINE) + 12
    return Figure(
        title=title,
        width=frame.width,
        height=int(max(y, 30)),
        heads=("", *series),
        rows=tuple((group.label, *(_amount(value) for value in group.values)) for group in groups),
        lines=() if frame.names_above else (Line(x1=left, y1=4, x2=left, y2=max(y - 8, 8)),),
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
