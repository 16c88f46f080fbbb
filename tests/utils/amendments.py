"""An amendment brought to each of its states by the actions of the contract (R18)."""

from typing import Any

from accounts.models import Membership
from contracts import actions
from contracts.models import Amendment, Contract
from documents import jobs
from tests.utils.world import Tenant

SAME_SIZE: dict[str, Any] = {"new_size": None, "new_population": None}
LARGER: dict[str, Any] = {
    "reason": "Le territoire a grandi.",
    "takes_effect_year": 3,
    "new_size": 3,
    "new_population": 82_000,
    "agreement_version": None,
    "added": {},
    "dropped": [],
    "rewrites_clauses": False,
    "local_clauses": "",
    "updates_parties": False,
}


def draft_amendment(author: Membership, contract: Contract, **changes: Any) -> Amendment:
    """Return a draft: the size grows from the third year on (`LARGER`), but for `changes`."""
    return reload(actions.draft_amendment(actor=author.as_actor(), contract=contract, **{**LARGER, **changes}))


def consent_all(tenant: Tenant, amendment: Amendment) -> Amendment:
    """Have the three parties consent; the PDF is made."""
    for actor in tenant.consenting:
        actions.consent_to_amendment(actor=actor, amendment=amendment)
    amendment = reload(amendment)
    jobs.render_document(str(amendment.document_id))
    return reload(amendment)


def sign_all(tenant: Tenant, amendment: Amendment) -> Amendment:
    """Have the three parties sign."""
    for actor in tenant.signing:
        actions.sign_amendment(actor=actor, amendment=amendment)
    return reload(amendment)


def reload(amendment: Amendment) -> Amendment:
    """Return an amendment as its page reads it now."""
    return Amendment.objects.with_page().get(pk=amendment.pk)
