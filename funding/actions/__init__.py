"""Writes of the funding room: statements and what they make due, then orders and payments."""

from funding.actions.payments import cancel_payment, order_payment, order_period, pay_order, pay_payment
from funding.actions.statements import follow_schedule, issue_statement, revise_statement

__all__ = [
    "cancel_payment",
    "follow_schedule",
    "issue_statement",
    "order_payment",
    "order_period",
    "pay_order",
    "pay_payment",
    "revise_statement",
]
