"""Gateway to the signing engine: one PAdES signature, in the field that waits for it, on the bytes others signed.

Level B-LT where TSA_URL names a time-stamp authority (the document time stamp then makes it B-LTA), B-B otherwise.
An authority that does not answer never costs a signature: it is made without a token, says so, and the document is
time-stamped later (`stamp_document`).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from core.errors import DomainError
from documents.signing.identities import SigningIdentity, TimeStamp

logger = logging.getLogger(__name__)

# After a failure, signatories are not kept waiting: the next ones sign without asking, the job asks for them.
SILENCE_KEY, SILENCE_SECONDS = "documents:time-stamp-authority-silent", 60
NO_STAMP = "sans horodatage"
STAMP_TO_COME = "horodatage du document à suivre"


class SigningError(DomainError):
    """The signature was not made, and no byte was written."""


class StampPending(DomainError):
    """The time stamp was not made, and no byte was written: ask again later."""


@dataclass(frozen=True, kw_only=True)
class SignedPdf:
    """A file with one more signature; `stamp` is None where no authority vouches for its time, `awaits_stamp` when
    one should have."""

    content: bytes
    stamp: TimeStamp | None
    awaits_stamp: bool = False


def load_engine() -> None:
    """Load the engine now: a second of imports, better spent before a row is locked than while others wait for it."""
    from documents.signing import keys, pades, timestamps  # noqa: F401


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
    mandate: str = "",
) -> SignedPdf:
    """Return `pdf` with one more signature, as an incremental update: what was signed before is untouched.

    `certify` is for the first signature of a document: it then allows nothing but further signatures. `signed_at` is
    aware; `reason` and `location` go into the signature, `mandate` (« par délégation de … ») under the name of who
    signs. Raises SigningError when the field is missing or already signed, or when the file forbids it.
    """
    from documents.signing.timestamps import TimestampUnavailable, token_time

    sign = partial(_signed, pdf, field_name, signer, signer_name, mandate, reason, location, signed_at, certify)
    stamp = None
    with _refusals():
        if settings.TSA_URL and not cache.get(SILENCE_KEY):
            try:
                content = sign(with_token=True, stamping=f"horodaté par {_authority_name()}")
                stamp = token_time(content, field_name)
            except TimestampUnavailable:
                _note_silence()
        if stamp is None:
            content = sign(with_token=False, stamping=STAMP_TO_COME if settings.TSA_URL else NO_STAMP)
    _check_added(pdf, content)
    return SignedPdf(content=content, stamp=stamp, awaits_stamp=bool(settings.TSA_URL) and stamp is None)


def stamp_document(pdf: bytes) -> SignedPdf:
    """Return `pdf` with a document time stamp over all that it holds, revocation data included (PAdES B-LTA).

    Raises StampPending when the authority does not answer with a token that holds, SigningError where the document
    has no field left for a time stamp.
    """
    from documents.signing.timestamps import NoFieldLeft, TimestampUnavailable, stamped

    try:
        with _refusals():
            content, stamp = stamped(pdf)
    except TimestampUnavailable as error:
        _note_silence()
        raise StampPending("L’autorité d’horodatage ne répond pas.") from error
    except NoFieldLeft as error:
        raise SigningError("Ce document n’a plus d’emplacement pour un horodatage.") from error
    cache.delete(SILENCE_KEY)
    _check_added(pdf, content)
    return SignedPdf(content=content, stamp=stamp)


def stamp_of(pdf: bytes, field_name: str) -> TimeStamp:
    """Return what the time stamp of a signature says; the caller knows that there is one, and that it holds."""
    from documents.signing.timestamps import token_time

    return token_time(pdf, field_name)


def certificate_names(pdf: bytes, field_name: str) -> tuple[str, str]:
    """Return whom the certificate of a signature names, and the authority that gave it."""
    from documents.signing.keys import names_of

    return names_of(pdf, field_name)


def signature_fields(pdf: bytes) -> dict[str, bool]:
    """Return the fields of a file for signatures and time stamps, in the order of the page, and which are filled."""
    return _read(pdf)[1]


def _read(pdf: bytes):
    """Return the reader of a file, and its fields: a file is read once for each signature."""
    from io import BytesIO

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    try:
        reader = PdfFileReader(BytesIO(pdf))
        return reader, {name: value is not None for name, value, _ in enumerate_sig_fields(reader)}
    except (PdfError, ValueError) as error:
        raise SigningError("Ce fichier n’est pas un PDF que le portail sait signer.") from error


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in a sentence why the engine refuses."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError as RefusedByEngine

    from documents.layout.fonts import FontMissing

    try:
        yield
    except FontMissing as error:
        raise SigningError(
            "Aucune police n’est installée pour dessiner la signature : prévenez l’administrateur."
        ) from error
    except (PdfError, RefusedByEngine, ValueError) as error:
        logger.exception("signature refused by the engine")
        raise SigningError("Ce document ne peut pas recevoir cette signature.") from error


def _note_silence() -> None:
    logger.warning("no valid answer from the time-stamp authority", exc_info=True)
    cache.set(SILENCE_KEY, True, SILENCE_SECONDS)


def _authority_name() -> str:
    return settings.TSA_NAME or urlsplit(settings.TSA_URL).hostname or settings.TSA_URL


def _reader_with_place(pdf: bytes, field_name: str):
    """Return the reader of a file whose field is there and empty."""
    reader, fields = _read(pdf)
    if field_name not in fields:
        raise SigningError("Ce document n’a pas d’emplacement pour cette signature.")
    if fields[field_name]:
        raise SigningError("Cet emplacement est déjà signé.")
    return reader


def _check_added(before: bytes, after: bytes) -> None:
    if not after.startswith(before) or len(after) == len(before):
        raise SigningError("La signature aurait modifié le document déjà signé : elle n’a pas été apposée.")


def _signed(
    pdf: bytes,
    field_name: str,
    signer: SigningIdentity,
    signer_name: str,
    mandate: str,
    reason: str,
    location: str,
    signed_at: datetime,
    certify: bool,
    *,
    with_token: bool,
    stamping: str,
) -> bytes:
    """Sign once, with a time stamp or not; `stamping` is what is drawn of it."""
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata

    from documents.signing.keys import engine_signer
    from documents.signing.pades import DatedSigner, KeptMetadataWriter, StampStyle, stamp_lines
    from documents.signing.timestamps import archive_settings, current_timestamper

    reader = _reader_with_place(pdf, field_name)
    local_time = timezone.localtime(signed_at)
    lines = stamp_lines(
        signer_name=signer_name,
        mandate=mandate,
        organisation=signer.organisation,
        signed_at=local_time,
        stamping=stamping,
        notice=signer.notice,
    )
    metadata = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=", ".join(filter(None, [signer_name, mandate])),
        reason=reason,
        location=location,
        certify=certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        **(archive_settings() if settings.TSA_URL else {}),
    )
    with engine_signer(signer) as key:
        engine = DatedSigner(
            metadata,
            signer=key,
            timestamper=current_timestamper() if with_token else None,
            stamp_style=StampStyle(lines=lines),
            signed_at=local_time,
        )
        return engine.sign_pdf(KeptMetadataWriter.from_reader(reader), existing_fields_only=True).getvalue()
