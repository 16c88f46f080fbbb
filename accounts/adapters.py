"""Sign-in rules on top of django-allauth: accounts only come from invitations, a password is asked once.

What a person changes of her own means of signing in is in the journal, and told to her by mail.
"""

import time
from functools import partial

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from accounts import notifications
from core import audit
from core.actor import Actor
from core.enums import Role, Side

# What the package calls an event: how the journal calls it, and the sentence of the mail.
SECURITY_EVENTS = {
    "mfa/email/totp_activated": ("user.activate_totp", "Une application d’authentification a été activée."),
    "mfa/email/totp_deactivated": ("user.deactivate_totp", "L’application d’authentification a été désactivée."),
    "mfa/email/webauthn_added": ("user.add_passkey", "Une clé d’accès a été ajoutée."),
    "mfa/email/webauthn_removed": ("user.remove_passkey", "Une clé d’accès a été retirée."),
    "mfa/email/recovery_codes_generated": ("user.generate_codes", "De nouveaux codes de secours ont été créés."),
    "account/email/password_changed": ("user.change_password", "Le mot de passe a été changé."),
    "account/email/password_set": ("user.change_password", "Le mot de passe a été changé."),
    "account/email/password_reset": ("user.change_password", "Le mot de passe a été changé."),
}
ANOTHER_EVENT = ("user.change_sign_in", "Un moyen de vous connecter a été changé.")


def client_address(request: HttpRequest) -> str:
    """Return the address a request comes from, as the sign-in counts it: never what a visitor claims."""
    return get_adapter().get_client_ip(request)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "Trop d’essais ont échoué\u00a0: attendez cinq minutes, puis recommencez."
    }

    def is_open_for_signup(self, request):
        """Nobody signs up alone: an invitation makes the account."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Who has just signed in is not asked again: one goes from sign-in to the second factor in one go."""
        return not self._signed_in_just_now() and super().is_reauthentication_required(app=app, **kwargs)

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """Write in the journal what happened to an account, and tell its owner."""
        action, sentence = SECURITY_EVENTS.get(template_prefix, ANOTHER_EVENT)
        audit.record(self.request.actor or by_link(user), action, user)
        transaction.on_commit(partial(notifications.security_changed, user, sentence))

    def _signed_in_just_now(self) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0)
        return time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT


def by_link(user) -> Actor:
    """Return who acts when a person who is not signed in follows the link sent to her address."""
    return Actor(
        user_id=user.pk,
        user_name=str(user),
        organisation_id=None,
        organisation_name="",
        side=Side.SYSTEM,
        role=Role.SYSTEM,
    )


class SecondFactorAdapter(DefaultMFAAdapter):
    """The words of the portal where a passkey is made."""

    def generate_authenticator_name(self, user, type) -> str:
        """Return the name offered for a new passkey."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Clé d’accès {count + 1}" if count else "Clé d’accès"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which site a passkey is made: the host of the portal, by the name that people know."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Portail CPTS"}
