"""What the portal says of a file or of a code to anyone who asks: here, and nowhere else.

Whoever holds the file or its code may know what it is: its title, its parties, who signed, in what capacity and when,
and what replaced it. Never an amount, a content, an address or a download.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from documents.enums import DocumentKind, Verdict
from documents.models import Document, Signature, StoredFile
from documents.verdicts import Judgement, signed_in
from documents.verification import SignatureReport


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """The document that replaced another, or amended it."""

    code: str
    title: str
    is_amendment: bool


@dataclass(frozen=True, kw_only=True)
class DocumentFacts:
    """What identifies a document."""

    code: str
    kind: str
    title: str
    issued_at: datetime
    sha256: str
    parties: tuple[str, ...]
    replaced_by: tuple[Replacement, ...]


@dataclass(frozen=True, kw_only=True)
class SignatureFacts:
    """A signature expected, or found. `is_valid` and the two after it are None where the file was not examined."""

    side: str
    organisation: str
    signer: str = ""
    title: str = ""
    signed_at: datetime | None = None
    is_present: bool
    is_valid: bool | None = None
    is_trusted: bool | None = None
    is_timestamped: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The verdict, and what goes with it."""

    verdict: Verdict
    document: DocumentFacts | None
    signatures: tuple[SignatureFacts, ...]
    reasons: tuple[str, ...]


def answer_of(judgement: Judgement) -> Answer:
    """Return what may be said of a judgement."""
    document = judgement.document
    return Answer(
        verdict=judgement.verdict,
        document=_facts(document) if document else None,
        signatures=tuple(_expected(judgement, judgement.revision) if judgement.revision else _found(judgement)),
        reasons=judgement.reasons,
    )


def plain(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON knows it."""
    return asdict(answer)


def _facts(document: Document) -> DocumentFacts:
    return DocumentFacts(
        code=document.code,
        kind=document.kind,
        title=document.title,
        issued_at=document.issued_at,
        sha256=document.file.sha256,
        parties=tuple(item.organisation.name for item in document.signature_list),
        replaced_by=tuple(
            Replacement(code=later.code, title=later.title, is_amendment=later.kind == DocumentKind.AMENDMENT)
            for later in document.replacements
        ),
    )


def _expected(judgement: Judgement, revision: StoredFile) -> Iterator[SignatureFacts]:
    """Give the signatures that the register expects of a document, those that this state of it bears being present."""
    reports = {item.field: item for item in judgement.report.signatures} if judgement.report else {}
    present = signed_in(judgement.document, revision)
    for item in judgement.document.signature_list:
        yield _line(item, reports.get(item.field_name), item in present)


def _line(item: Signature, report: SignatureReport | None, is_present: bool) -> SignatureFacts:
    who = {"side": item.side.value, "organisation": item.organisation.name, "is_present": is_present}
    if not is_present:
        return SignatureFacts(**who)
    return SignatureFacts(
        **who,
        signer=item.signer_name,
        title=item.signer_title,
        signed_at=item.signed_at,
        is_valid=report.valid if report else None,
        is_trusted=report.trusted if report else None,
        is_timestamped=report.is_timestamped if report else None,
    )


def _found(judgement: Judgement) -> Iterator[SignatureFacts]:
    """Give the signatures of bytes that were never stored, in their own words: nothing of the register vouches."""
    for report in judgement.report.signatures if judgement.report else ():
        yield SignatureFacts(
            side="",
            organisation=report.organisation,
            signer=report.signer,
            signed_at=report.signed_at,
            is_present=True,
            is_valid=report.valid,
            is_trusted=report.trusted,
            is_timestamped=report.is_timestamped,
        )
