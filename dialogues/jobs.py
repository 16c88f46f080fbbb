"""What time does in this room."""

from celery import shared_task

from contracts.models import Contract
from core.sweeps import SWEEP_LIMITS, one_by_one
from dialogues import actions


@shared_task(**SWEEP_LIMITS)
def follow_calendar() -> int:
    """Create the dialogues that the calendar calls for (R16), contract by contract; return how many."""
    created = one_by_one(Contract.objects.signed(), lambda contract: actions.follow_calendar(contract=contract))
    return sum(map(len, created))
