"""The RFC 3161 client, and the time stamp of a whole document that closes its archive.

Heavy (pyHanko): imported by documents.signing.engine when it works.
"""

import asyncio
import logging
from asyncio import to_thread
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfTimeStamper,
    SigDSSPlacementPreference,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_tst_data_iter,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from documents.signing.authority import current_authority
from documents.signing.fields import TIMESTAMP_FIELD
from documents.signing.identities import TimeStamp
from documents.signing.keys import engine_certificate
from documents.signing.pades import KeptMetadataWriter

logger = logging.getLogger(__name__)

MAX_TOKEN_BYTES = 1_000_000
# Beyond it, one of the two clocks is wrong, and nobody can tell which: no stamp rather than a doubtful one.
CLOCK_TOLERANCE = timedelta(minutes=5)


class TimestampUnavailable(Exception):
    """The time-stamp authority did not answer with a token that holds."""


class NoFieldLeft(Exception):
    """The document has no field prepared for one more time stamp."""


class HttpTimeStamper(TimeStamper):
    """Asks an RFC 3161 authority. Refused, silent, unreadable, about something else: one error, and no token."""

    def __init__(self, url: str, *, timeout: int):
        super().__init__()
        self.url = url
        self.timeout = timeout

    async def async_timestamp(self, message_digest, md_algorithm):
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            status = await _judged(token, lambda _algorithm: message_digest)
        except Exception as error:
            raise TimestampUnavailable from error
        if not (status.intact and status.valid and status.trusted and _may_stamp(status.signing_cert)):
            raise TimestampUnavailable("the token is about something else, or from an authority that is not trusted")
        if abs(status.timestamp - timezone.now()) > CLOCK_TOLERANCE:
            raise TimestampUnavailable("the clock of the authority and ours differ")
        return token

    async def validation_paths(self, validation_context):
        try:
            async for path in super().validation_paths(validation_context):
                yield path
        except (PathError, ValidationError) as error:
            raise TimestampUnavailable from error

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(await to_thread(self._post, req.dump()))

    def _post(self, body: bytes) -> bytes:
        if not self.url.startswith(("https://", "http://")):
            raise TimestampUnavailable("TSA_URL is not an address of the web")
        request = Request(self.url, body, {"Content-Type": "application/timestamp-query"})  # noqa: S310
        try:
            with urlopen(request, timeout=self.timeout) as response:  # noqa: S310
                return response.read(MAX_TOKEN_BYTES)
        except HTTPError as error:
            error.close()  # it holds the answer, socket included
            raise


def _may_stamp(certificate: asn1.Certificate) -> bool:
    """RFC 3161, 2.3: the certificate says that it is for time stamps."""
    usage = certificate.extended_key_usage_value
    return usage is not None and "time_stamping" in usage.native


async def _judged(token: cms.ContentInfo, imprint: Callable[[str], bytes]) -> TimestampSignatureStatus:
    return TimestampSignatureStatus(**await validate_tst_signed_data(token["content"], validation_context(), imprint))


def current_timestamper() -> HttpTimeStamper:
    """Return the client of the authority that the settings name."""
    return _timestamper(settings.TSA_URL, timezone.localdate().toordinal())


@lru_cache(maxsize=1)
def _timestamper(url: str, _day: int) -> HttpTimeStamper:
    """Keep one client a day: a new one asks twice at its first signature, an old one may know an old certificate."""
    return HttpTimeStamper(url, timeout=settings.TSA_TIMEOUT_SECONDS)


def validation_context() -> ValidationContext:
    """Return what a certificate is judged by today: the trusted roots and the revocation lists at hand, no network."""
    authority = current_authority()
    return ValidationContext(
        trust_roots=[engine_certificate(root) for root in authority.trusted_roots()],
        crls=[each.public_bytes(Encoding.DER) for each in authority.revocation_lists()],
        allow_fetching=False,
    )


def archive_settings() -> dict[str, Any]:
    """Return what makes a signature B-LT: its certificates and revocation lists, in the revision that it signs."""
    return {
        "validation_context": validation_context(),
        "embed_validation_info": True,
        "dss_settings": DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    }


def stamped(pdf: bytes) -> tuple[bytes, TimeStamp]:
    """Return `pdf` with a document time stamp, in the next field prepared for one; what was signed is untouched.

    The certificates and the revocation lists of each signature are added first, so that the stamp covers them.
    Raises TimestampUnavailable; NoFieldLeft where every field prepared is taken.
    """
    reader = PdfFileReader(BytesIO(pdf))
    field_name = _next_field(reader)
    writer, context = KeptMetadataWriter(BytesIO(pdf)), validation_context()
    paths = asyncio.run(_paths_of_signatures(reader, context))
    DocumentSecurityStore.supply_dss_in_writer(writer, None, paths=paths, validation_context=context)
    out = PdfTimeStamper(current_timestamper(), field_name=field_name).timestamp_pdf(
        writer,
        "sha256",
        context,
        dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
    )
    content = out.getvalue()
    return content, token_time(content, field_name)


def _next_field(reader: PdfFileReader) -> str:
    for name, value, _ in enumerate_sig_fields(reader):
        if value is None and name.startswith(TIMESTAMP_FIELD):
            return name
    raise NoFieldLeft


async def _paths_of_signatures(reader: PdfFileReader, context: ValidationContext) -> list:
    paths = []
    for embedded in reader.embedded_signatures:
        validator = CertificateValidator(embedded.signer_cert, embedded.other_embedded_certs, context)
        try:
            paths.append(await validator.async_validate_path())
        except (PathError, ValidationError):
            logger.info("no path to a trusted root: its certificates stay in its own signature")
    return paths


def token_time(pdf: bytes, field_name: str) -> TimeStamp:
    """Return what the time stamp of a field says: the token in its signature, or the document stamp it holds."""
    embedded = next(each for each in PdfFileReader(BytesIO(pdf)).embedded_signatures if each.field_name == field_name)
    if embedded.sig_object_type == "/DocTimeStamp":
        token = embedded.signed_data
    else:
        token = next(extract_tst_data_iter(embedded.signer_info, signed=False))
    certificate = extract_certs_for_validation(token).signer_cert
    return TimeStamp(
        at=token["encap_content_info"]["content"].parsed["gen_time"].native,
        authority=str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly),
    )
