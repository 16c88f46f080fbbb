"""Whom the portal trusts beyond its own certificates: the authorities of a folder that its operator fills.

`SIGNING_TRUST` holds certificates (.pem, .crt, .cer) of time-stamp authorities and of those whose signatures are
accepted from outside, and their revocation lists (.crl), as PEM or DER. Read each time: lists change every day.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings

from documents.signing.identities import SigningUnavailable

CERTIFICATES = {".pem", ".crt", ".cer"}
REVOCATION_LISTS = {".crl"}


def certificates() -> tuple[x509.Certificate, ...]:
    """Return the certificates of the trust folder; none where there is no folder."""
    return tuple(_read(CERTIFICATES, x509.load_pem_x509_certificates, _certificates_of))


def revocation_lists() -> tuple[x509.CertificateRevocationList, ...]:
    """Return the revocation lists of the trust folder."""
    return tuple(_read(REVOCATION_LISTS, lambda pem: [x509.load_pem_x509_crl(pem)], _lists_of))


def _certificates_of(der: bytes) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(der)]


def _lists_of(der: bytes) -> list[x509.CertificateRevocationList]:
    return [x509.load_der_x509_crl(der)]


def _read(suffixes: set[str], from_pem: Callable, from_der: Callable) -> Iterator[Any]:
    if not settings.SIGNING_TRUST:
        return
    for path in sorted(Path(settings.SIGNING_TRUST).iterdir()):
        if path.suffix not in suffixes:
            continue
        content = path.read_bytes()
        try:
            yield from (from_pem if b"-----BEGIN" in content else from_der)(content)
        except ValueError as error:
            raise SigningUnavailable(f"Le fichier {path.name} du dossier SIGNING_TRUST est illisible.") from error
