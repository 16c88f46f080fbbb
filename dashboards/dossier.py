"""The dossier of a contract: the whole story as values, block by block, in a number of queries that does not grow."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.urls import reverse

from accounts.models import Membership, Organisation
from agreements.agreement import Agreement
from agreements.models import AgreementLine, AgreementVersion
from contracts import panels
from contracts.assemblers import contract_content, terms_of
from contracts.consents import current_consents
from contracts.enums import ContractStatus
from contracts.models import AMENDMENT_ROWS, ENDING_ROWS, Contract, ContractYear
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.enums import PARTIES, Role, Side
from core.face import PartyLine
from core.fingerprints import fingerprint
from core.wording import counted
from dashboards.dialogues import spoken, with_turn
from dashboards.doors import buttons_of
from dashboards.due import due_block, running_year
from dashboards.ending import ending_block
from dashboards.history import history_of
from dashboards.missions import annexes_of, missions_block
from dashboards.progress import indicators_block
from dashboards.todo import waiting_for
from dashboards.turns import turn_of
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.models import AnnualAnnex, ManagementDialogue
from documents.enums import DocumentKind
from documents.models import Document
from documents.panels import signature_lines
from health_projects.models import HealthProject

SHOWN_HISTORY = 8
SHOWN_CLOSED = 2  # closed dialogues, the others are folded
SHOWN_PEOPLE = 3
PEOPLE_ROLES = (Role.PRESIDENT, Role.COORDINATOR, Role.OFFICER, Role.SIGNATORY, Role.ACCOUNTANT, Role.TREASURER)


def with_heading(contracts: QuerySet[Contract], actor: Actor) -> QuerySet[Contract]:
    """Load the row of a dossier with the figures of its project, which stand until those of the contract are fixed."""
    projects = HealthProject.objects.visible_to(actor).filter(pk=OuterRef("health_project")).with_figures()
    parties = ("cpts", "ars", "fund")
    return contracts.select_related(*parties, "health_project", "agreement_version", "document__file").annotate(
        project_population=Subquery(projects.values("population")),
        project_size=Subquery(projects.values("size")),
    )


def load(contract: Contract, actor: Actor) -> None:
    """Read what the dossier shows of a contract in this state, in a fixed number of queries."""
    dialogues = with_turn(ManagementDialogue.objects.visible_to(actor), actor)
    lookups: list = [
        "missions",
        Prefetch("years", ContractYear.objects.visible_to(actor).select_related("programme")),
        Prefetch("dialogues", dialogues.select_related("minutes_document__file")),
    ]
    if contract.document_id:
        lookups.append("document__signatures")
    if contract.agreement_version_id:
        lookups += ["agreement_version__missions", "agreement_version__sizes", "agreement_version__sources"]
        lookups.append(Prefetch("agreement_version__lines", AgreementLine.objects.select_related("mission")))
    if contract.is_signed:
        annexes = AnnualAnnex.objects.visible_to(actor).select_related("document__file")
        lookups += [
            "crises",
            *ENDING_ROWS,
            *AMENDMENT_ROWS,
            "amendments__document__signatures",
            "statements",
            "payments",
            Prefetch("annexes", annexes),
            "annexes__document__signatures",
        ]
    prefetch_related_objects([contract], *lookups)


def dossier_context(actor: Actor, contract: Contract) -> dict[str, Any]:
    """Return what the page of a dossier shows. Takes a contract of `with_heading`, in the actor's scope."""
    today = clock.today()
    load(contract, actor)
    reading = read_terms(contract)
    waiting = waiting_for(actor, contract)
    others = [item.item for item in waiting[1:]]
    history = history_of(contract)
    dialogues = dialogue_rows(contract, today)
    shown = sum(1 for row in dialogues if row.dialogue.status != DialogueStatus.CLOSED) + SHOWN_CLOSED
    return {
        "contract": contract,
        "is_cpts": actor.side == Side.CPTS,
        "facts": header_facts(contract, today),
        "turn": turn_of(actor, contract, waiting, today),
        "others": others,
        "missions": missions_block(contract, reading.agreement, today),
        "amendments": contract.amendments.all() if contract.is_signed else [],
        "ending": ending_block(contract, today),
        "due": due_block(contract, today),
        "indicators": indicators_block(actor, contract, today),
        "dialogues": dialogues[:shown],
        "older_dialogues": dialogues[shown:],
        "documents": document_rows(contract),
        "minutes": minutes_rows(contract),
        "begun_years": begun_years(contract, today),
        "parties": party_rows(contract),
        "consents": consent_lines(contract, reading),
        "signatures": signature_block(contract),
        "buttons": buttons_of(actor, contract, today),
        "history": history[:SHOWN_HISTORY],
        "older_history": history[SHOWN_HISTORY:],
    }


@dataclass(frozen=True, kw_only=True)
class TermsRead:
    """The agreement that a dossier is read with, and the hash of its content where consents may have become stale."""

    agreement: Agreement
    digest: str = ""


def read_terms(contract: Contract) -> TermsRead:
    """Return the agreement of a contract, the one in force before it is fixed (R2).

    The content is read whole only in negotiation, and only once someone consented to it.
    """
    if contract.agreement_version_id:
        return TermsRead(agreement=contract.agreement_version.as_value())
    if contract.status == ContractStatus.NEGOTIATION and current_consents(contract):
        terms = terms_of(contract)
        return TermsRead(agreement=terms.agreement, digest=fingerprint(contract_content(contract, terms=terms)))
    version = AgreementVersion.objects.with_rows().in_force_on(clock.today())
    return TermsRead(agreement=version.as_value())


# Header -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class HeaderFacts:
    """What the state line says. `year` is None before the signature, `is_forecast` before the content is agreed."""

    year: int | None
    size: int | None
    population: int | None
    population_year: int | None
    is_forecast: bool


def header_facts(contract: Contract, today: date) -> HeaderFacts:
    """Return the figures of the state line: those of the contract once agreed, of the project before."""
    year = running_year(contract, today)
    row = next((item for item in contract.years.all() if item.number == year), None)
    is_agreed = contract.size is not None
    return HeaderFacts(
        year=year,
        size=(row and row.size) or contract.size or contract.project_size,
        population=contract.population if is_agreed else contract.project_population,
        population_year=contract.population_year if is_agreed else None,
        is_forecast=not is_agreed,
    )


# Dialogues, documents, people ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DialogueRow:
    """A dialogue of the contract, and when it was or is to be held."""

    dialogue: ManagementDialogue
    when: str
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """A document: to download, or to watch being made (`size` None), and where its signatures are."""

    title: str
    url: str
    size: int | None
    tone: str
    state: str


@dataclass(frozen=True, kw_only=True)
class PartyRow:
    """A party and its people, in the order of their roles."""

    side: Side
    name: str
    people: list[Membership]
    more: int


def dialogue_rows(contract: Contract, today: date) -> list[DialogueRow]:
    """Return the dialogues of the contract: the open ones first, by their last day, then the closed ones."""
    rows = [
        DialogueRow(dialogue=item, when=_when(item), is_late=item.is_late(today)) for item in contract.dialogues.all()
    ]
    closed = [row for row in rows if row.dialogue.status == DialogueStatus.CLOSED]
    still = [row for row in rows if row.dialogue.is_open]
    still.sort(key=lambda row: row.dialogue.window_closes_on or date.max)
    closed.sort(key=lambda row: row.dialogue.held_on or today, reverse=True)
    return still + closed


def _when(dialogue: ManagementDialogue) -> str:
    if dialogue.held_on:
        return f"tenu le {format_date(dialogue.held_on)}"
    if dialogue.convened_for:
        return f"convoqué pour le {format_date(dialogue.convened_for)}"
    if dialogue.kind == DialogueKind.ANNUAL:
        return f"du {format_date(dialogue.window_opens_on)} au {format_date(dialogue.window_closes_on)}"
    return f"au plus tard le {format_date(dialogue.window_closes_on)}" if dialogue.window_closes_on else ""


def document_rows(contract: Contract) -> list[DocumentRow]:
    """Return the contract, its amendments and its annexes, the latest first."""
    rows = [_document_row(contract.document, f"Contrat {contract.number}")] if contract.document else []
    signed = contract.amendments.all() if contract.is_signed else []
    rows += [_document_row(amendment.document, amendment.label) for amendment in signed if amendment.document]
    rows += [_annex_row(annex) for annex in annexes_of(contract)]
    return rows[::-1]


def begun_years(contract: Contract, today: date) -> list[int]:
    """Return the contract years that began, the latest first; none before the signature."""
    running = running_year(contract, today) or 0
    return [year.number for year in contract.years.all() if year.number <= running][::-1]


def minutes_rows(contract: Contract) -> list[DocumentRow]:
    """Return the minutes of the closed dialogues, the latest first."""
    held = [dialogue for dialogue in contract.dialogues.all() if dialogue.minutes_document]
    held.sort(key=lambda dialogue: dialogue.held_on, reverse=True)
    return [_document_row(dialogue.minutes_document, sentence(spoken(dialogue))) for dialogue in held]


def sentence(words: str) -> str:
    """Return words with a capital."""
    return words[0].upper() + words[1:]


def _annex_row(annex: AnnualAnnex) -> DocumentRow:
    """R17: the annex of a closed year that was revised is kept, and said to be replaced."""
    row = _document_row(annex.document, f"Annexe annuelle, année {annex.year}")
    if annex.status == AnnexStatus.REPLACED:
        return replace(row, tone=annex.status.tone, state=annex.status.label)
    return row


def _document_row(document: Document, title: str) -> DocumentRow:
    tone, state = _document_state(document)
    return DocumentRow(
        title=title,
        url=reverse(f"documents:document_{'download' if document.is_ready else 'detail'}", args=[document.pk]),
        size=document.file.size if document.is_ready else None,
        tone=tone,
        state=state,
    )


def _document_state(document: Document) -> tuple[str, str]:
    if not document.is_ready:
        return "wait", "En préparation"
    if document.kind == DocumentKind.MINUTES:
        return "ok", "Approuvé par les trois"
    if document.is_signed:
        return "ok", "Signé par les trois"
    signed = sum(1 for item in document.signature_list if item.signed_at)
    return "wait", f"{counted(signed, 'signature')} sur {len(document.signature_list)}"


def party_rows(contract: Contract) -> list[PartyRow]:
    """Return the three parties with the people who act for them."""
    prefetch_related_objects(contract.parties, "memberships__user")
    return [_party_row(side, contract.party(side)) for side in PARTIES]


def _party_row(side: Side, organisation: Organisation) -> PartyRow:
    people = [
        member
        for member in organisation.memberships.all()
        if member.is_active and member.user.is_active and member.role in PEOPLE_ROLES
    ]
    people.sort(key=lambda member: (PEOPLE_ROLES.index(member.role), member.user.last_name, member.user.first_name))
    more = max(len(people) - SHOWN_PEOPLE, 0)
    return PartyRow(side=side, name=organisation.name, people=people[:SHOWN_PEOPLE], more=more)


def consent_lines(contract: Contract, reading: TermsRead) -> list[PartyLine]:
    """Return one line a party while the content is negotiated; empty otherwise."""
    is_negotiated = contract.status == ContractStatus.NEGOTIATION
    return panels.consent_lines(contract, reading.digest) if is_negotiated else []


@dataclass(frozen=True, kw_only=True)
class SignatureBlock:
    """The document that is being signed, and one line a signatory."""

    title: str
    lines: list[PartyLine]


def signature_block(contract: Contract) -> SignatureBlock | None:
    """Return the signatures of the contract, or of its last annex, while they are gathered; None otherwise."""
    pending = [("Signatures du contrat", contract.document)] if contract.status == ContractStatus.SIGNING else []
    pending += [
        (f"Signatures de l’annexe, année {annex.year}", annex.document)
        for annex in annexes_of(contract)
        if annex.status == AnnexStatus.SIGNING
    ]
    if not pending:
        return None
    title, document = pending[-1]
    return SignatureBlock(title=title, lines=signature_lines(document))
