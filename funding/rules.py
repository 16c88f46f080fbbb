"""When a payment is made; how sums paid in excess are deducted from later ones (R18). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What is left of a payment, in euros: to deduct where it is negative, to pay where it is positive."""

    key: Any
    due_on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class DeductionPlan:
    """Euros to deduct from the payment `target` because `source` was paid in excess."""

    source: Any
    target: Any
    amount: Decimal


def plan_deductions(balances: Iterable[Balance]) -> list[DeductionPlan]:
    """R18: deduct each negative balance from what is due the same day, then from what falls due next.

    Takes what is left of the payments that nobody has ordered yet. What nothing absorbs waits for a later payment.
    """
    rows = sorted(balances, key=lambda row: row.due_on)
    left = {row.key: row.amount for row in rows}
    plans = []
    for source in (row for row in rows if row.amount < 0):
        for target in (row for row in rows if row.amount > 0 and row.due_on >= source.due_on):
            amount = min(-left[source.key], left[target.key])
            if amount <= 0:
                continue
            left[source.key] += amount
            left[target.key] -= amount
            plans.append(DeductionPlan(source=source.key, target=target.key, amount=amount))
    return plans


def check_paid_on(paid_on: date, *, ordered_on: date | None, today: date) -> None:
    """Refuse a payment made in the future, or before it was ordered."""
    if paid_on > today:
        raise DomainError("Un paiement ne peut pas être daté de l’avenir.", field="paid_on")
    if ordered_on and paid_on < ordered_on:
        raise DomainError("Le paiement ne peut pas précéder son ordonnancement.", field="paid_on")
