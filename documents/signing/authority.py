"""Where the certificates that sign come from: the deployment's own, or an authority made for demonstration.

An authority gives one SigningIdentity per signatory, the roots a verification trusts, and the revocation lists that
archives keep beside a signature. Plain values of `cryptography` only: the signing engine is not loaded here.
"""

from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings

from documents.signing import trust
from documents.signing.demonstration_authority import DEMONSTRATION_NOTICE, DemonstrationAuthority
from documents.signing.identities import (
    SigningIdentity,
    SigningUnavailable,
    TokenKey,
    check_in_force,
    roots_of,
    seal_notice,
)
from documents.signing.pkcs11_authority import Pkcs11Authority

__all__ = ["DEMONSTRATION_NOTICE", "DemonstrationAuthority", "Pkcs11Authority", "Pkcs12Authority", "SigningUnavailable"]


class Authority(Protocol):
    """What signing asks of an authority."""

    def signer_for(self, common_name: str, organisation: str, email: str) -> SigningIdentity:
        """Return the identity with which this person signs for this organisation."""

    def trusted_roots(self) -> tuple[x509.Certificate, ...]:
        """Return the certificates a verification may trust: this authority's, and those of the trust folder."""

    def revocation_lists(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Return the lists that say which certificates are revoked: this authority's, and those of the trust folder."""


def current_authority() -> Authority:
    """Return the authority the settings name; SigningUnavailable where there is none, not even a demonstration."""
    if settings.SIGNING_PKCS11:
        return Pkcs11Authority(
            TokenKey(
                module=settings.SIGNING_PKCS11,
                token=settings.SIGNING_PKCS11_TOKEN,
                pin=settings.SIGNING_PKCS11_PIN,
                label=settings.SIGNING_PKCS11_KEY,
            )
        )
    if settings.SIGNING_PKCS12:
        return Pkcs12Authority(Path(settings.SIGNING_PKCS12), settings.SIGNING_PKCS12_PASSWORD)
    if not settings.SIGNING_DEMONSTRATION_ALLOWED:
        raise SigningUnavailable(
            "Aucun certificat de signature n’est configuré : indiquez SIGNING_PKCS12 ou SIGNING_PKCS11. "
            "La signature de démonstration n’est pas autorisée sur ce portail."
        )
    return DemonstrationAuthority(Path(settings.SIGNING_ROOT))


class Pkcs12Authority:
    """The deployment's certificate, from a PKCS#12 file: a seal that signs for each person, whom the stamp names."""

    def __init__(self, path: Path, password: str = ""):
        try:
            bundle = pkcs12.load_pkcs12(path.read_bytes(), password.encode() or None)
        except (OSError, ValueError) as error:
            raise SigningUnavailable(
                "Le certificat de signature (SIGNING_PKCS12) est illisible : vérifiez le fichier et son mot de passe."
            ) from error
        if bundle.key is None or bundle.cert is None:
            raise SigningUnavailable("Le fichier SIGNING_PKCS12 ne contient pas une clé et son certificat.")
        self._key = bundle.key
        self._certificate = bundle.cert.certificate
        self._chain = tuple(entry.certificate for entry in bundle.additional_certs)

    def signer_for(self, common_name: str, organisation: str, email: str) -> SigningIdentity:
        check_in_force(self._certificate)
        return SigningIdentity(
            key=self._key,
            certificate=self._certificate,
            chain=self._chain,
            organisation=organisation,
            notice=seal_notice(self._certificate),
        )

    def trusted_roots(self) -> tuple[x509.Certificate, ...]:
        return (*roots_of(self._certificate, self._chain), *trust.certificates())

    def revocation_lists(self) -> tuple[x509.CertificateRevocationList, ...]:
        return trust.revocation_lists()
