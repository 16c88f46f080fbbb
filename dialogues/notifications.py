"""Mails of the dialogues room."""

from accounts.notifications import addresses_of
from core.mails import send_mail
from dialogues.models import AnnualAnnex, ManagementDialogue


def send_convening(dialogue: ManagementDialogue) -> bool:
    """Tell the three parties when and where a dialogue is held."""
    return _send("convening", dialogue)


def send_minutes_ready(dialogue: ManagementDialogue) -> bool:
    """Tell the three parties that minutes wait for their approval."""
    return _send("minutes_ready", dialogue)


def send_closed(dialogue: ManagementDialogue) -> bool:
    """Tell the three parties that a dialogue is closed and what follows."""
    return _send("closed", dialogue)


def send_revision_opened(dialogue: ManagementDialogue, organisation: str, reason: str) -> bool:
    """Tell the three parties that a closed year is corrected, by whom and why."""
    return _send("revision_opened", dialogue, organisation=organisation, reason=reason)


def send_annex_refused(annex: AnnualAnnex, organisation: str, reason: str) -> bool:
    """Tell the three parties who refused to sign an annex, and why."""
    return _send("annex_refused", annex.dialogue, annex=annex, organisation=organisation, reason=reason)


def _send(event: str, dialogue: ManagementDialogue, **facts: object) -> bool:
    contract = dialogue.contract
    addresses = addresses_of(contract.cpts, contract.ars, contract.fund)
    context = {"dialogue": dialogue, "contract": contract, **facts}
    return send_mail(f"dialogues/emails/{event}", to=addresses, context=context)
