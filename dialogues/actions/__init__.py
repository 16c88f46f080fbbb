"""Writes of the dialogues room: the calendar, the minutes and what closing them decides, the annual annex."""

from dialogues.actions.annexes import refuse_annex, send_annex_again, sign_annex
from dialogues.actions.calendar import call_extraordinary, convene, follow_calendar, open_negotiation
from dialogues.actions.minutes import STALE, approve_minutes, hold, reopen_minutes, revise, send_minutes, write_minutes

__all__ = [
    "STALE",
    "approve_minutes",
    "call_extraordinary",
    "convene",
    "follow_calendar",
    "hold",
    "open_negotiation",
    "refuse_annex",
    "reopen_minutes",
    "revise",
    "send_annex_again",
    "send_minutes",
    "sign_annex",
    "write_minutes",
]
