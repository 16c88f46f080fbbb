"""Geometry of the bars of money: plain values in, frozen figures out (`core.figures`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.figures import FILLS, NARROW, TEXT_LINE, WIDE, Box, Figure, Frame, Line, Text, lines_of_text, wrapped
from core.money import format_euros, round_cents

AMOUNT_ROOM = 110  # the amount is written after its bar


@dataclass(frozen=True, kw_only=True)
class BarGroup:
    """Amounts under one label, in the order of the series; None where there is none."""

    label: str
    values: tuple[Decimal | None, ...]


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
        is_measured=True,
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
