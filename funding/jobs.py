"""What time does in this room."""

from celery import shared_task

from contracts.models import Contract
from funding import actions


@shared_task
def follow_schedule() -> int:
    """Make due the payments of the day, contract by contract; return how many."""
    return sum(len(actions.follow_schedule(contract=contract)) for contract in Contract.objects.active())
