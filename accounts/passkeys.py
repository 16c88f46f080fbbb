"""A passkey asked again, now, for one act: the challenge serves once, in one session, for that act alone."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_authenticator_by_credential_id, get_credentials, get_server
from django.http import HttpRequest
from fido2.webauthn import UserVerificationRequirement

from core.errors import DomainError

SESSION_KEY = "passkey-challenge"
KEPT_SECONDS = 300
NOT_RECOGNISED = "Votre clé d’accès n’a pas été reconnue : recommencez, ou donnez un code."
UNREADABLE = (TypeError, ValueError, KeyError, AttributeError)  # what fido2 says of an answer that is not one


def ask(request: HttpRequest, purpose: str) -> dict[str, Any]:
    """Return what the browser gives to a passkey of the signed-in person, and keep its challenge for `purpose`.

    A second question takes the place of the first.
    """
    options, state = get_server().authenticate_begin(
        credentials=get_credentials(request.user), user_verification=UserVerificationRequirement.REQUIRED
    )
    request.session[SESSION_KEY] = {"state": state, "purpose": purpose, "at": time.time()}
    return dict(options)


def check(request: HttpRequest, purpose: str, answer: Any) -> Authenticator:
    """Return the passkey that answered the challenge of `purpose`; right or wrong, the challenge is spent.

    Raises DomainError when nothing was asked for this in the last five minutes, or when the answer is not that of a
    passkey which the signed-in person has now.
    """
    asked = request.session.pop(SESSION_KEY, None)
    if not asked or asked["purpose"] != purpose or time.time() - asked["at"] > KEPT_SECONDS:
        raise DomainError(NOT_RECOGNISED)
    try:
        credential = get_server().authenticate_complete(asked["state"], get_credentials(request.user), answer)
    except UNREADABLE as error:
        raise DomainError(NOT_RECOGNISED) from error
    return get_authenticator_by_credential_id(request.user, credential.credential_id)
