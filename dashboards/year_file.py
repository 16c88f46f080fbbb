"""The file of a contract year: its documents, the evidence behind its values and its statement, in one archive.

A person finds in it what they may read, and no more: files are scoped like everywhere else.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from django.db.models import Q
from django.template.loader import render_to_string

from contracts.models import Contract, ContractYear
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.spreadsheets import write_csv
from dialogues.models import AnnualAnnex, ClosedRevision, ManagementDialogue
from documents.archives import Piece, Placed, place, write_archive
from documents.models import Document, StoredFile
from funding.models import Statement
from funding.sheets import statement_sheet
from indicators.enums import ValueStatus
from indicators.models import Deliverable, Evidence, Indicator
from spending.models import Expense

IN_MEMORY = 1024 * 1024  # beyond, the archive is on the disk until it is sent
INDEX_HEADS = ("Dossier", "Fichier", "Pièce", "Ce qu’elle montre", "Déposée ou émise le", "Octets", "SHA-256")
VALUE_HEADS = (
    *("Mission", "Indicateur", "Valeur", "Unité", "Du", "Au", "Source", "État", "Saisie par", "Saisie le"),
    *("Confirmée par", "Confirmée le", "Décision", "Pièces"),
)


def year_file(actor: Actor, year: ContractYear) -> BinaryIO:
    """Return the archive of a contract year, as the actor may read it, ready to be sent from its beginning.

    Raises AlteredFile or StorageUnavailable when a file cannot be given whole.
    """
    placed = place(pieces_of(actor, year))
    with ExitStack() as on_error:
        archive = on_error.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        write_archive(archive, placed, _sheets(actor, year, placed))
        on_error.pop_all()  # whole: the response that sends it closes it
    archive.seek(0)
    return archive


def pieces_of(actor: Actor, year: ContractYear) -> list[Piece]:
    """Return the stored files of a contract year that the actor may read, in the order of the archive."""
    readable = set(StoredFile.objects.visible_to(actor).values_list("pk", flat=True).filter(pk__in=_file_ids(year)))
    evidence = [piece for piece in _evidence(year) if piece.file.pk in readable]
    return [*_documents(actor, year), *evidence]


# Signed documents and minutes


def _documents(actor: Actor, year: ContractYear) -> Iterator[Piece]:
    contract, documents = year.contract, Document.objects.visible_to(actor).filter(file__isnull=False)
    documents = documents.select_related("file").prefetch_related(
        "signatures__organisation", "signatures__scan", "signatures__deed"
    )
    kept = {document.pk: document for document in documents.filter(pk__in=_document_ids(year))}
    labels = {contract.document_id: ("1-contrat", f"Contrat {contract.number}")}
    for amendment in contract.amendments_in_force():
        labels[amendment.document_id] = ("1-contrat", amendment.label)
    for annex in _annexes(contract, year):
        labels[annex.document_id] = ("2-annexe", f"Annexe annuelle, année {annex.year}")
    for dialogue in _dialogues(contract, year):
        labels[dialogue.minutes_document_id] = ("3-comptes-rendus", str(dialogue))
    for revision in _revisions(contract, year):
        labels[revision.minutes_document_id] = ("3-comptes-rendus", str(revision))
    for statement in _statements(contract, year):
        labels[statement.document_id] = ("7-decompte", _named(statement))
    for pk, (folder, label) in labels.items():
        if document := kept.get(pk):
            yield Piece(folder=folder, label=label, detail=f"Code {document.code}", file=document.file)
            yield from _kept_beside(document, folder, label)


def _kept_beside(document: Document, folder: str, label: str) -> Iterator[Piece]:
    """Give what vouches, out of its file, for the signatures of a document: papers signed by hand, deeds."""
    for row in document.signature_list:
        if row.scan:
            detail = f"Signé sur papier, {row.organisation_name}"
            yield Piece(folder=folder, label=label, detail=detail, file=row.scan)
        if row.deed:
            detail = f"Acte de délégation, {row.organisation_name}"
            yield Piece(folder=folder, label=label, detail=detail, file=row.deed)


def _document_ids(year: ContractYear) -> set:
    contract = year.contract
    found = {contract.document_id, *(amendment.document_id for amendment in contract.amendments_in_force())}
    found |= {annex.document_id for annex in _annexes(contract, year)}
    found |= {dialogue.minutes_document_id for dialogue in _dialogues(contract, year)}
    found |= {statement.document_id for statement in _statements(contract, year)}
    return found | {revision.minutes_document_id for revision in _revisions(contract, year)}


def _annexes(contract: Contract, year: ContractYear):
    return AnnualAnnex.objects.filter(contract=contract, year=year.number)


def _statements(contract: Contract, year: ContractYear):
    return Statement.objects.filter(contract=contract, year=year.number)


def _named(statement: Statement) -> str:
    revision = f", révision {statement.revision}" if statement.revision > 1 else ""
    return f"Décompte de l’année {statement.year}{revision}"


def _dialogues(contract: Contract, year: ContractYear):
    """The dialogues held in the year, and the one that evaluates it."""
    starts_on, ends_on = contract.anniversary(year.number - 1), contract.end_of_year(year.number)
    held = Q(year__isnull=True, held_on__gte=starts_on, held_on__lt=ends_on)
    return ManagementDialogue.objects.filter(held | Q(year=year.number), contract=contract).order_by("held_on", "pk")


def _revisions(contract: Contract, year: ContractYear):
    return ClosedRevision.objects.filter(dialogue__in=_dialogues(contract, year)).select_related("dialogue")


# Evidence


def _evidence(year: ContractYear) -> Iterator[Piece]:
    for row in _value_evidence(year).select_related("file", "value__indicator"):
        yield Piece(folder="4-valeurs", label=str(row), detail=str(row.value), file=row.file)
    for row in _deliverables(year).select_related("file", "action"):
        yield Piece(folder="5-livrables", label=row.label, detail=row.action.title, file=row.file)
    for row in _expenses(year).select_related("receipt"):
        yield Piece(
            folder="6-depenses", label=row.label, detail=f"payée le {format_date(row.spent_on)}", file=row.receipt
        )


def _file_ids(year: ContractYear) -> list:
    return [
        *_value_evidence(year).values_list("file_id", flat=True),
        *_deliverables(year).values_list("file_id", flat=True),
        *_expenses(year).values_list("receipt_id", flat=True),
    ]


def _value_evidence(year: ContractYear):
    return Evidence.objects.filter(value__indicator__programme_mission__programme=year.programme_id)


def _deliverables(year: ContractYear):
    return Deliverable.objects.filter(action__programme_mission__programme=year.programme_id, file__isnull=False)


def _expenses(year: ContractYear):
    return Expense.objects.filter(contract=year.contract, year=year.number, receipt__isnull=False).counted()


# What is written for the archive


def _sheets(actor: Actor, year: ContractYear, placed: list[Placed]) -> dict[str, bytes]:
    statements = list(Statement.objects.visible_to(actor).filter(contract=year.contract, year=year.number))
    names = [f"decompte-revision-{statement.revision}.csv" for statement in statements]
    context = {
        "year": year,
        "contract": year.contract,
        "starts_on": year.contract.anniversary(year.number - 1),
        "ends_on": year.contract.end_of_year(year.number),
        "placed": placed,
        "statements": list(zip(names, statements, strict=True)),
        "made_on": clock.today(),
        "made_by": actor,
    }
    return {
        "index.html": render_to_string("dashboards/archive/index.html", context).encode(),
        "index.csv": write_csv(INDEX_HEADS, map(_index_row, placed)),
        "valeurs.csv": write_csv(VALUE_HEADS, _value_rows(actor, year, placed)),
        **{name: write_csv(*statement_sheet(statement)) for name, statement in zip(names, statements, strict=True)},
    }


def _index_row(item: Placed) -> tuple:
    piece, (folder, name) = item.piece, item.path.split("/")
    return (folder, name, piece.label, piece.detail, piece.file.created_at, piece.file.size, piece.file.sha256)


def _value_rows(actor: Actor, year: ContractYear, placed: list[Placed]) -> Iterator[tuple]:
    paths = {item.piece.file.pk: item.path for item in placed}
    rows = Indicator.objects.visible_to(actor).filter(programme_mission__programme=year.programme_id)
    rows = rows.select_related("programme_mission", "value").prefetch_related("value__evidence")
    for indicator in rows.order_by("programme_mission__position", "position", "pk"):
        head = (str(indicator.programme_mission), indicator.label)
        value = indicator.current_value
        if value is None:
            yield (*head, "", indicator.unit, *_nothing(8), indicator.get_settlement_display(), "")
            continue
        evidence = "; ".join(paths[row.file_id] for row in value.evidence.all() if row.file_id in paths)
        yield (
            *(*head, value.words, indicator.unit, value.period_start, value.period_end, value.source),
            *(ValueStatus(value.status).label, value.entered_by_name, value.entered_at),
            *(value.confirmed_by_name, value.confirmed_at, indicator.get_settlement_display(), evidence),
        )


def _nothing(count: int) -> tuple[str, ...]:
    return ("",) * count
