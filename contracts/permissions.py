"""Who may do what to a contract: asked by the views, the pages and the actions alike."""

from accounts.permissions import Act, may
from contracts import rules
from contracts.enums import AmendmentStatus, ContractStatus
from contracts.models import OPEN_AMENDMENTS, Amendment, Contract
from core.actor import Actor
from core.enums import PARTIES, Side
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent

EDIT_ACT = {
    ContractStatus.DRAFT: Act.DRAFT_CONTRACT,
    ContractStatus.NEGOTIATION: Act.PROPOSE_CONTRACT_CHANGE,
}


def is_party(actor: Actor, contract: Contract) -> bool:
    """The actor acts for one of the three parties of this contract."""
    return actor.organisation_id is not None and contract.party_id(actor.side) == actor.organisation_id


def can_draft(actor: Actor) -> bool:
    """The coordinator and the president of a CPTS draft its contract."""
    return may(actor, Act.DRAFT_CONTRACT)


def can_edit(actor: Actor, contract: Contract) -> bool:
    """The CPTS writes its draft; in negotiation, the officers of the two authorities also propose changes."""
    act = EDIT_ACT.get(contract.status)
    return act is not None and is_party(actor, contract) and may(actor, act)


def can_consent(actor: Actor, contract: Contract) -> bool:
    """The president or her delegate, and the officers of the two authorities, consent in negotiation."""
    return contract.status == ContractStatus.NEGOTIATION and is_party(actor, contract) and may(actor, Act.CONSENT)


def can_sign(actor: Actor, contract: Contract) -> bool:
    """The president, the signatories and their delegates sign, or refuse to."""
    return contract.status == ContractStatus.SIGNING and is_party(actor, contract) and may(actor, Act.SIGN)


def can_abandon(actor: Actor, contract: Contract) -> bool:
    """The CPTS abandons a contract until it is agreed."""
    is_open = contract.status in (ContractStatus.DRAFT, ContractStatus.NEGOTIATION)
    return is_open and is_party(actor, contract) and may(actor, Act.DRAFT_CONTRACT)


def can_declare_crisis(actor: Actor, contract: Contract) -> bool:
    """The ARS records a crisis declared on the territory of a contract in force (R10)."""
    is_active = contract.status == ContractStatus.ACTIVE
    return is_active and is_party(actor, contract) and may(actor, Act.DECLARE_CRISIS)


def can_terminate(actor: Actor, contract: Contract) -> bool:
    """The president, the signatories and their delegates end a contract in force, once (R19)."""
    is_running = contract.status == ContractStatus.ACTIVE and contract.termination is None
    return is_running and may_end(actor, contract)


def can_withdraw_termination(actor: Actor, contract: Contract) -> bool:
    """Who notified the end takes it back; an accord that is not complete, any party."""
    termination = contract.termination
    if termination is None or contract.status != ContractStatus.ACTIVE or not may_end(actor, contract):
        return False
    return rules.may_withdraw(
        termination.side, actor.side, needs_accord=termination.needs_accord, is_agreed=termination.is_agreed
    )


def can_set_rates(actor: Actor, contract: Contract) -> bool:
    """Those who may end a contract propose the rates of the year cut short, until it is settled (R19)."""
    termination = contract.termination
    return termination is not None and termination.settled_on is None and may_end(actor, contract)


def can_agree_termination(actor: Actor, contract: Contract) -> bool:
    """Those who may end a contract agree on the terms of its end, once there is something to agree on."""
    if not can_set_rates(actor, contract):
        return False
    termination = contract.termination
    has_terms = termination.needs_accord or bool(termination.rate_values())
    return has_terms and all(consent.side != actor.side for consent in termination.standing_consents())


def may_end(actor: Actor, contract: Contract) -> bool:
    """The actor acts for a party, in a role that ends contracts or agrees on their end."""
    return is_party(actor, contract) and may(actor, Act.TERMINATE)


def can_draft_amendment(actor: Actor, contract: Contract) -> bool:
    """Each party drafts an amendment of a contract in force, one at a time (R18)."""
    is_free = all(amendment.status not in OPEN_AMENDMENTS for amendment in contract.amendments.all())
    return contract.status == ContractStatus.ACTIVE and is_free and may_propose(actor, contract)


def can_edit_amendment(actor: Actor, amendment: Amendment) -> bool:
    """The three parties write an amendment until it is agreed, or abandon it."""
    is_running = amendment.contract.status == ContractStatus.ACTIVE
    return is_running and amendment.is_draft and may_propose(actor, amendment.contract)


def can_consent_to_amendment(actor: Actor, amendment: Amendment) -> bool:
    """Those who consent to a contract consent to its amendments."""
    return amendment.is_draft and is_party(actor, amendment.contract) and may(actor, Act.CONSENT)


def can_sign_amendment(actor: Actor, amendment: Amendment) -> bool:
    """Those who sign a contract sign its amendments, or refuse to."""
    is_signing = amendment.status == AmendmentStatus.SIGNING
    return is_signing and is_party(actor, amendment.contract) and may(actor, Act.SIGN)


def may_propose(actor: Actor, contract: Contract) -> bool:
    """The actor acts for a party, in a role that proposes changes of the contract."""
    return is_party(actor, contract) and may(actor, Act.PROPOSE_CONTRACT_CHANGE)


def check_party(actor: Actor, contract: Contract) -> None:
    """Raise NotAllowed unless the actor acts for a party of this contract, or for the portal itself."""
    if actor.side != Side.SYSTEM and not is_party(actor, contract):
        raise NotAllowed("Seules les trois parties agissent sur ce contrat.")


def check_one_party(actor: Actor, contract: Contract) -> None:
    """Raise DomainError when this person already acted on this contract for another party (design §1).

    The journal knows: every write on a contract leaves an entry with the person and the side.
    """
    if actor.user_id is None:
        return
    other = (
        AuditEvent.objects.filter(
            object_type=contract._meta.label,
            object_id=str(contract.pk),
            user_id=actor.user_id,
            side__in=PARTIES,
        )
        .exclude(side=actor.side)
        .values_list("organisation_name", flat=True)
        .first()
    )
    if other is not None:
        raise DomainError(
            f"Vous avez déjà agi pour {other} sur ce contrat : une même personne n’agit jamais pour deux parties."
        )
