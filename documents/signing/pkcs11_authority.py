"""The deployment's certificate in a hardware token (PKCS#11): the key never leaves it, and signs for each person."""

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from pkcs11 import Attribute, ObjectClass

from documents.signing import tokens, trust
from documents.signing.identities import (
    SigningIdentity,
    SigningUnavailable,
    TokenKey,
    check_in_force,
    roots_of,
    seal_notice,
)


@dataclass(frozen=True)
class Pkcs11Authority:
    """Signs with a key of a token, found by its label, which its certificate bears too."""

    key: TokenKey

    def signer_for(self, common_name: str, organisation: str, email: str) -> SigningIdentity:
        certificate, chain = _read_certificates(self.key)
        check_in_force(certificate)
        return SigningIdentity(
            key=self.key,
            certificate=certificate,
            chain=chain,
            organisation=organisation,
            notice=seal_notice(certificate),
        )

    def trusted_roots(self) -> tuple[x509.Certificate, ...]:
        return (*roots_of(*_read_certificates(self.key)), *trust.certificates())

    def revocation_lists(self) -> tuple[x509.CertificateRevocationList, ...]:
        return trust.revocation_lists()


@lru_cache(maxsize=4)
def _read_certificates(key: TokenKey) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """Return the certificate of the key and the others of the token; a key renewed under another label is read anew."""
    try:
        with tokens.session(key) as session:
            stored = {
                item[Attribute.LABEL]: x509.load_der_x509_certificate(item[Attribute.VALUE])
                for item in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            }
    except (tokens.TokenError, ValueError) as error:
        raise SigningUnavailable(
            "Le module cryptographique (SIGNING_PKCS11) ne répond pas : vérifiez le module, le jeton et son code."
        ) from error
    certificate = stored.pop(key.label, None)
    if certificate is None:
        raise SigningUnavailable(f"Le jeton n’a pas de certificat nommé {key.label} (SIGNING_PKCS11_KEY).")
    return certificate, tuple(stored.values())
