"""Mails of the contracts room: each party learns that its turn has come, or what the others did."""

from django.urls import reverse

from accounts.enums import Power
from accounts.models import Organisation
from accounts.notifications import addresses_of
from contracts.models import Amendment, Contract, Termination
from core.enums import Role
from core.mails import send_mail
from documents.models import Document

SPEAKERS = (Role.COORDINATOR, Role.PRESIDENT, Role.OFFICER)
SIGNERS = (*SPEAKERS, Role.SIGNATORY)
ABOUT_THE_END = {"termination_notified", "termination_rates_proposed"}
PAYERS = (*SIGNERS, Role.TREASURER, Role.ACCOUNTANT)


def negotiation_opened(contract: Contract) -> bool:
    """Tell the officers of the ARS and of the fund that a draft is theirs to read."""
    return _send("negotiation_opened", contract, [contract.ars, contract.fund], SPEAKERS)


def signature_awaited(contract: Contract) -> bool:
    """Tell the three parties that the content is agreed and waits for their signatures."""
    return _send("signature_awaited", contract, contract.parties, SIGNERS, power=Power.SIGN)


def signature_refused(contract: Contract, document: Document, organisation_name: str, reason: str) -> bool:
    """Tell the three parties who refused to sign, and why, and which signatures of the document are void."""
    facts = {"refused_by": organisation_name, "reason": reason, "void": document.given_words}
    return _send("signature_refused", contract, contract.parties, SIGNERS, power=Power.SIGN, **facts)


def negotiation_reopened(contract: Contract, document: Document | None, reason: str) -> bool:
    """Tell the three parties why the contract came back to them unsigned, and which signatures are void (R2)."""
    facts = {"reason": reason, "void": document.given_words if document else []}
    return _send("negotiation_reopened", contract, contract.parties, SIGNERS, power=Power.SIGN, **facts)


def contract_in_force(contract: Contract) -> bool:
    """Tell the three parties, accountants included, that the contract is signed."""
    return _send("contract_in_force", contract, contract.parties, PAYERS)


def termination_notified(contract: Contract, termination: Termination) -> bool:
    """Tell the three parties, accountants included, who ends the contract, why, and from which day on (R19)."""
    return _send("termination_notified", contract, contract.parties, PAYERS, termination=termination)


def termination_rates_proposed(contract: Contract, organisation_name: str) -> bool:
    """Tell those who may agree that rates are proposed for the year cut short."""
    return _send("termination_rates_proposed", contract, contract.parties, SIGNERS, proposed_by=organisation_name)


def termination_withdrawn(contract: Contract, reason: str) -> bool:
    """Tell the three parties that the contract goes on."""
    return _send("termination_withdrawn", contract, contract.parties, PAYERS, reason=reason)


def contract_terminated(contract: Contract) -> bool:
    """Tell the three parties, accountants included, that the contract has ended."""
    return _send("contract_terminated", contract, contract.parties, PAYERS)


def amendment_drafted(amendment: Amendment, organisation_name: str) -> bool:
    """Tell the three parties that an amendment is theirs to read."""
    return _send_amendment("amendment_drafted", amendment, SPEAKERS, drafted_by=organisation_name)


def amendment_to_sign(amendment: Amendment) -> bool:
    """Tell the three parties that an amendment is agreed and waits for their signatures."""
    return _send_amendment("amendment_to_sign", amendment, SIGNERS, power=Power.SIGN)


def amendment_refused(amendment: Amendment, document: Document, organisation_name: str, reason: str) -> bool:
    """Tell the three parties who refused to sign an amendment, and why, and which signatures are void."""
    facts = {"refused_by": organisation_name, "reason": reason, "void": document.given_words}
    return _send_amendment("amendment_refused", amendment, SIGNERS, power=Power.SIGN, **facts)


def amendment_reopened(amendment: Amendment, document: Document, reason: str) -> bool:
    """Tell the three parties that an amendment was not signed in time, and which signatures are void."""
    facts = {"reason": reason, "void": document.given_words}
    return _send_amendment("amendment_reopened", amendment, SIGNERS, power=Power.SIGN, **facts)


def amendment_in_force(amendment: Amendment) -> bool:
    """Tell the three parties, accountants included, that an amendment is signed, and from when it counts."""
    return _send_amendment("amendment_in_force", amendment, PAYERS)


def _send_amendment(
    event: str, amendment: Amendment, roles: tuple[Role, ...], *, power: Power | None = None, **facts
) -> bool:
    return send_mail(
        f"contracts/emails/{event}",
        to=addresses_of(*amendment.contract.parties, roles=roles, power=power),
        context={
            "amendment": amendment,
            "contract": amendment.contract,
            "path": reverse("contracts:amendment_detail", args=[amendment.pk]),
            **facts,
        },
    )


def _send(
    event: str,
    contract: Contract,
    to: list[Organisation],
    roles: tuple[Role, ...],
    *,
    power: Power | None = None,
    **facts,
) -> bool:
    page = "termination_detail" if event in ABOUT_THE_END else "contract_preview"
    path = reverse(f"contracts:{page}", args=[contract.pk])
    return send_mail(
        f"contracts/emails/{event}",
        to=addresses_of(*to, roles=roles, power=power),
        context={"contract": contract, "path": path, **facts},
    )
