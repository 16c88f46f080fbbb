"""The annual annex: issued with its statement, signed by the three, refused, sent again (R17)."""

from functools import partial

from django.db import transaction

from accounts.permissions import Act, check
from contracts.permissions import check_party
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError
from core.locking import read_locked
from dialogues import notifications
from dialogues.assemblers import annex_payload
from dialogues.enums import AnnexStatus
from dialogues.models import AnnualAnnex, ManagementDialogue
from documents import actions as document_actions
from documents.actions.signature import Outside
from documents.enums import DocumentKind
from documents.models import Document
from funding.models import Statement


def issue_annex(actor: Actor, dialogue: ManagementDialogue, statement: Statement) -> AnnualAnnex:
    """Issue the annex of a closed year; that of an earlier revision is replaced, and its signature stops."""
    former = dialogue.annexes.select_related("document").order_by("statement__revision").last()
    dialogue.annexes.update(status=AnnexStatus.REPLACED)
    document = _issue_annex_document(actor, statement, annex_payload(dialogue, statement))
    if former:
        because = f"Remplacée par la révision {statement.revision}."
        document_actions.close_round(actor=actor, document=former.document, because=because)
        document_actions.replace_document(actor=actor, document=former.document, by=document)
    annex = AnnualAnnex.objects.create(
        contract=dialogue.contract, dialogue=dialogue, statement=statement, year=dialogue.year, document=document
    )
    audit.record(actor, "annex.issue", annex)
    return annex


@transaction.atomic
def sign_annex(*, actor: Actor, annex: AnnualAnnex, outside: Outside | None = None) -> AnnualAnnex:
    """Sign the annual annex for one's party; with the last signature it is in force."""
    annex = _locked_annex(actor, annex, AnnexStatus.SIGNING)
    document = document_actions.sign_document(actor=actor, document=annex.document, outside=outside)
    if document.is_signed:
        annex.status, annex.signed_on = AnnexStatus.IN_FORCE, clock.today()
        annex.save(update_fields=["status", "signed_on", "updated_at"])
        audit.record(actor, "annex.in_force", annex, after={"signed_on": annex.signed_on})
    return annex


@transaction.atomic
def refuse_annex(*, actor: Actor, annex: AnnualAnnex, reason: str) -> AnnualAnnex:
    """Refuse to sign the annual annex, with a reason that the three parties read.

    What its dialogue closed stays closed (R17): the annex is sent again as it is, or the year is revised.
    """
    annex = _locked_annex(actor, annex, AnnexStatus.SIGNING)
    refused = document_actions.refuse_document(actor=actor, document=annex.document, reason=reason)
    annex.status = AnnexStatus.REFUSED
    annex.save(update_fields=["status", "updated_at"])
    audit.record(actor, "annex.refuse", annex, after={"reason": reason.strip()})
    transaction.on_commit(partial(notifications.send_annex_refused, annex, refused, actor.organisation_name, reason))
    return annex


@transaction.atomic
def send_annex_again(*, actor: Actor, annex: AnnualAnnex) -> AnnualAnnex:
    """Send a refused annex to signature once more: another document, signed by all from the start.

    The former one stays as it is; the new one says which of its signatures are void.
    """
    check(actor, Act.PREPARE_DIALOGUE)
    annex = _locked_annex(actor, annex, AnnexStatus.REFUSED)
    former = annex.document
    payload = {name: value for name, value in former.payload.items() if name != "former_round"}
    annex.document = _issue_annex_document(actor, annex.statement, payload, former_round=former)
    annex.status = AnnexStatus.SIGNING
    annex.save(update_fields=["document", "status", "updated_at"])
    document_actions.replace_document(actor=actor, document=former, by=annex.document)
    audit.record(actor, "annex.send_again", annex, after={"document": annex.document})
    transaction.on_commit(partial(notifications.send_annex_again, annex, former))
    return annex


def _locked_annex(actor: Actor, annex: AnnualAnnex, status: AnnexStatus) -> AnnualAnnex:
    """Read an annex again under lock, for one of its parties; raise DomainError in another state than `status`."""
    annex = read_locked(AnnualAnnex.objects.select_related("contract", "document", "statement"), annex.pk)
    check_party(actor, annex.contract)
    if annex.status != status:
        raise DomainError(f"Cette annexe est à l’état « {annex.status.label} ».")
    return annex


def _issue_annex_document(
    actor: Actor, statement: Statement, payload: dict, former_round: Document | None = None
) -> Document:
    """Issue the PDF of an annex, which the parties sign as they sign the contract; its figures are closed, it has no
    last day."""
    contract = statement.contract
    revision = f", révision {statement.revision}" if statement.revision > 1 else ""
    return document_actions.issue_document(
        actor=actor,
        kind=DocumentKind.ANNUAL_ANNEX,
        key=f"annex:{statement.pk}" + (f":{former_round.code}" if former_round else ""),
        title=f"Annexe annuelle, année {statement.year}{revision}, contrat {contract.number} de la {contract.cpts}",
        template_name="dialogues/pdf/annual_annex.html",
        payload=payload,
        circuit=contract.circuit,
        readers=contract.parties,
        former_round=former_round,
    )
