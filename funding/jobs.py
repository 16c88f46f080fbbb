"""What time does in this room."""

from celery import shared_task

from contracts.models import Contract
from core.sweeps import SWEEP_LIMITS, one_by_one
from funding import actions


@shared_task(**SWEEP_LIMITS)
def follow_schedule() -> int:
    """Make due the payments of the day, contract by contract; return how many."""
    created = one_by_one(Contract.objects.active(), lambda contract: actions.follow_schedule(contract=contract))
    return sum(map(len, created))
