"""The authority of a demonstration: a root of its own, and one certificate per signatory, made on first use.

Proves that a document was not altered, not who signed it: every stamp says so.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from documents.signing import trust
from documents.signing.identities import SigningIdentity

DEMONSTRATION_NOTICE = "signature de démonstration, non qualifiée"
AUTHORITY_NAME = "Autorité de démonstration du portail CPTS"
# Every reader of PDF knows RSA; 2048 bits are enough for keys that prove nothing outside a demonstration.
KEY_SIZE = 2048
# The demonstration moves its clock, and shows documents signed years ago.
VALID_FROM = datetime(2019, 1, 1, tzinfo=UTC)
VALID_UNTIL = datetime(2049, 12, 31, tzinfo=UTC)
REVOCATION_LIST_LASTS = timedelta(days=30)
NAME_MAX = 64  # X.520, ub-common-name


class DemonstrationAuthority:
    """A root of its own and one certificate per signatory, made on first use in a private folder.

    Proves that a document was not altered, not who signed: the stamp says so.
    """

    def __init__(self, root: Path):
        self.root = root

    def signer_for(self, common_name: str, organisation: str, email: str) -> SigningIdentity:
        """Return the identity of this person for this organisation, the same at each call."""
        digest = sha256("\n".join((common_name, organisation, email)).encode()).hexdigest()[:32]
        path = self.root / "signatories" / f"{digest}.pem"
        with self._locked():
            if not path.exists():
                root_key, root = self._root()
                key = _new_key()
                certificate = _signatory_certificate(key, root_key, root, common_name, organisation, email)
                _write_private(path, _pem(key, certificate))
            key, certificate = _read_pem(path)
            root = self._root_certificate()
        return SigningIdentity(
            key=key,
            certificate=certificate,
            chain=(root,),
            organisation=organisation,
            notice=DEMONSTRATION_NOTICE,
        )

    def trusted_roots(self) -> tuple[x509.Certificate, ...]:
        with self._locked():
            return (self._root_certificate(), *trust.certificates())

    def revocation_lists(self) -> tuple[x509.CertificateRevocationList, ...]:
        """Return the list of the day, which revokes nobody: what an archive keeps beside each signature."""
        with self._locked():
            key, root = self._root()
        return (_revocation_list(key, root), *trust.revocation_lists())

    def _root(self) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        path = self.root / "authority.pem"
        if not path.exists():
            key = _new_key()
            _write_private(path, _pem(key, _root_certificate(key)))
        return _read_pem(path)

    def _root_certificate(self) -> x509.Certificate:
        """Return the certificate alone: the key is read by who signs."""
        path = self.root / "authority.pem"
        return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else self._root()[1]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder: several workers may sign for the first time at once."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.root / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)


def _root_certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Portail CPTS (démonstration)"),
            x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY_NAME),
        ]
    )
    return (
        _builder(name, name, key.public_key(), key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(key, hashes.SHA256())
    )


def _signatory_certificate(
    key: rsa.RSAPrivateKey,
    root_key: rsa.RSAPrivateKey,
    root: x509.Certificate,
    common_name: str,
    organisation: str,
    email: str,
) -> x509.Certificate:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION_NOTICE),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name[:NAME_MAX] or "Signataire"),
    ]
    if organisation:
        attributes.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:NAME_MAX]))
    builder = (
        _builder(x509.Name(attributes), root.subject, key.public_key(), root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # Non-repudiation: without it no reader takes the signature for a person's (pyHanko refuses to sign).
        .add_extension(_key_usage("digital_signature", "content_commitment"), critical=True)
    )
    if email.isascii() and email:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(email)]), critical=False)
    return builder.sign(root_key, hashes.SHA256())


def _revocation_list(key: rsa.RSAPrivateKey, root: x509.Certificate) -> x509.CertificateRevocationList:
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)  # one list a day: the archives share it
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(day)
        .next_update(day + REVOCATION_LIST_LASTS)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(day.toordinal()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, public_key, issuer_key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _key_usage(*allowed: str) -> x509.KeyUsage:
    usages = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{usage: usage in allowed for usage in usages.split()})


def _pem(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _read_pem(path: Path) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Return a key and its certificate; the primes of a key that this folder made are not checked at each reading."""
    content = path.read_bytes()
    key = serialization.load_pem_private_key(content, None, unsafe_skip_rsa_key_validation=True)
    return key, x509.load_pem_x509_certificate(content)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
