"""What the days bring to contracts by themselves: the term of five years, and a newer national agreement."""

from celery import shared_task

from contracts import actions
from contracts.models import Contract
from core import clock


@shared_task
def follow_contracts() -> int:
    """Expire the contracts whose term has passed (R3), and send back to negotiation those that a newer agreement
    caught before their last signature (R2). Return how many were looked at."""
    rows = [
        *((actions.expire_contract, contract) for contract in Contract.objects.expired_on(clock.today())),
        *((actions.follow_agreement, contract) for contract in Contract.objects.awaiting_signature()),
    ]
    for follow, contract in rows:
        follow(contract=contract)
    return len(rows)
