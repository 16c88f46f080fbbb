"""The verdict on a file: the register first, then what its own bytes say.

A file is ours only if its SHA-256 is that of a state we stored: nothing else ever makes it genuine. Its code and its
signatures then tell a file of ours that was altered from one we never knew.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509

from core.wording import spoken_list
from documents.enums import DocumentKind, Verdict
from documents.models import Document, Signature, StoredFile
from documents.signing.authority import SigningUnavailable, current_authority
from documents.signing.fields import is_signature_field
from documents.verification.checking import examine
from documents.verification.reader import UNSIGNED, PdfReport, codes_in

NOT_EXAMINED = "Les signatures de ce fichier n’ont pas pu être examinées : il demande trop de temps ou de mémoire."
STOPPED = "La signature de ce document s’est arrêtée sans effet : il n’engage personne."
NEVER_ISSUED = (
    "Le portail n’a émis aucun fichier identique, et ne lit dans celui-ci ni un de ses codes ni une de ses signatures. "
    "Si un code est imprimé sur les pages, vérifiez ce code."
)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdict, the document it is about, the state of it that the file is, and what its signatures are worth.

    `document` is None for a file that says nothing known, `revision` for bytes that were never stored, `report`
    when the signatures were not examined.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    document: Document | None = None
    revision: StoredFile | None = None
    report: PdfReport | None = None


def judge_file(content: bytes) -> Judgement:
    """Return the verdict on the bytes of a file, its signatures examined in a process of their own."""
    known = judge_known(content)
    report = examine(content, trusted_roots=_trusted_roots())
    document, revision = known.document, known.revision
    if document is None and report:
        document = _document_of_codes(report.codes)
    return _judgement(document, revision, report, (NOT_EXAMINED,) if report is None else ())


def judge_known(content: bytes) -> Judgement:
    """Return what the register alone says of the bytes of a file: its SHA-256, or else the code it bears."""
    known = judge_digest(hashlib.sha256(content).hexdigest())
    if known.document:
        return known
    return _judgement(_document_of_codes(codes_in(content)), None, None)


def judge_digest(sha256: str) -> Judgement:
    """Return what the register says of a SHA-256 (lower-case hexadecimal): UNKNOWN for bytes never stored."""
    revision = StoredFile.objects.filter(sha256=sha256, document__isnull=False).first()
    if revision is None:
        return _judgement(None, None, None)
    return _judgement(Document.objects.to_verify().get(pk=revision.document_id), revision, None)


def judge_code(code: str) -> Judgement:
    """Return what the register says of the document of a code, as it is today; UNKNOWN where there is none."""
    document = Document.objects.to_verify().filter(code=code, file__isnull=False).first()
    return _judgement(document, document and document.file, None)


def signed_in(document: Document, revision: StoredFile) -> list[Signature]:
    """Return the signatures that a state of a document bears, in the order they were made.

    Each signature only adds bytes: those of a smaller or equal state are in it.
    """
    present = [item for item in document.signature_list if item.file and item.file.size <= revision.size]
    return sorted(present, key=lambda item: item.file.size)


def present_in(document: Document, revision: StoredFile) -> list[Signature]:
    """Return the signatures of a document that stand when this state of it is in hand: those its bytes bear, and those
    given on paper, of which the portal keeps the copy."""
    return [*signed_in(document, revision), *(item for item in document.signature_list if item.is_on_paper)]


def _document_of_codes(codes: frozenset[str]) -> Document | None:
    return Document.objects.to_verify().filter(code__in=codes, file__isnull=False).first() if codes else None


def _trusted_roots() -> Sequence[x509.Certificate]:
    try:
        return current_authority().trusted_roots()
    except SigningUnavailable:
        return ()


def _judgement(
    document: Document | None, revision: StoredFile | None, report: PdfReport | None, said: tuple[str, ...] = ()
) -> Judgement:
    verdict, reasons = _decide(document, revision, report)
    found = report.reasons if report and report.reasons != (UNSIGNED,) else ()
    return Judgement(
        verdict=verdict, reasons=(*reasons, *said, *found), document=document, revision=revision, report=report
    )


def _decide(
    document: Document | None, revision: StoredFile | None, report: PdfReport | None
) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and why, from what the register knows and what the signatures of the file say."""
    if document is None:
        return _stranger(report)
    if revision is None:
        return Verdict.ALTERED, (
            f"Le fichier porte le code {document.code}, mais ce n’est pas le fichier que le portail a émis.",
        )
    if report and not _bears_what_was_registered(document, revision, report):
        return Verdict.ALTERED, ("Les signatures du fichier ne sont pas celles que le portail a enregistrées.",)
    missing = _missing(document, revision)
    replaced = _replaced(document)
    if missing:
        return Verdict.INCOMPLETE, (*missing, *replaced)
    return (Verdict.SUPERSEDED if replaced else Verdict.GENUINE), replaced


def _stranger(report: PdfReport | None) -> tuple[Verdict, tuple[str, ...]]:
    if report and any(item.certified and is_signature_field(item.field) for item in report.signatures):
        return Verdict.ALTERED, (
            "Le fichier porte une signature faite par le portail, mais le portail n’a émis aucun fichier identique.",
        )
    return Verdict.UNKNOWN, (NEVER_ISSUED,)


def _bears_what_was_registered(document: Document, revision: StoredFile, report: PdfReport) -> bool:
    """As many signatures as registered, in that order, each holding."""
    expected = [item.field_name for item in signed_in(document, revision)]
    return [item.field for item in report.signatures] == expected and (report.is_intact or not expected)


def _missing(document: Document, revision: StoredFile) -> tuple[str, ...]:
    """Return why a state of a document is not the whole of it, or binds nobody."""
    if document.binds_nobody:
        return (STOPPED,)
    expected = document.signature_list
    present = present_in(document, revision)
    if len(present) < len(expected):
        absent = list(dict.fromkeys(item.organisation_name for item in expected if item not in present))
        return (f"Signatures présentes : {len(present)} sur {len(expected)}. Manque : {spoken_list(absent)}.",)
    if revision.sha256 != document.file.sha256:
        return ("Ce fichier est un état antérieur du document : le portail en conserve un plus récent.",)
    return ()


def _replaced(document: Document) -> tuple[str, ...]:
    return tuple(
        f"{'Modifié' if later.kind == DocumentKind.AMENDMENT else 'Remplacé'} par « {later.title} », code {later.code}."
        for later in document.replacements
    )
