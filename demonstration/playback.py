"""Playing the past: stories told day by day, each act on its own day, in the order of the calendar.

A story is a generator. It yields the day on which it goes on; what comes after runs on that day, by the actions of
the rooms and their real actors. It stops where today finds it: the state of a dossier is that of its last act.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from core import clock

Story = Iterator[date]

OFFICE_OPENS = time(9, 5)
BETWEEN_ACTS = timedelta(minutes=7)
ACTS_IN_A_DAY = 60  # then it starts again at nine: no act of a crowded day is later than the office closes


def play(stories: Iterable[Story], *, until: date) -> int:
    """Play every story up to the day before `until`; return how many acts were played."""
    turn = count()
    queue = [entry for story in stories if (entry := _next_entry(story, turn))]
    heapq.heapify(queue)
    played, day, in_day = 0, date.min, 0
    while queue and queue[0][0] < until:
        when, _turn, story = heapq.heappop(queue)
        in_day = in_day + 1 if when == day else 0
        day = when
        with clock.held_offset(offset_of(day, in_day)):
            entry = _next_entry(story, turn)
        played += 1
        if entry:
            heapq.heappush(queue, entry)
    for _when, _turn, story in queue:
        story.close()
    return played


def offset_of(day: date, act: int = 0) -> timedelta:
    """Return the offset of the clock that makes it office hours on `day`."""
    moment = datetime.combine(day, OFFICE_OPENS) + (act % ACTS_IN_A_DAY) * BETWEEN_ACTS
    return timezone.make_aware(moment) - timezone.now()


def _next_entry(story: Story, turn) -> tuple[date, int, Story] | None:
    """Go to the next day of a story; equal days keep the order in which they were asked for."""
    when = next(story, None)
    return (when, next(turn), story) if when else None
