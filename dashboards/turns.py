"""Whose turn it is in a dossier: the reader's, or the party's that is waited for."""

from datetime import date

from contracts import panels
from contracts.ending import ending_turn
from contracts.enums import ContractStatus
from contracts.models import Contract
from core.actor import Actor
from core.dates import format_date
from core.face import Turn
from core.money import format_euros
from core.wording import counted
from dashboards.dialogues import spoken
from dashboards.due import OPEN_PAYMENTS
from dashboards.waiting import Waiting
from dialogues.enums import AnnexStatus, DialogueStatus
from documents.models import Document


def turn_of(actor: Actor, contract: Contract, waiting: list[Waiting], today: date) -> Turn | None:
    """Return what is expected of the reader, else of whom it is the turn; None when nothing is expected soon."""
    if waiting and waiting[0].is_soon(today):
        return waiting[0].turn
    match contract.status:
        case ContractStatus.DRAFT:
            return _theirs("Chez la CPTS\u00a0: le contrat est en rédaction.")
        case ContractStatus.NEGOTIATION:
            return _negotiation_turn(contract)
        case ContractStatus.SIGNING:
            return _signature_turn(contract.document, "le contrat")
        case _ if contract.is_signed:
            return _running_turn(contract, today) or ending_turn(actor, contract)
    return None


def _negotiation_turn(contract: Contract) -> Turn:
    if contract.planning_closed_on is None:
        return _theirs("Chez les trois parties\u00a0: le dialogue de signature est à mener jusqu’à son terme.")
    return _theirs("Chez les trois parties\u00a0: des consentements sont attendus.")


def _signature_turn(document: Document, what: str) -> Turn:
    if not document.is_ready:
        return _theirs(f"Le document est en cours de préparation\u00a0: {what}.")
    if document.has_expired:
        return _theirs(f"Le dernier jour pour signer est passé\u00a0: {what}.")
    return _theirs(f"Chez {panels.awaited_words(document)}\u00a0: signature attendue pour {what}.")


def _running_turn(contract: Contract, today: date) -> Turn | None:
    for dialogue in contract.dialogues.all():
        if dialogue.status == DialogueStatus.MINUTES:
            return _theirs(f"Des approbations sont attendues sur le compte rendu\u00a0: {spoken(dialogue)}.")
        if dialogue.is_late(today):
            return _theirs(
                f"En retard\u00a0: {spoken(dialogue)}.",
                f"À tenir au plus tard le {format_date(dialogue.window_closes_on)}",
            )
    for annex in contract.annexes.all():
        if annex.status == AnnexStatus.SIGNING:
            return _signature_turn(annex.document, f"l’annexe de l’année {annex.year}")
        if annex.status == AnnexStatus.REFUSED:
            text = f"L’annexe de l’année {annex.year} est refusée\u00a0: à renvoyer à la signature, ou année à réviser."
            return _theirs(text)
    owed = [payment for payment in contract.payments.all() if payment.status in OPEN_PAYMENTS and payment.amount > 0]
    if owed:
        total = format_euros(sum(payment.net_amount for payment in owed))
        detail = f"{counted(len(owed), 'versement')} en cours"
        return _theirs(f"Chez la caisse\u00a0: {total} à payer.", detail)
    return None


def _theirs(text: str, detail: str = "") -> Turn:
    return Turn(text=text, detail=detail, is_mine=False)
