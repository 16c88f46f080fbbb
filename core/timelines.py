"""Geometry of the timeline of a contract: plain values in, frozen figures out (`core.figures`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.dates import MONTHS, add_months, format_date
from core.figures import (
    ACCENT,
    BRAND,
    INK,
    NARROW,
    TEXT_LINE,
    WASH,
    WIDE,
    Box,
    Figure,
    Frame,
    Line,
    Text,
    lines_of_text,
    wrapped,
)

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
class Period:
    """The days of a timeline, spread over a drawing."""

    frame: Frame
    start: date
    end: date

    def x(self, day: date) -> float:
        """Return where a day stands; a day outside stands at the nearest end."""
        days = (self.end - self.start).days
        inside = min(max((day - self.start).days, 0), days)
        return round(self.frame.left + (self.frame.right - self.frame.left) * inside / days, 1)

    @property
    def anniversaries(self) -> list[date]:
        """The first day, then its anniversaries before the last."""
        days = [self.start]
        while (following := add_months(self.start, 12 * len(days))) < self.end:
            days.append(following)
        return days


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
    periods = (Period(frame=frame, start=start, end=end) for frame in (WIDE, NARROW))
    wide, narrow = (_timeline(period, today, rows, title, marks) for period in periods)
    return replace(wide, narrow=narrow)


def _timeline(
    period: Period, today: date, rows: Sequence[TimelineRow], title: str, marks: Sequence[TimelineMark]
) -> Figure:
    frame = period.frame
    places = _places(frame, [row.label for row in rows] + ["Dialogues et signatures"] * bool(marks))
    bottom = places[-1].bottom if places else TOP + 8
    lines, texts = _year_lines(period, places)
    texts += [text for place in places for text in place.name]
    if period.start <= today <= period.end:
        heights = [*_heights(frame, places), (bottom, bottom + 6)]
        lines += _upright(period.x(today), heights, stroke=ACCENT, width=2)
        texts.append(_today(period, today, bottom + 19))
    return Figure(
        title=title,
        width=frame.width,
        height=int(bottom + 26),
        heads=("Mission ou événement", "Début", "Fin", "État"),
        rows=(
            *(_timeline_line(row, period.end) for row in rows),
            *((m.label, format_date(m.on), "", "") for m in marks),
        ),
        lines=tuple(lines),
        boxes=tuple(
            _mission(row, period.x(row.start), period.x(row.end or period.end), place.middle)
            for row, place in zip(rows, places, strict=False)
            if row.start and row.start < period.end
        ),
        lozenges=tuple(_mark(mark, period.x(mark.on), places[-1].middle) for mark in marks),
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


def _year_lines(period: Period, places: Sequence[Place]) -> tuple[list[Line], list[Text]]:
    """Return the lines of the anniversaries from the signature to the term, and what is written over them."""
    frame, days = period.frame, [*period.anniversaries, period.end]
    names = ["signature", *(f"{MONTHS[day.month - 1]} {day.year}" for day in days[1:-1]), "échéance"]
    names = [str(day.year) for day in days] if frame.names_above else names
    texts = [
        Text(x=x, y=12, text=name, anchor=_anchor(frame, x, day == period.end))
        for day, x, name in zip(days, map(period.x, days), names, strict=True)
    ]
    return [line for day in days for line in _upright(period.x(day), _heights(frame, places))], texts


def _upright(x: float, heights: Sequence[tuple[float, float]], **style) -> list[Line]:
    """Return the line of a day, in as many pieces as there are `heights`."""
    return [Line(x1=x, y1=top, x2=x, y2=bottom, **style) for top, bottom in heights]


def _today(period: Period, today: date, y: float) -> Text:
    x = period.x(today)
    anchor = _anchor(period.frame, x, x > period.frame.right - 40)
    return Text(x=x, y=y, text="aujourd’hui", anchor=anchor, fill=ACCENT, is_strong=True)


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
