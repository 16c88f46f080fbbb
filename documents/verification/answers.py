"""What the portal says of a file or of a code to anyone who asks: here, and nowhere else.

Whoever holds the file or its code may know what it is: its title, its parties, who signed, in what capacity and when,
and what replaced it. Never an amount, a content, an address or a download.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.conf import settings

from documents.enums import DocumentKind, Stamp, Verdict
from documents.models import Document, Signature, StoredFile
from documents.verification import sentences
from documents.verification.reader import SignatureReport
from documents.verification.verdicts import Judgement, present_in

NOTICE = "Signatures de démonstration, non qualifiées : elles prouvent que rien n’a changé, pas qui a signé."


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
    level: str
    parties: tuple[str, ...]
    replaced_by: tuple[Replacement, ...]


@dataclass(frozen=True, kw_only=True)
class SignatureFacts:
    """A signature expected, or found. `is_valid` and `is_trusted` are None where the file was not examined.

    One on paper is in no file: the portal keeps the copy of its pages, deposited at `signed_at`, signed by hand on
    `handwritten_on`. `certificate` is what one's own certificate says of itself, and `is_certificate_known` whether the
    portal recognised its authority; None for a certificate that the portal gave.
    """

    side: str
    organisation: str
    signer: str = ""
    title: str = ""
    signed_at: datetime | None = None
    is_present: bool
    is_valid: bool | None = None
    is_trusted: bool | None = None
    is_timestamped: bool | None = None
    delegated_by: str = ""
    delegation_deed: str = ""
    is_on_paper: bool = False
    handwritten_on: date | None = None
    certificate: str = ""
    is_certificate_known: bool | None = None


class Asked(Enum):
    """What was asked about: the sentence speaks of it."""

    FILE = "file"
    DIGEST = "digest"
    CODE = "code"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The verdict, one sentence that says it, and what goes with it; `notice` is what its signatures do not prove."""

    verdict: Verdict
    document: DocumentFacts | None
    signatures: tuple[SignatureFacts, ...]
    reasons: tuple[str, ...]
    asked: Asked = Asked.FILE
    notice: str = ""
    binds_nobody: bool = False

    @property
    def sentence(self) -> str:
        return sentences.of_code(self) if self.asked == Asked.CODE else sentences.of_file(self)

    @property
    def missing(self) -> tuple[str, ...]:
        """The party of each signature that what was asked about lacks."""
        return tuple(line.organisation for line in self.signatures if not line.is_present)

    @property
    def on_paper(self) -> int:
        """How many of the signatures were given on paper."""
        return sum(line.is_on_paper for line in self.signatures)

    @property
    def is_unknown_code(self) -> bool:
        return self.asked == Asked.CODE and self.document is None

    @property
    def explains(self) -> bool:
        """There is more to say than the sentence and the name of what replaced the document."""
        is_said = self.needs_the_file or self.is_unknown_code or self.verdict == Verdict.SUPERSEDED
        return bool(self.reasons) and not is_said

    @property
    def needs_the_file(self) -> bool:
        """A fingerprint that is not known says nothing more: the file itself may."""
        return self.asked == Asked.DIGEST and self.document is None


def answer_of(judgement: Judgement, *, asked: Asked = Asked.FILE) -> Answer:
    """Return what may be said of a judgement."""
    document = judgement.document
    signatures = tuple(_expected(judgement, judgement.revision) if judgement.revision else _found(judgement))
    return Answer(
        verdict=judgement.verdict,
        document=_facts(document) if document else None,
        signatures=signatures,
        reasons=judgement.reasons,
        asked=asked,
        binds_nobody=document is not None and document.binds_nobody,
        notice=_notice(signatures) if judgement.verdict.is_ours else "",
    )


def plain(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON knows it: verdict, document, signatures, reasons."""
    content = asdict(answer)
    return {name: content[name] for name in ("verdict", "document", "signatures", "reasons")}


def _notice(signatures: Sequence[SignatureFacts]) -> str:
    """Return what is said of signatures made by the demonstration authority."""
    is_own = settings.SIGNING_PKCS12 or settings.SIGNING_PKCS11
    is_demonstration = not is_own and any(line.is_present and not line.is_on_paper for line in signatures)
    return NOTICE if is_demonstration else ""


def _facts(document: Document) -> DocumentFacts:
    return DocumentFacts(
        code=document.code,
        kind=document.kind,
        title=document.title,
        issued_at=document.issued_at,
        sha256=document.file.sha256,
        level=document.level,
        parties=tuple(dict.fromkeys(item.organisation_name for item in document.signature_list)),
        replaced_by=tuple(
            Replacement(code=later.code, title=later.title, is_amendment=later.kind == DocumentKind.AMENDMENT)
            for later in document.replacements
        ),
    )


def _expected(judgement: Judgement, revision: StoredFile) -> Iterator[SignatureFacts]:
    """Give the signatures that the register expects of a document, those that this state of it bears being present."""
    reports = {item.field: item for item in judgement.report.signatures} if judgement.report else {}
    present = present_in(judgement.document, revision)
    for item in judgement.document.signature_list:
        yield _line(item, reports.get(item.field_name), item in present)


def _line(item: Signature, report: SignatureReport | None, is_present: bool) -> SignatureFacts:
    who = {"side": item.side.value, "organisation": item.organisation_name, "is_present": is_present}
    if not is_present:
        return SignatureFacts(**who)
    return SignatureFacts(
        **who,
        signer=item.signer_name,
        title=item.signer_title,
        signed_at=item.signed_at,
        is_valid=report.valid if report else None,
        is_trusted=report.trusted if report else None,
        is_timestamped=item.stamp == Stamp.STAMPED,
        delegated_by=item.delegated_by,
        delegation_deed=item.delegation_deed,
        is_on_paper=item.is_on_paper,
        handwritten_on=item.handwritten_on,
        certificate=item.certificate_words,
        is_certificate_known=item.is_certificate_known,
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
