"""Gateway to the verifier: is this file whole, who signed it, and does their authority count here?

Slow (a second or more per file): call it from a worker, and keep the verdict by the SHA-256 of the bytes.
It judges the bytes alone. That they are the bytes the portal issued is told by their SHA-256: a signature leaves a
few of its own bytes (padding, letter case of its hexadecimal) unprotected.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from documents.signing.fields import TIMESTAMP_FIELD, spoken_fields

logger = logging.getLogger(__name__)

CODE = re.compile(rb"<dc:identifier>([2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2})</dc:identifier>")
MOST_CODES = 20  # a document bears its own, once or twice: a file with a million of them would be asked of the register
UNREADABLE = "Le fichier n’est pas un PDF lisible, ou il a été altéré."
LOCKED = "Le fichier est protégé par un mot de passe : ni son code ni ses signatures ne peuvent être lus."
EMPTY = "Le fichier est vide."
UNSIGNED = "Le fichier ne porte aucune signature."


@dataclass(frozen=True, kw_only=True)
class SignatureReport:
    """One signature: `valid`, what it covers is unaltered; `trusted`, its certificate comes from our roots too.

    `certified` says that of the certificate alone, whatever the signature covers now.
    """

    field: str
    signer: str
    organisation: str
    signed_at: datetime | None
    valid: bool
    certified: bool
    trusted: bool
    covers_whole_file: bool
    is_timestamped: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PdfReport:
    """What the bytes say of themselves; signatures in the order they were made, `codes` as the metadata hold them."""

    is_intact: bool
    signatures: tuple[SignatureReport, ...]
    unsigned_fields: tuple[str, ...]
    reasons: tuple[str, ...]
    codes: frozenset[str] = frozenset()

    @property
    def is_trusted(self) -> bool:
        """Every signature is from a trusted root."""
        return bool(self.signatures) and all(report.trusted for report in self.signatures)

    @property
    def is_complete(self) -> bool:
        """No place waits for a signature: false too for a file cut back to an earlier signature."""
        return bool(self.signatures) and not self.unsigned_fields


def verify_pdf(pdf: bytes, *, trusted_roots: Sequence[x509.Certificate]) -> PdfReport:
    """Return what the bytes of a file are worth.

    Never raises for what the file contains: what cannot be read is not intact.
    """
    try:
        return _examined(pdf, trusted_roots)
    except Exception:  # the engine stumbles in many ways on altered bytes; each means the file is not what it was
        logger.info("unreadable PDF", exc_info=True)
        return _unread(pdf, UNREADABLE if pdf else EMPTY)


def _unread(pdf: bytes, reason: str) -> PdfReport:
    return PdfReport(is_intact=False, signatures=(), unsigned_fields=(), reasons=(reason,), codes=codes_in(pdf))


def _examined(pdf: bytes, trusted_roots: Sequence[x509.Certificate]) -> PdfReport:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    reader = PdfFileReader(BytesIO(pdf))
    if reader.encrypted:
        return _unread(pdf, LOCKED)
    embedded = reader.embedded_regular_signatures
    reports = tuple(_report(item, trusted_roots) for item in embedded)
    empty = (str(name) for name, value, _ in enumerate_sig_fields(reader) if value is None)
    unsigned = tuple(name for name in empty if not name.startswith(TIMESTAMP_FIELD))
    reasons = _told_together(reports)
    whole = bool(reports) and _ends_with_a_signature(reader, reports)
    if not reports:
        reasons.append(UNSIGNED)
    elif not whole:
        reasons.append("Le fichier a été allongé ou raccourci après la dernière signature.")
    return PdfReport(
        is_intact=whole and all(report.valid for report in reports),
        signatures=reports,
        unsigned_fields=unsigned,
        reasons=tuple(reasons),
        codes=codes_in(pdf) | _codes_of_metadata(reader),
    )


def _told_together(reports: Sequence[SignatureReport]) -> list[str]:
    """Say each reason once, with the signatures that it is about."""
    about: dict[str, list[str]] = {}
    for report in reports:
        for reason in report.reasons:
            about.setdefault(reason, []).append(report.field)
    return [f"{spoken_fields(fields)} : {reason}" for reason, fields in about.items()]


def codes_in(pdf: bytes) -> frozenset[str]:
    """Return the verification codes that stand in clear in a file, whole or damaged."""
    codes: set[str] = set()
    for found in CODE.finditer(pdf):
        codes.add(found[1].decode())
        if len(codes) == MOST_CODES:
            break
    return frozenset(codes)


def _codes_of_metadata(reader) -> frozenset[str]:
    """Return the codes of metadata that another program compressed when it saved the file."""
    try:
        return codes_in(reader.root["/Metadata"].data)
    except Exception:  # no metadata, or none that can be read: the file then says no code
        logger.info("metadata not read", exc_info=True)
        return frozenset()


def _ends_with_a_signature(reader, reports: Sequence[SignatureReport]) -> bool:
    """Say whether the last signature, or the time stamp after it, covers the file to its last byte."""
    stamps = reader.embedded_timestamp_signatures
    return reports[-1].covers_whole_file or bool(stamps and _covers_whole_file(stamps[-1]))


def _report(embedded, roots: Sequence[x509.Certificate]) -> SignatureReport:
    """Judge one signature; an error of the engine is a signature that does not hold, not a file without one."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    reasons, valid, trusted, timestamped = [], False, False, False
    signed_at = embedded.self_reported_timestamp
    is_issued = _is_issued_by(embedded.signer_cert, roots)
    try:
        # The certificate is judged at the time of the signature. Without a time stamp that time is the signatory's
        # word, here the portal's own clock; revocation lists come with the archival level.
        trust_roots = [_engine_certificate(root) for root in roots]
        context = ValidationContext(trust_roots=trust_roots, moment=signed_at, allow_fetching=False)
        status = validate_pdf_signature(embedded, signer_validation_context=context)
    except Exception:
        logger.info("signature not verified", exc_info=True)
        reasons.append("ce qui a été signé ne peut plus être lu.")
    else:
        reasons = _reasons(status, is_issued=is_issued)
        valid = status.intact and status.valid and _only_signed_since(status)
        trusted = valid and status.trusted
        timestamped = _is_timestamped(status)
        if timestamped:
            signed_at = status.timestamp_validity.timestamp
    subject = embedded.signer_cert.subject.native
    return SignatureReport(
        field=str(embedded.field_name),  # the engine's own string holds the whole file
        signer=_text(subject.get("common_name")),
        organisation=_text(subject.get("organization_name")),
        signed_at=signed_at,
        valid=valid,
        certified=trusted or is_issued,
        trusted=trusted,
        covers_whole_file=_covers_whole_file(embedded),
        is_timestamped=timestamped,
        reasons=tuple(reasons),
    )


def _reasons(status, *, is_issued: bool) -> list[str]:
    """Return what is wrong with a signature; the engine trusts no certificate over a content that was altered."""
    reasons, holds = [], status.intact and status.valid
    if not holds:
        reasons.append("le contenu signé a été altéré.")
    elif not _only_signed_since(status):
        reasons.append("le document a été modifié depuis.")
    if not status.trusted and (holds or not is_issued):
        reasons.append("le certificat ne vient pas d’une autorité reconnue.")
    if status.timestamp_validity and not _is_timestamped(status):
        reasons.append("l’horodatage ne vient pas d’une autorité reconnue.")
    return reasons


def _is_timestamped(status) -> bool:
    token = status.timestamp_validity
    return bool(token and token.intact and token.valid and token.trusted)


def _only_signed_since(status) -> bool:
    """Nothing was added after this signature but what it allows: other signatures."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    return bool(status.docmdp_ok) and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION


def _covers_whole_file(embedded) -> bool:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        return embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    except Exception:
        logger.info("coverage not measured", exc_info=True)
        return False


def _engine_certificate(certificate: x509.Certificate):
    from asn1crypto import x509 as asn1

    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _is_issued_by(certificate, roots: Sequence[x509.Certificate]) -> bool:
    """Say whether a certificate is one of the roots, or was issued by one."""
    ours = x509.load_der_x509_certificate(certificate.dump())
    return any(ours == root or _signs(root, ours) for root in roots)


def _signs(root: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value or "")
