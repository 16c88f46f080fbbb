"""The lifecycles of a contract and of its amendments (design §3), as tables. Pure; docs/lifecycle.md shows the same."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.enums import AmendmentStatus, ContractStatus
from core.enums import PARTIES, Side
from core.errors import DomainError, TransitionNotAllowed


class Transition(StrEnum):
    """What happens to a contract."""

    OPEN_NEGOTIATION = "open_negotiation"
    AGREE = "agree"
    START_SIGNING = "start_signing"
    REFUSE_SIGNATURE = "refuse_signature"
    NEWER_AGREEMENT = "newer_agreement"
    EXPIRE_SIGNATURE = "expire_signature"
    ACTIVATE = "activate"
    EXPIRE = "expire"
    NOTIFY_TERMINATION = "notify_termination"
    WITHDRAW_TERMINATION = "withdraw_termination"
    TERMINATE = "terminate"
    ABANDON = "abandon"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """From which states, to which one, at the hands of which sides, and whether a reason is due."""

    sources: frozenset[ContractStatus] | frozenset[AmendmentStatus]
    target: ContractStatus | AmendmentStatus
    sides: tuple[Side, ...]
    comment_required: bool = False


S = ContractStatus
RULES: dict[Transition, Rule] = {
    Transition.OPEN_NEGOTIATION: Rule(sources=frozenset({S.DRAFT}), target=S.NEGOTIATION, sides=(Side.CPTS,)),
    Transition.AGREE: Rule(sources=frozenset({S.NEGOTIATION}), target=S.AGREED, sides=PARTIES),
    Transition.START_SIGNING: Rule(sources=frozenset({S.AGREED}), target=S.SIGNING, sides=PARTIES),
    Transition.REFUSE_SIGNATURE: Rule(
        sources=frozenset({S.SIGNING}), target=S.NEGOTIATION, sides=PARTIES, comment_required=True
    ),
    Transition.NEWER_AGREEMENT: Rule(
        sources=frozenset({S.AGREED, S.SIGNING}),
        target=S.NEGOTIATION,
        sides=(Side.SYSTEM,),
        comment_required=True,
    ),
    Transition.EXPIRE_SIGNATURE: Rule(
        sources=frozenset({S.SIGNING}), target=S.NEGOTIATION, sides=(Side.SYSTEM,), comment_required=True
    ),
    Transition.ACTIVATE: Rule(sources=frozenset({S.SIGNING}), target=S.ACTIVE, sides=PARTIES),
    Transition.EXPIRE: Rule(sources=frozenset({S.ACTIVE}), target=S.EXPIRED, sides=(Side.SYSTEM,)),
    Transition.NOTIFY_TERMINATION: Rule(
        sources=frozenset({S.ACTIVE}), target=S.ACTIVE, sides=PARTIES, comment_required=True
    ),
    Transition.WITHDRAW_TERMINATION: Rule(
        sources=frozenset({S.ACTIVE}), target=S.ACTIVE, sides=(*PARTIES, Side.SYSTEM), comment_required=True
    ),
    Transition.TERMINATE: Rule(
        sources=frozenset({S.ACTIVE}), target=S.TERMINATED, sides=(*PARTIES, Side.SYSTEM), comment_required=True
    ),
    Transition.ABANDON: Rule(
        sources=frozenset({S.DRAFT, S.NEGOTIATION}),
        target=S.ABANDONED,
        sides=(Side.CPTS,),
        comment_required=True,
    ),
}
EDITABLE = frozenset({S.DRAFT, S.NEGOTIATION})
SIGNED = frozenset({S.ACTIVE, S.EXPIRED, S.TERMINATED})

WORDS: dict[Transition, str] = {
    Transition.OPEN_NEGOTIATION: "a ouvert la négociation",
    Transition.AGREE: "a donné le troisième consentement : le contenu est convenu",
    Transition.START_SIGNING: "a envoyé le contrat à la signature",
    Transition.REFUSE_SIGNATURE: "a refusé de signer",
    Transition.NEWER_AGREEMENT: "a rouvert la négociation : un nouvel accord national est en vigueur",
    Transition.EXPIRE_SIGNATURE: "a rouvert la négociation : le délai de signature est dépassé",
    Transition.ACTIVATE: "a mis le contrat en vigueur par la dernière signature",
    Transition.EXPIRE: "a constaté l’échéance du contrat",
    Transition.NOTIFY_TERMINATION: "a notifié la fin du contrat",
    Transition.WITHDRAW_TERMINATION: "a retiré la fin du contrat : il continue",
    Transition.TERMINATE: "a mis fin au contrat",
    Transition.ABANDON: "a abandonné le contrat",
}
_REFUSED: dict[Transition, str] = {
    Transition.OPEN_NEGOTIATION: "La négociation s’ouvre à partir d’un contrat en rédaction, par la CPTS.",
    Transition.AGREE: "Le contrat n’est pas en négociation : il ne peut pas être convenu.",
    Transition.START_SIGNING: "Le contrat n’est pas convenu : il ne peut pas être signé.",
    Transition.REFUSE_SIGNATURE: "Le contrat n’est pas en signature.",
    Transition.NEWER_AGREEMENT: "Le contrat n’attend pas de signature.",
    Transition.EXPIRE_SIGNATURE: "Le contrat n’est pas en signature.",
    Transition.ACTIVATE: "Le contrat n’est pas en signature.",
    Transition.EXPIRE: "Le contrat n’est pas en vigueur.",
    Transition.NOTIFY_TERMINATION: "Le contrat n’est pas en vigueur : il n’y a rien à résilier.",
    Transition.WITHDRAW_TERMINATION: "Le contrat n’est pas en vigueur.",
    Transition.TERMINATE: "Le contrat n’est pas en vigueur.",
    Transition.ABANDON: "Seule la CPTS abandonne un contrat, avant qu’il soit convenu.",
}


def available(status: ContractStatus, side: Side) -> list[Transition]:
    """Return what `side` may do to a contract in `status`."""
    return [name for name, rule in RULES.items() if status in rule.sources and side in rule.sides]


def target_of(transition: Transition, *, status: ContractStatus, side: Side, comment: str = "") -> ContractStatus:
    """Return the state that `transition` leads to from `status`.

    Raises TransitionNotAllowed when the state or the side forbids it, DomainError on `reason` when a reason is due.
    """
    rule = RULES[transition]
    if status not in rule.sources or side not in rule.sides:
        raise TransitionNotAllowed(_REFUSED[transition])
    if rule.comment_required and not comment.strip():
        raise DomainError("Indiquez la raison : elle est lue par les trois parties.", "reason")
    return rule.target


# Amendments


class AmendmentChange(StrEnum):
    """What happens to a local amendment."""

    AGREE = "agree"
    START_SIGNING = "start_signing"
    REFUSE_SIGNATURE = "refuse_signature"
    MISS_THE_DAY = "miss_the_day"
    EXPIRE_SIGNATURE = "expire_signature"
    PUT_IN_FORCE = "put_in_force"
    ABANDON = "abandon"
    LAPSE = "lapse"


A = AmendmentStatus
AMENDMENT_RULES: dict[AmendmentChange, Rule] = {
    AmendmentChange.AGREE: Rule(sources=frozenset({A.DRAFT}), target=A.AGREED, sides=PARTIES),
    AmendmentChange.START_SIGNING: Rule(sources=frozenset({A.AGREED}), target=A.SIGNING, sides=PARTIES),
    AmendmentChange.REFUSE_SIGNATURE: Rule(
        sources=frozenset({A.SIGNING}), target=A.DRAFT, sides=PARTIES, comment_required=True
    ),
    AmendmentChange.MISS_THE_DAY: Rule(
        sources=frozenset({A.SIGNING}), target=A.DRAFT, sides=(Side.SYSTEM,), comment_required=True
    ),
    AmendmentChange.EXPIRE_SIGNATURE: Rule(
        sources=frozenset({A.SIGNING}), target=A.DRAFT, sides=(Side.SYSTEM,), comment_required=True
    ),
    AmendmentChange.PUT_IN_FORCE: Rule(sources=frozenset({A.SIGNING}), target=A.IN_FORCE, sides=PARTIES),
    AmendmentChange.ABANDON: Rule(
        sources=frozenset({A.DRAFT}), target=A.ABANDONED, sides=PARTIES, comment_required=True
    ),
    AmendmentChange.LAPSE: Rule(
        sources=frozenset({A.DRAFT, A.AGREED, A.SIGNING}),
        target=A.ABANDONED,
        sides=(Side.SYSTEM,),
        comment_required=True,
    ),
}
AMENDMENT_WORDS: dict[AmendmentChange, str] = {
    AmendmentChange.AGREE: "a donné le troisième consentement à un avenant",
    AmendmentChange.START_SIGNING: "a envoyé un avenant à la signature",
    AmendmentChange.REFUSE_SIGNATURE: "a refusé de signer un avenant",
    AmendmentChange.MISS_THE_DAY: "a rouvert un avenant : son jour d’effet est passé",
    AmendmentChange.EXPIRE_SIGNATURE: "a rouvert un avenant : le délai de signature est dépassé",
    AmendmentChange.PUT_IN_FORCE: "a mis un avenant en vigueur par la dernière signature",
    AmendmentChange.ABANDON: "a abandonné un avenant",
    AmendmentChange.LAPSE: "a constaté la caducité d’un avenant : le contrat a pris fin",
}
_AMENDMENT_REFUSED = {
    AmendmentChange.AGREE: "L’avenant n’est pas en rédaction : il ne peut pas être convenu.",
    AmendmentChange.ABANDON: "Seul un avenant en rédaction s’abandonne.",
}


def amendment_target(
    change: AmendmentChange, *, status: AmendmentStatus, side: Side, comment: str = ""
) -> AmendmentStatus:
    """Return the state that `change` leads to; raises as `target_of` does."""
    rule = AMENDMENT_RULES[change]
    if status not in rule.sources or side not in rule.sides:
        raise TransitionNotAllowed(_AMENDMENT_REFUSED.get(change, "L’avenant n’est pas en signature."))
    if rule.comment_required and not comment.strip():
        raise DomainError("Indiquez la raison : elle est lue par les trois parties.", "reason")
    return rule.target
