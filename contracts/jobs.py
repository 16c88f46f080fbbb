"""What the days bring to contracts by themselves: their end, notified or by term, and a newer national agreement."""

from celery import shared_task

from contracts import actions
from contracts.enums import AmendmentStatus
from contracts.models import Amendment, Contract
from core import clock


@shared_task
def follow_contracts() -> int:
    """End the contracts whose notified day (R19) or term (R3) has come, and send back to negotiation those that a
    newer agreement (R2) or the last day to sign caught before their last signature. Return how many were looked at."""
    today = clock.today()
    rows = [
        *((actions.end_contract, contract) for contract in Contract.objects.ending_on(today)),
        *((actions.end_contract, contract) for contract in Contract.objects.expired_on(today)),
        *((actions.follow_signing, contract) for contract in Contract.objects.awaiting_signature()),
    ]
    for follow, contract in rows:
        follow(contract=contract)
    late = Amendment.objects.filter(status=AmendmentStatus.SIGNING, document__expires_on__lt=today)
    for amendment in late.select_related("contract"):
        actions.expire_amendment(amendment=amendment)
    return len(rows) + len(late)
