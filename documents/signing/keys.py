"""The keys of the portal as the signing engine takes them: read from a file, or left in their token.

Heavy (pyHanko): imported by documents.signing.engine when it signs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import chain

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from documents.signing import tokens
from documents.signing.identities import SigningIdentity, TokenKey

NAME_MAX = 300


class LoadedKeySigner(SimpleSigner):
    """Signs with a key as it was read once: the engine reads it again, and checks its primes, each time it signs."""

    def __init__(self, key: PrivateKeyTypes, **kwargs):
        super().__init__(**kwargs)
        self._key = key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if not isinstance(self._key, RSAPrivateKey) or mechanism.signature_algo != "rsassa_pkcs1v15":
            return super().sign_raw(data, digest_algorithm)
        return self._key.sign(data, PKCS1v15(), get_pyca_cryptography_hash(digest_algorithm))


@contextmanager
def engine_signer(identity: SigningIdentity) -> Iterator[Signer]:
    """Give what signs with a key; a token is opened for the time of the signature."""
    if isinstance(identity.key, TokenKey):
        yield from _token_signer(identity, identity.key)
    else:
        yield _file_signer(identity)


def engine_certificate(certificate: x509.Certificate) -> asn1.Certificate:
    """Return a certificate as the engine reads it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def names_of(pdf: bytes, field_name: str) -> tuple[str, str]:
    """Return whom the certificate of a signature names, and its authority: « Paul Le Goff, ARS Bretagne, FR »."""
    signatures = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    certificate = next(item for item in signatures if item.field_name == field_name).signer_cert
    return _name_words(certificate.subject), _name_words(certificate.issuer)


def _name_words(name: asn1.Name) -> str:
    """Return what a certificate says of its holder, her own name first, without the English labels of the parts."""
    parts = {key: value if isinstance(value, list) else [value] for key, value in name.native.items()}
    first = parts.pop("common_name", [])
    return ", ".join(map(str, [*first, *chain.from_iterable(reversed(parts.values()))]))[:NAME_MAX]


def _file_signer(identity: SigningIdentity) -> Signer:
    private_key = identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    registry = SimpleCertificateStore()
    registry.register_multiple([engine_certificate(certificate) for certificate in identity.chain])
    return LoadedKeySigner(
        identity.key,
        signing_cert=engine_certificate(identity.certificate),
        signing_key=keys.PrivateKeyInfo.load(private_key),
        cert_registry=registry,
    )


def _token_signer(identity: SigningIdentity, key: TokenKey) -> Iterator[Signer]:
    try:
        with tokens.session(key) as session:
            yield PKCS11Signer(
                session,
                key_label=key.label,
                signing_cert=engine_certificate(identity.certificate),
                ca_chain=[engine_certificate(certificate) for certificate in identity.chain],
            )
    except tokens.TokenError as error:
        raise SigningError("the token does not answer") from error
