"""With what a person signs, and what vouches for the time: plain values, the signing engine is not loaded here."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID
from django.utils import timezone
from django.utils.timezone import localdate

from core.dates import format_date
from core.errors import DomainError


class SigningUnavailable(DomainError):
    """No usable certificate: the deployment has to be told which."""


@dataclass(frozen=True, kw_only=True)
class TokenKey:
    """A key that never leaves its token: the library that speaks to it, the token, its code, the label of the key."""

    module: str
    token: str
    pin: str = field(repr=False)
    label: str


@dataclass(frozen=True, kw_only=True)
class SigningIdentity:
    """A key, its certificate and the chain above it; `notice` is printed in the stamp (empty: nothing to say)."""

    key: PrivateKeyTypes | TokenKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    organisation: str
    notice: str


@dataclass(frozen=True, kw_only=True)
class TimeStamp:
    """What a valid token says: the time (aware, UTC), and the authority that vouches for it."""

    at: datetime
    authority: str


def check_in_force(certificate: x509.Certificate) -> None:
    """Raise SigningUnavailable unless a certificate counts now: the engine would sign with it all the same, and every
    reader of the file would then doubt the signature. The time is the real one, as it is for them."""
    now = timezone.now()
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > last:
        raise SigningUnavailable(
            f"Le certificat de signature du portail a expiré le {format_date(localdate(last))} : rien n’a été signé. "
            "Prévenez l’administrateur du portail."
        )
    if now < first:
        raise SigningUnavailable(
            f"Le certificat de signature du portail ne vaut qu’à partir du {format_date(localdate(first))} : rien n’a "
            "été signé. Prévenez l’administrateur du portail."
        )


def common_name(certificate: x509.Certificate) -> str:
    """Return the name a certificate gives its holder."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def seal_notice(certificate: x509.Certificate) -> str:
    """Return what the stamp says of a certificate that signs for everyone."""
    return f"cachet de {common_name(certificate)}"


def roots_of(certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]) -> tuple[x509.Certificate, ...]:
    """Return the roots above a certificate; itself where its file brings none."""
    return tuple(each for each in chain if each.issuer == each.subject) or (certificate,)
