"""Writes of the dialogues room. Closing a dialogue is where its decisions take effect in the rooms below (R17)."""

from datetime import date
from functools import partial

from django.db import transaction

from accounts.permissions import Act, check
from agreements.rules import DIALOGUE_MONTHS, mission_calendar
from contracts import actions as contract_actions
from contracts.enums import ContractStatus
from contracts.models import Contract, ContractYear
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.dates import add_months
from core.enums import PARTIES
from core.errors import DomainError, NotAllowed, StaleForm
from dialogues import lifecycle, notifications
from dialogues.assemblers import (
    annex_payload,
    approval_hash,
    minutes_payload,
    missing_items,
    programme_years,
    standing_approvals,
    year_of,
)
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.lifecycle import Transition
from dialogues.models import AnnualAnnex, ClosedRevision, DialogueTransition, ManagementDialogue, MinutesApproval
from dialogues.rules import ANNOUNCED_MONTHS, agenda_of
from documents import actions as document_actions
from documents.enums import DocumentKind
from documents.models import Document
from documents.outside import Outside
from funding import actions as funding_actions
from funding.models import Statement
from indicators import actions as indicator_actions
from indicators.enums import ProgrammeStatus

STALE = "Une autre personne a modifié ce compte rendu entre-temps : comparez les deux textes."


@transaction.atomic
def open_negotiation(*, actor: Actor, contract: Contract) -> Contract:
    """Open the negotiation of a draft, with its SIGNATURE dialogue (R16)."""
    contract = contract_actions.open_negotiation(actor=actor, contract=contract)
    _plan(contract, kind=DialogueKind.SIGNATURE, window_opens_on=clock.today())
    return contract


@transaction.atomic
def follow_calendar(*, contract: Contract) -> list[ManagementDialogue]:
    """Create what the calendar calls for (R16): years, dialogues of start, annual dialogues. Safe to run again."""
    contract = contract_actions.end_contract(contract=contract)  # no year opens after an end that is due today
    if contract.signed_on is None:
        return []
    created = []
    if contract.status == ContractStatus.ACTIVE:
        for number in range(1, contract.year_on(clock.today()) + 1):  # a worker stopped for a year leaves none out
            contract_actions.open_year(actor=SYSTEM, contract=contract, number=number)
        created += _plan_mission_starts(contract)
    created += [_plan_annual(contract, number) for number in range(1, contract.last_year + 1)]
    return [dialogue for dialogue in created if dialogue]


@transaction.atomic
def convene(
    *, actor: Actor, dialogue: ManagementDialogue, convened_for: date, place: str, agenda: str
) -> ManagementDialogue:
    """Convene the three parties, or convene them again for another day."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = _locked(actor, dialogue)
    if convened_for < clock.today():
        raise DomainError("On ne convoque pas à une date passée : notez plutôt la tenue.", field="convened_for")
    dialogue.convened_for, dialogue.place, dialogue.agenda = convened_for, place, agenda
    _move(actor, dialogue, Transition.CONVENE)
    transaction.on_commit(partial(notifications.send_convening, dialogue))
    return dialogue


@transaction.atomic
def call_extraordinary(
    *, actor: Actor, contract: Contract, convened_for: date, place: str, agenda: str
) -> ManagementDialogue:
    """R16: any party of a contract in force convenes an extraordinary dialogue, outside the calendar."""
    check(actor, Act.PREPARE_DIALOGUE)
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    _check_party(actor, contract)
    if contract.status != ContractStatus.ACTIVE:
        raise DomainError("Un dialogue extraordinaire se convoque sur un contrat en vigueur.")
    dialogue = ManagementDialogue.objects.create(
        contract=contract, kind=DialogueKind.EXTRAORDINARY, window_opens_on=clock.today()
    )
    audit.record(actor, "dialogue.call", dialogue)
    return convene(actor=actor, dialogue=dialogue, convened_for=convened_for, place=place, agenda=agenda)


@transaction.atomic
def hold(*, actor: Actor, dialogue: ManagementDialogue, held_on: date, participants: str) -> ManagementDialogue:
    """Record that the dialogue was held: not in the future, not before its window opens (R16)."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = _locked(actor, dialogue)
    if held_on > clock.today():
        raise DomainError("Un dialogue ne peut pas être tenu dans l’avenir.", field="held_on")
    if dialogue.kind == DialogueKind.ANNUAL and held_on < dialogue.window_opens_on:
        raise DomainError("Le dialogue annuel se tient à partir de la date anniversaire (R16).", field="held_on")
    dialogue.held_on, dialogue.participants = held_on, participants
    _move(actor, dialogue, Transition.HOLD)
    if dialogue.kind == DialogueKind.MISSION_START:  # R13a: the mission gets its programme in this dialogue
        contract_actions.prepare_mission(actor=actor, contract=dialogue.contract, mission=dialogue.mission)
    return dialogue


@transaction.atomic
def write_minutes(
    *,
    actor: Actor,
    dialogue: ManagementDialogue,
    version: int,
    minutes: str,
    decisions: str,
    mission_starts_on: date | None = None,
    new_size: int | None = None,
) -> ManagementDialogue:
    """Save the minutes being written. Raises StaleForm when someone else saved since `version`."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = _locked(actor, dialogue)
    if dialogue.status != DialogueStatus.HELD:
        raise DomainError("Le compte rendu s’écrit une fois le dialogue tenu, et avant son approbation.")
    if version != dialogue.lock_version:
        raise StaleForm(STALE, current={"minutes": dialogue.minutes, "decisions": dialogue.decisions})
    _check_start(dialogue, mission_starts_on)
    before = {"minutes": dialogue.minutes, "decisions": dialogue.decisions}
    dialogue.minutes, dialogue.decisions = minutes, decisions
    dialogue.mission_starts_on = mission_starts_on
    if new_size and new_size != dialogue.new_size:
        _review_size(actor, dialogue, new_size)
    dialogue.new_size = new_size
    dialogue.lock_version += 1
    dialogue.save()
    audit.record(actor, "dialogue.write", dialogue, before=before, after={"minutes": minutes, "decisions": decisions})
    return dialogue


@transaction.atomic
def send_minutes(*, actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Send the minutes to the approval of the three parties; refused while something is missing."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = _locked(actor, dialogue)
    if missing := missing_items(dialogue):
        raise DomainError(" ".join(missing))
    _move(actor, dialogue, Transition.SEND_MINUTES)
    transaction.on_commit(partial(notifications.send_minutes_ready, dialogue))
    return dialogue


@transaction.atomic
def reopen_minutes(*, actor: Actor, dialogue: ManagementDialogue, reason: str) -> ManagementDialogue:
    """Take the minutes back to correct them, with the reason: the approvals given are withdrawn, visibly."""
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = _locked(actor, dialogue)
    _move(actor, dialogue, Transition.REOPEN_MINUTES, comment=reason)
    dialogue.approvals.filter(withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    return dialogue


@transaction.atomic
def approve_minutes(*, actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Approve the minutes for one's party; the third approval closes the dialogue (R17)."""
    check(actor, Act.APPROVE_MINUTES)
    dialogue = _locked(actor, dialogue)
    if dialogue.status != DialogueStatus.MINUTES:
        raise DomainError("Ce compte rendu n’est pas à l’approbation.")
    digest = approval_hash(dialogue)
    standing = standing_approvals(dialogue, digest)
    _check_approver(actor, standing)
    dialogue.approvals.filter(side=actor.side, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    approval = MinutesApproval.objects.create(
        dialogue=dialogue,
        revision=dialogue.revision,
        content_hash=digest,
        **audit.signed_by(actor),
    )
    audit.record(actor, "dialogue.approve", dialogue, after={"content_hash": approval.content_hash})
    if len(standing) + 1 == len(PARTIES):
        _close(actor, dialogue)
    return dialogue


@transaction.atomic
def revise(*, actor: Actor, dialogue: ManagementDialogue, reason: str) -> ManagementDialogue:
    """R17: open a new, numbered revision of a closed annual dialogue, to correct its results and its minutes.

    What was closed stays readable as it was. The minutes are written and approved again; the third approval issues a
    new revision of the statement and of the annex. Raises DomainError for another kind of dialogue.
    """
    check(actor, Act.REVISE)
    dialogue = _locked(actor, dialogue)
    if dialogue.kind != DialogueKind.ANNUAL:
        raise DomainError("Seul un dialogue annuel se révise : ses résultats décident de montants.")
    closed = {
        "held_on": dialogue.held_on,
        "minutes": dialogue.minutes,
        "decisions": dialogue.decisions,
        "closed_at": dialogue.closed_at,
        "minutes_document": dialogue.minutes_document,
    }
    number, dialogue.revision = dialogue.revision, dialogue.revision + 1
    dialogue.closed_at = dialogue.minutes_document = None
    dialogue.lock_version += 1
    _move(actor, dialogue, Transition.REVISE, comment=reason)
    statement = dialogue.contract.statements.filter(year=dialogue.year).latest("revision")
    ClosedRevision.objects.create(dialogue=dialogue, number=number, statement=statement, **closed)
    indicator_actions.revise_programme(actor=actor, programme=year_of(dialogue.contract, dialogue.year).programme)
    transaction.on_commit(partial(notifications.send_revision_opened, dialogue, actor.organisation_name, reason))
    return dialogue


@transaction.atomic
def sign_annex(*, actor: Actor, annex: AnnualAnnex, outside: Outside | None = None) -> AnnualAnnex:
    """Sign the annual annex for one's party; with the third signature it is in force."""
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
    document_actions.refuse_document(actor=actor, document=annex.document, reason=reason)
    annex.status = AnnexStatus.REFUSED
    annex.save(update_fields=["status", "updated_at"])
    audit.record(actor, "annex.refuse", annex, after={"reason": reason.strip()})
    transaction.on_commit(partial(notifications.send_annex_refused, annex, actor.organisation_name, reason))
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
    audit.record(actor, "annex.send_again", annex, after={"document": annex.document.pk})
    return annex


def _locked_annex(actor: Actor, annex: AnnualAnnex, status: AnnexStatus) -> AnnualAnnex:
    """Read an annex again under lock, for one of its parties; raise DomainError in another state than `status`."""
    rows = AnnualAnnex.objects.select_for_update(of=("self",)).select_related("contract", "document", "statement")
    annex = rows.get(pk=annex.pk)
    _check_party(actor, annex.contract)
    if annex.status != status:
        raise DomainError(f"Cette annexe est à l’état « {annex.status.label} ».")
    return annex


def _plan(contract: Contract, *, kind: DialogueKind, **fields) -> ManagementDialogue | None:
    """Create a dialogue unless it exists; return it when it is new."""
    identity = {name: fields.pop(name) for name in ("year", "mission") if name in fields}
    dialogue, created = ManagementDialogue.objects.get_or_create(
        contract=contract, kind=kind, **identity, defaults={"agenda": agenda_of(kind), **fields}
    )
    if created:
        audit.record(SYSTEM, "dialogue.plan", dialogue)
    return dialogue if created else None


def _plan_annual(contract: Contract, number: int) -> ManagementDialogue | None:
    """Plan the dialogue about a contract year; that of a year cut short opens on the day of the end (R19)."""
    opens_on = contract.end_of_year(number)
    window = {"window_opens_on": opens_on, "window_closes_on": add_months(opens_on, DIALOGUE_MONTHS)}
    if clock.today() < add_months(opens_on, -ANNOUNCED_MONTHS):
        return None
    if contract.is_cut_short(number):
        contract.dialogues.open().filter(kind=DialogueKind.ANNUAL, year=number).update(**window)
    return _plan(contract, kind=DialogueKind.ANNUAL, year=number, **window)


def _plan_mission_starts(contract: Contract) -> list[ManagementDialogue | None]:
    deadlines = {
        item.mission: item.start_by
        for item in mission_calendar(contract.agreement_version.as_value(), contract.signed_on)
    }
    return [
        _plan(
            contract,
            kind=DialogueKind.MISSION_START,
            mission=mission.mission,
            window_opens_on=contract.signed_on,
            window_closes_on=deadlines.get(mission.mission),
        )
        for mission in contract.missions.filter(started_on__isnull=True, withdrawn_from__isnull=True)
    ]


def _locked(actor: Actor, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Lock the contract, then the dialogue: always in this order."""
    Contract.objects.select_for_update(of=("self",)).get(pk=dialogue.contract_id)
    dialogue = (
        ManagementDialogue.objects.select_for_update(of=("self",))
        .select_related("contract__cpts", "contract__ars", "contract__fund", "contract__agreement_version")
        .get(pk=dialogue.pk)
    )
    _check_party(actor, dialogue.contract)
    return dialogue


def _check_party(actor: Actor, contract: Contract) -> None:
    if actor.side not in PARTIES or contract.party(actor.side).pk != actor.organisation_id:
        raise NotAllowed("Votre organisation n’est pas partie à ce contrat.")


def _check_start(dialogue: ManagementDialogue, starts_on: date | None) -> None:
    """R4: a mission does not start before the first day of the running contract year, nor after its end."""
    if dialogue.kind != DialogueKind.MISSION_START or starts_on is None:
        return
    contract = dialogue.contract
    first_day = contract.anniversary(contract.year_on(clock.today()) - 1)
    if starts_on < first_day:
        raise DomainError(
            "Une mission ne démarre pas avant le premier jour de l’année contractuelle en cours (R4).",
            field="mission_starts_on",
        )
    if starts_on >= contract.ends_on:
        raise DomainError("Cette date est après la fin du contrat.", field="mission_starts_on")


def _review_size(actor: Actor, dialogue: ManagementDialogue, size: int) -> None:
    """R18: the annual dialogue may change the size of the year in which it is held, from its first day."""
    if dialogue.kind != DialogueKind.ANNUAL:
        raise DomainError("Seul le dialogue annuel revoit la taille (R18).", field="new_size")
    if dialogue.revision > 1:
        raise DomainError("Une révision corrige l’année évaluée : elle ne revoit pas la taille.", field="new_size")
    contract = dialogue.contract
    contract_actions.set_year_size(actor=actor, contract=contract, number=contract.year_on(dialogue.held_on), size=size)


def _check_approver(actor: Actor, standing: list[MinutesApproval]) -> None:
    if any(approval.side == actor.side for approval in standing):
        raise DomainError("Votre partie a déjà approuvé ce compte rendu.")
    if any(approval.user_id == actor.user_id for approval in standing):
        raise DomainError("Une même personne n’approuve pas pour deux parties.")


def _move(actor: Actor, dialogue: ManagementDialogue, transition: Transition, *, comment: str = "") -> None:
    """Perform a transition: check it, save the facts with it, leave its trace."""
    source = dialogue.status
    dialogue.status = lifecycle.target_of(transition, status=source, side=actor.side, comment=comment)
    dialogue.save()
    audit.log_transition(DialogueTransition, actor, dialogue, transition, source=source, comment=comment)
    audit.record(
        actor, f"dialogue.{transition}", dialogue, before={"status": source}, after={"status": dialogue.status}
    )


def _close(actor: Actor, dialogue: ManagementDialogue) -> None:
    """Close a dialogue: its decisions take effect, its minutes become a document."""
    dialogue.closed_at = clock.now()
    _move(actor, dialogue, Transition.CLOSE)
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


def _issue_minutes(actor: Actor, dialogue: ManagementDialogue) -> Document:
    former = dialogue.closed_revisions.select_related("minutes_document").order_by("number").last()
    document = document_actions.issue_document(
        actor=actor,
        kind=DocumentKind.MINUTES,
        key=f"minutes:{dialogue.pk}:{dialogue.revision}",
        title=f"Compte rendu, {str(dialogue)[0].lower()}{str(dialogue)[1:]}, contrat {dialogue.contract.number}",
        template_name="dialogues/pdf/minutes.html",
        payload=minutes_payload(dialogue),
        signatories=[],
        readers=[dialogue.contract.party(side) for side in PARTIES],
    )
    document_actions.replace_document(actor=actor, document=former and former.minutes_document, by=document)
    return document


def _close_year(actor: Actor, dialogue: ManagementDialogue) -> None:
    """R17: close the programme, issue the statement, open the next programme, send the annex to signature."""
    contract = dialogue.contract
    evaluated = year_of(contract, dialogue.year)
    _close_programme(actor, contract, evaluated)
    issue = funding_actions.issue_statement if dialogue.revision == 1 else funding_actions.revise_statement
    statement = issue(actor=actor, contract=contract, year=dialogue.year)
    for year in programme_years(dialogue):
        if year.programme.status == ProgrammeStatus.DRAFT:
            indicator_actions.agree_programme(actor=actor, programme=year.programme)
            indicator_actions.open_programme(
                actor=actor, programme=year.programme, starts_on=year.starts_on, ends_on=year.ends_on
            )
    if contract.is_cut_short(dialogue.year):
        contract_actions.record_settlement(actor=actor, contract=contract, settled_on=clock.today())
    _issue_annex(actor, dialogue, statement)


def _close_programme(actor: Actor, contract: Contract, year: ContractYear) -> None:
    """Freeze the results of a year. A year cut short (R19) may leave some unknown, or its programme unwritten."""
    is_cut_short = contract.is_cut_short(year.number)
    if is_cut_short and not year.programme.is_open:
        return
    indicator_actions.close_programme(actor=actor, programme=year.programme, needs_results=not is_cut_short)


def _issue_annex(actor: Actor, dialogue: ManagementDialogue, statement: Statement) -> AnnualAnnex:
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


def _issue_annex_document(
    actor: Actor, statement: Statement, payload: dict, former_round: Document | None = None
) -> Document:
    """Issue the PDF of an annex, which the parties sign in any order; its figures are closed, it has no last day."""
    contract = statement.contract
    parties = [contract.party(side) for side in PARTIES]
    revision = f", révision {statement.revision}" if statement.revision > 1 else ""
    return document_actions.issue_document(
        actor=actor,
        kind=DocumentKind.ANNUAL_ANNEX,
        key=f"annex:{statement.pk}" + (f":{former_round.code}" if former_round else ""),
        title=f"Annexe annuelle, année {statement.year}{revision}, contrat {contract.number}",
        template_name="dialogues/pdf/annual_annex.html",
        payload=payload,
        signatories=parties,
        readers=parties,
        former_round=former_round,
    )
