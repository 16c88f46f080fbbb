"""Gateway to the signing engine: one PAdES signature, in the field that waits for it, on the bytes others signed.

Baseline level B, or T where TSA_URL names a time-stamp authority; archival time stamps (LTA) come with the circuit.
"""

import logging
from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.utils import timezone

from core.errors import DomainError
from documents.authority import SigningIdentity

logger = logging.getLogger(__name__)

TSA_TIMEOUT_SECONDS = 5


class SigningError(DomainError):
    """The signature was not made, and no byte was written."""


def sign_pdf(
    *,
    pdf: bytes,
    field_name: str,
    signer: SigningIdentity,
    signer_name: str,
    reason: str,
    location: str,
    signed_at: datetime,
    certify: bool,
) -> bytes:
    """Return `pdf` with one more signature, as an incremental update: what was signed before is untouched.

    `certify` is for the first signature of a document: it then allows nothing but further signatures. `signed_at` is
    aware; `reason` and `location` go into the signature. Raises SigningError when the field is missing or already
    signed, when the file forbids it, or when the time-stamp authority does not answer (never a lesser signature).
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError as RefusedByEngine

    from documents.fonts import FontMissing
    from documents.pades import TimestampUnavailable

    _check_field(pdf, field_name)
    try:
        signed = _signed(pdf, field_name, signer, signer_name, reason, location, signed_at, certify)
    except TimestampUnavailable as error:
        raise SigningError(
            "L’autorité d’horodatage ne répond pas : votre signature n’a pas été apposée. Réessayez dans un moment."
        ) from error
    except FontMissing as error:
        raise SigningError(
            "Aucune police n’est installée pour dessiner la signature : prévenez l’administrateur."
        ) from error
    except (PdfError, RefusedByEngine, ValueError) as error:
        logger.exception("signature refused by the engine")
        raise SigningError("Ce document ne peut pas recevoir cette signature.") from error
    if not signed.startswith(pdf) or len(signed) == len(pdf):
        raise SigningError("La signature aurait modifié le document déjà signé : elle n’a pas été apposée.")
    return signed


def _check_field(pdf: bytes, field_name: str) -> None:
    fields = signature_fields(pdf)
    if field_name not in fields:
        raise SigningError("Ce document n’a pas d’emplacement pour cette signature.")
    if fields[field_name]:
        raise SigningError("Cet emplacement est déjà signé.")


def signature_fields(pdf: bytes) -> dict[str, bool]:
    """Return the signature fields of a file, in the order of the page, and whether each is signed."""
    from io import BytesIO

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    try:
        return {name: value is not None for name, value, _ in enumerate_sig_fields(PdfFileReader(BytesIO(pdf)))}
    except (PdfError, ValueError) as error:
        raise SigningError("Ce fichier n’est pas un PDF que le portail sait signer.") from error


def _signed(
    pdf: bytes,
    field_name: str,
    signer: SigningIdentity,
    signer_name: str,
    reason: str,
    location: str,
    signed_at: datetime,
    certify: bool,
) -> bytes:
    from io import BytesIO

    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata

    from documents.pades import DatedSigner, KeptMetadataWriter, StampStyle, stamp_lines

    local_time = timezone.localtime(signed_at)
    lines = stamp_lines(
        signer_name=signer_name, organisation=signer.organisation, signed_at=local_time, notice=signer.notice
    )
    metadata = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=signer_name,
        reason=reason,
        location=location,
        certify=certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    engine = DatedSigner(
        metadata,
        signer=_engine_signer(signer),
        timestamper=_timestamper(settings.TSA_URL) if settings.TSA_URL else None,
        stamp_style=StampStyle(lines=lines),
        signed_at=local_time,
    )
    return engine.sign_pdf(KeptMetadataWriter(BytesIO(pdf)), existing_fields_only=True).getvalue()


def _engine_signer(identity: SigningIdentity):
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    def loaded(certificate):
        return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))

    private_key = identity.private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    registry = SimpleCertificateStore()
    registry.register_multiple([loaded(certificate) for certificate in identity.chain])
    return SimpleSigner(
        signing_cert=loaded(identity.certificate),
        signing_key=keys.PrivateKeyInfo.load(private_key),
        cert_registry=registry,
    )


@cache
def _timestamper(url: str):
    """Return the client of the authority, one per worker: a new one asks twice at its first signature."""
    from documents.pades import HttpTimeStamper

    return HttpTimeStamper(url, timeout=TSA_TIMEOUT_SECONDS)
