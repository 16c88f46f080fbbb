"""What the days bring to contracts by themselves: their end, notified or by term, and a newer national agreement."""

from celery import shared_task

from contracts import actions
from contracts.enums import AmendmentStatus
from contracts.models import Amendment, Contract
from core import clock
from core.sweeps import SWEEP_LIMITS, one_by_one


@shared_task(**SWEEP_LIMITS)
def follow_contracts() -> int:
    """Follow each contract and each amendment that the day concerns; return how many.

    Contracts end whose notified day (R19) or term (R3) has come; those that a newer agreement (R2) or the last day to
    sign caught before their last signature go back to negotiation, and late amendments to their draft.
    """
    today = clock.today()
    late = Amendment.objects.filter(status=AmendmentStatus.SIGNING, document__expires_on__lt=today)
    followed = [
        one_by_one(Contract.objects.ending_on(today), lambda contract: actions.end_contract(contract=contract)),
        one_by_one(Contract.objects.expired_on(today), lambda contract: actions.end_contract(contract=contract)),
        one_by_one(Contract.objects.awaiting_signature(), lambda contract: actions.follow_signing(contract=contract)),
        one_by_one(late.select_related("contract"), lambda amendment: actions.expire_amendment(amendment=amendment)),
    ]
    return sum(map(len, followed))
