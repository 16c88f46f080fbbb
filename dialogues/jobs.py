"""What time does in this room."""

from celery import shared_task

from contracts.models import Contract
from dialogues import actions


@shared_task
def follow_calendar() -> int:
    """Create the dialogues that the calendar calls for (R16), contract by contract; return how many."""
    return sum(len(actions.follow_calendar(contract=contract)) for contract in Contract.objects.signed())
