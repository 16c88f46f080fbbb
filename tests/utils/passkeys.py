"""A passkey made of software: it registers and answers as a telephone would, or as an attacker might."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import User

ORIGIN = "https://testserver"
FLAG = AuthenticatorData.FLAG
PRESENT_AND_VERIFIED = FLAG.UP | FLAG.UV


@dataclass
class Passkey:
    """A key of one person for one site."""

    host: str = "testserver"
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, challenge: str = "", *, origin: str = ORIGIN) -> dict[str, Any]:
        """Return what a browser sends when the key is made."""
        credential = AttestedCredentialData.create(
            bytes(16), self.credential_id, ES256.from_cryptography_key(self.key.public_key())
        )
        seen = AuthenticatorData.create(sha256(self.host.encode()), PRESENT_AND_VERIFIED | FLAG.AT, 0, credential)
        client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, challenge, origin)
        return self._as_sent(
            clientDataJSON=websafe_encode(client),
            attestationObject=websafe_encode(AttestationObject.create("none", seen, {})),
        )

    def answer(self, challenge: str, *, origin: str = ORIGIN, flags=PRESENT_AND_VERIFIED) -> dict[str, Any]:
        """Return what a browser sends when the key answers a challenge."""
        seen = AuthenticatorData.create(sha256(self.host.encode()), flags, 0)
        client = CollectedClientData.create(CollectedClientData.TYPE.GET, challenge, origin)
        signature = self.key.sign(seen + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._as_sent(
            clientDataJSON=websafe_encode(client),
            authenticatorData=websafe_encode(seen),
            signature=websafe_encode(signature),
        )

    def _as_sent(self, **response: str) -> dict[str, Any]:
        name = websafe_encode(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


def give_passkey(user: User, name: str = "Clé d’accès") -> tuple[Passkey, Authenticator]:
    """Give a person a passkey, and return it with its row."""
    passkey = Passkey()
    return passkey, WebAuthn.add(user, name, passkey.register()).instance
