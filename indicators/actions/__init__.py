"""Writes of the indicators room: the programme, what it is made of, and the values of its year."""

from indicators.actions.content import delete_action, delete_indicator, save_action, save_indicator
from indicators.actions.programme import (
    agree_mission,
    agree_programme,
    close_programme,
    copy_programme,
    create_programme,
    open_programme,
    reopen_programme,
    revise_programme,
    set_programme_missions,
    share_programme,
    start_mission,
)
from indicators.actions.rows import FROZEN, why_values_wait
from indicators.actions.values import (
    add_evidence,
    confirm_value,
    contest_value,
    deposit_deliverable,
    enter_value,
    settle_indicator,
)

__all__ = [
    "FROZEN",
    "add_evidence",
    "agree_mission",
    "agree_programme",
    "close_programme",
    "confirm_value",
    "contest_value",
    "copy_programme",
    "create_programme",
    "delete_action",
    "delete_indicator",
    "deposit_deliverable",
    "enter_value",
    "open_programme",
    "reopen_programme",
    "revise_programme",
    "save_action",
    "save_indicator",
    "set_programme_missions",
    "settle_indicator",
    "share_programme",
    "start_mission",
    "why_values_wait",
]
