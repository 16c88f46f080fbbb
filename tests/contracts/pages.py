"""What the tests of the contracts' pages send: an address, the form of a draft, the code of a second factor."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from contracts.models import Contract
from tests.utils.factories import TOTP_SECRET


def url(name: str, contract: Contract) -> str:
    return reverse(f"contracts:{name}", args=[contract.pk])


def edit_data(contract: Contract, **changes) -> dict:
    starts = {
        f"start_{row.mission}": row.planned_start.isoformat() if row.planned_start else ""
        for row in contract.missions.all()
    }
    kept = {f"keep_{row.mission}": "on" for row in contract.missions.all()}
    return {
        "member_count": contract.member_count,
        "signing_order": contract.signing_order,
        "local_clauses": contract.local_clauses,
        "version": contract.lock_version,
        **starts,
        **kept,
        **changes,
    }


def code() -> str:
    """Return what the authentication application of the tests shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(TOTP_SECRET, counter))
