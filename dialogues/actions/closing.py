"""The closing of a dialogue: its decisions take effect, its minutes become a document (R17)."""

from functools import partial

from django.db import transaction

from contracts import actions as contract_actions
from contracts.models import Contract, ContractYear
from core import clock
from core.actor import Actor
from core.enums import PARTIES
from dialogues import notifications, transitions
from dialogues.actions.annexes import issue_annex
from dialogues.assemblers import minutes_payload, programme_years, year_of
from dialogues.enums import DialogueKind
from dialogues.lifecycle import Transition
from dialogues.models import ManagementDialogue
from documents import actions as document_actions
from documents.enums import DocumentKind
from documents.models import Document
from funding import actions as funding_actions
from indicators import actions as indicator_actions
from indicators.enums import ProgrammeStatus


def close(actor: Actor, dialogue: ManagementDialogue) -> None:
    """Close a dialogue: its decisions take effect, its minutes become a document."""
    dialogue.closed_at = clock.now()
    transitions.move(actor, dialogue, Transition.CLOSE)
    match dialogue.kind:
        case DialogueKind.SIGNATURE:
            contract_actions.record_planning(actor=actor, contract=dialogue.contract, closed_on=clock.today())
        case DialogueKind.MISSION_START:
            contract_actions.start_mission(
                actor=actor,
                contract=dialogue.contract,
                mission=dialogue.mission,
                starts_on=dialogue.mission_starts_on,
            )
            funding_actions.follow_schedule(contract=dialogue.contract)
        case DialogueKind.ANNUAL:
            _close_year(actor, dialogue)
    dialogue.minutes_document = _issue_minutes(actor, dialogue)
    dialogue.save(update_fields=["minutes_document", "updated_at"])
    transaction.on_commit(partial(notifications.send_closed, dialogue))


def _close_year(actor: Actor, dialogue: ManagementDialogue) -> None:
    """R17: close the programme, issue the statement, open the next programme, send the annex to signature."""
    contract = dialogue.contract
    evaluated = year_of(contract, dialogue.year)
    _close_programme(actor, contract, evaluated)
    issue = funding_actions.issue_statement if dialogue.revision == 1 else funding_actions.revise_statement
    statement = issue(actor=actor, contract=contract, year=dialogue.year)
    for year in programme_years(dialogue):
        if dialogue.members is not None and dialogue.revision == 1:
            contract_actions.set_year_members(
                actor=actor, contract=contract, number=year.number, members=dialogue.members
            )
        if year.programme.status == ProgrammeStatus.DRAFT:
            indicator_actions.agree_programme(actor=actor, programme=year.programme)
            indicator_actions.open_programme(
                actor=actor, programme=year.programme, starts_on=year.starts_on, ends_on=year.ends_on
            )
    if contract.is_cut_short(dialogue.year):
        contract_actions.record_settlement(actor=actor, contract=contract, settled_on=clock.today())
    issue_annex(actor, dialogue, statement)


def _close_programme(actor: Actor, contract: Contract, year: ContractYear) -> None:
    """Freeze the results of a year. A year cut short (R19) may leave some unknown, or its programme unwritten."""
    is_cut_short = contract.is_cut_short(year.number)
    if is_cut_short and not year.programme.is_open:
        return
    indicator_actions.close_programme(actor=actor, programme=year.programme, needs_results=not is_cut_short)


def _issue_minutes(actor: Actor, dialogue: ManagementDialogue) -> Document:
    former = dialogue.closed_revisions.select_related("minutes_document").order_by("number").last()
    contract = dialogue.contract
    what = f"{str(dialogue)[0].lower()}{str(dialogue)[1:]}"
    document = document_actions.issue_document(
        actor=actor,
        kind=DocumentKind.MINUTES,
        key=f"minutes:{dialogue.pk}:{dialogue.revision}",
        title=f"Compte rendu, {what}, contrat {contract.number} de la {contract.cpts}",
        template_name="dialogues/pdf/minutes.html",
        payload=minutes_payload(dialogue),
        circuit=[],
        readers=[contract.party(side) for side in PARTIES],
    )
    document_actions.replace_document(actor=actor, document=former and former.minutes_document, by=document)
    return document
