"""How the state of a contract changes: under lock, by the table, with both traces; and how consents are withdrawn."""

from functools import partial
from typing import Any

from django.db import transaction

from contracts import assemblers, lifecycle, notifications
from contracts.lifecycle import Transition
from contracts.models import DURATION_YEARS, Amendment, Contract, ContractTransition
from contracts.permissions import check_one_party, check_party
from core import audit, clock
from core.actor import Actor
from core.dates import anniversary
from core.locking import read_locked
from indicators.actions import open_programme
from indicators.models import Programme

CONTENT_CHANGED = "le contenu a changé"


def lock(contract: Contract) -> Contract:
    """Read the contract again under lock, then its programmes: a double click loses politely.

    Someone who writes in a programme at this instant waits, or is waited for: what is read of it is one content, and
    it is not held by someone who waits for the journal (`core.audit`).
    """
    rows = Contract.objects.with_parties().select_related("health_project", "agreement_version", "document")
    contract = read_locked(rows, contract.pk)
    programmes = Programme.objects.filter(contract_year__contract=contract).order_by("pk")
    list(programmes.select_for_update(of=("self",)))
    return contract


def lock_for_party(actor: Actor, contract: Contract) -> Contract:
    """Lock a contract for one of its three parties, or for the portal itself.

    Raises NotAllowed for anyone else, DomainError for a person who already acted on it for another party.
    """
    contract = lock(contract)
    check_party(actor, contract)
    check_one_party(actor, contract)
    return contract


def move(contract: Contract, actor: Actor, transition: Transition, comment: str = "", **facts: Any) -> None:
    """Change the state of a locked contract with the facts that go with it, and leave both traces."""
    source = contract.status
    contract.status = lifecycle.target_of(transition, status=source, side=actor.side, comment=comment)
    for name, value in facts.items():
        setattr(contract, name, value)
    contract.save(update_fields=["status", "updated_at", *facts])
    audit.log_transition(ContractTransition, actor, contract, transition, source=source, comment=comment)
    after = {"status": contract.status, **facts}
    if comment:
        after["reason"] = comment.strip()
    audit.record(actor, f"contract.{transition.value}", contract, before={"status": source}, after=after)


def activate(contract: Contract, actor: Actor) -> None:
    """R3: the last signature puts the contract in force and opens its first year."""
    signed_on = clock.today()
    move(
        contract,
        actor,
        Transition.ACTIVATE,
        signed_on=signed_on,
        ends_on=anniversary(signed_on, DURATION_YEARS),
    )
    year = contract.years.select_related("programme").get(number=1)
    year.opening_size = year.size = contract.size
    year.opening_members = year.members = contract.member_count
    year.save(update_fields=["opening_size", "size", "opening_members", "members", "updated_at"])
    open_programme(actor=actor, programme=year.programme, starts_on=year.starts_on, ends_on=year.ends_on)
    transaction.on_commit(partial(notifications.contract_in_force, contract))


def withdraw_stale_consents(subject: Contract | Amendment, digest: str | None = None) -> None:
    """Withdraw the consents given to another content than the present one; the pages and the history say so."""
    digest = digest or assemblers.content_hash(subject)
    stale = subject.consents.filter(withdrawn_at__isnull=True).exclude(content_hash=digest)
    stale.update(withdrawn_at=clock.now(), withdrawn_because=CONTENT_CHANGED)


def withdraw_consents(subject: Contract | Amendment, because: str) -> None:
    """Withdraw every consent, with the reason shown."""
    given = subject.consents.filter(withdrawn_at__isnull=True)
    given.update(withdrawn_at=clock.now(), withdrawn_because=because)
