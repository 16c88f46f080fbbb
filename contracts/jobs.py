"""What the days bring to contracts by themselves: their end, notified or by term, and a newer national agreement."""

from celery import shared_task

from contracts import actions
from contracts.models import Contract
from core import clock


@shared_task
def follow_contracts() -> int:
    """End the contracts whose notified day (R19) or term (R3) has come, and send back to negotiation those that a
    newer agreement caught before their last signature (R2). Return how many were looked at."""
    today = clock.today()
    rows = [
        *((actions.end_contract, contract) for contract in Contract.objects.ending_on(today)),
        *((actions.end_contract, contract) for contract in Contract.objects.expired_on(today)),
        *((actions.follow_agreement, contract) for contract in Contract.objects.awaiting_signature()),
    ]
    for follow, contract in rows:
        follow(contract=contract)
    return len(rows)
