"""Mails of the dialogues room."""

from accounts.notifications import addresses_of
from core.mails import send_mail
from dialogues.models import AnnualAnnex, ManagementDialogue
from documents.models import Document


def send_convening(dialogue: ManagementDialogue, moved: str = "") -> bool:
    """Tell the three parties when and where a dialogue is held; `moved` says what changed since they were told."""
    return _send("convening", dialogue, moved=moved)


def send_minutes_ready(dialogue: ManagementDialogue) -> bool:
    """Tell the three parties that minutes wait for their approval."""
    return _send("minutes_ready", dialogue)


def send_closed(dialogue: ManagementDialogue) -> bool:
    """Tell the three parties that a dialogue is closed and what follows: the annex to sign, if it has one."""
    return _send("closed", dialogue, annex=dialogue.annexes.order_by("statement__revision").last())


def send_revision_opened(dialogue: ManagementDialogue, organisation: str, reason: str) -> bool:
    """Tell the three parties that a closed year is corrected, by whom and why."""
    return _send("revision_opened", dialogue, organisation=organisation, reason=reason)


def send_annex_refused(annex: AnnualAnnex, document: Document, organisation: str, reason: str) -> bool:
    """Tell the three parties who refused to sign an annex, and why, and which signatures are void."""
    facts = {"organisation": organisation, "reason": reason, "void": document.given_words}
    return _send("annex_refused", annex.dialogue, annex=annex, **facts)


def send_annex_again(annex: AnnualAnnex, former: Document) -> bool:
    """Tell the three parties that an annex is to be signed from the start, and which signatures are void."""
    return _send("annex_sent_again", annex.dialogue, annex=annex, void=former.given_words)


def _send(event: str, dialogue: ManagementDialogue, **facts: object) -> bool:
    contract = dialogue.contract
    addresses = addresses_of(contract.cpts, contract.ars, contract.fund)
    context = {"dialogue": dialogue, "contract": contract, **facts}
    return send_mail(f"dialogues/emails/{event}", to=addresses, context=context)
