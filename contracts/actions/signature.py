"""The signature of a contract: given, refused, too late, or overtaken by a newer agreement."""

from functools import partial

from django.db import transaction

from accounts.permissions import Act, check
from agreements.models import AgreementVersion
from contracts import assemblers, lifecycle, notifications, transitions
from contracts.enums import ContractStatus
from contracts.lifecycle import Transition
from contracts.models import Contract
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.dates import format_date
from core.errors import TransitionNotAllowed
from documents.actions import close_round, refuse_document, sign_document
from documents.actions.signature import Outside
from indicators import actions as indicator_actions


@transaction.atomic
def sign_contract(*, actor: Actor, contract: Contract, outside: Outside | None = None) -> Contract:
    """Sign for the actor's organisation, after a fresh second factor that the view checks; the last signature binds.

    `outside` is what was signed out of the portal: a file, or the copy of a paper. Returns the contract: ACTIVE
    after the last signature, or back in NEGOTIATION, unsigned, when a newer national agreement came into force
    meanwhile (R2) or when the last day to sign has passed. Raises DomainError when the document is not ready or
    already signed, or when the file is refused.
    """
    check(actor, Act.SIGN)
    contract = transitions.lock_for_party(actor, contract)
    if contract.status != ContractStatus.SIGNING:
        raise TransitionNotAllowed("Le contrat n’est pas en signature.")
    if _newer_agreement(contract):
        return _return_to_negotiation(contract)
    if contract.document.has_expired:
        return _expire_signature(contract)
    document = sign_document(actor=actor, document=contract.document, outside=outside)
    contract.document = document
    audit.record(actor, "contract.sign", contract, after={"side": actor.side, "document": document})
    if document.is_signed:
        transitions.activate(contract, actor)
    return contract


@transaction.atomic
def refuse_signature(*, actor: Actor, contract: Contract, reason: str) -> Contract:
    """Refuse to sign, with a reason: the negotiation opens again and every consent is withdrawn."""
    check(actor, Act.SIGN)
    contract = transitions.lock_for_party(actor, contract)
    lifecycle.target_of(Transition.REFUSE_SIGNATURE, status=contract.status, side=actor.side, comment=reason)
    refused = refuse_document(actor=actor, document=contract.document, reason=reason)
    _reopen(contract, actor, Transition.REFUSE_SIGNATURE, reason, because="la signature a été refusée")
    transaction.on_commit(partial(notifications.signature_refused, contract, refused, actor.organisation_name, reason))
    return contract


@transaction.atomic
def follow_signing(*, contract: Contract) -> Contract:
    """Send back to negotiation a contract awaiting signatures when a newer agreement is in force (R2), or when the
    last day to sign has passed. Idempotent."""
    contract = transitions.lock(contract)
    if contract.status not in (ContractStatus.AGREED, ContractStatus.SIGNING):
        return contract
    if _newer_agreement(contract):
        return _return_to_negotiation(contract)
    if contract.document and contract.document.has_expired:
        return _expire_signature(contract)
    return contract


def _newer_agreement(contract: Contract) -> bool:
    return AgreementVersion.objects.in_force_on(clock.today()) != contract.agreement_version


def _return_to_negotiation(contract: Contract) -> Contract:
    newer = AgreementVersion.objects.in_force_on(clock.today())
    reason = f"Un nouvel accord national est en vigueur : {newer.label}."
    former = contract.document
    _reopen(contract, SYSTEM, Transition.NEWER_AGREEMENT, reason, because="un nouvel accord est en vigueur")
    transaction.on_commit(partial(notifications.negotiation_reopened, contract, former, reason))
    return contract


def _expire_signature(contract: Contract) -> Contract:
    former = contract.document
    day = format_date(former.expires_on)
    reason = f"Le {day}, dernier jour pour signer, est passé sans toutes les signatures."
    _reopen(contract, SYSTEM, Transition.EXPIRE_SIGNATURE, reason, because="le délai de signature est dépassé")
    transaction.on_commit(partial(notifications.negotiation_reopened, contract, former, reason))
    return contract


def _reopen(contract: Contract, actor: Actor, transition: Transition, reason: str, *, because: str) -> None:
    """Put a contract back in negotiation: nothing fixed stays fixed, the document of this round binds nobody."""
    close_round(actor=actor, document=contract.document, because=reason)
    transitions.move(
        contract,
        actor,
        transition,
        reason,
        agreement_version=None,
        population=None,
        population_year=None,
        size=None,
        agreed_on=None,
        agreed_hash="",
        document=None,
    )
    indicator_actions.reopen_programme(actor=actor, programme=assemblers.first_programme(contract))
    transitions.withdraw_consents(contract, because)
