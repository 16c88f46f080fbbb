"""Sign-in rules on top of django-allauth: accounts only come from invitations, a password is asked once."""

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address a request comes from, as the sign-in counts it: never what a visitor claims."""
    return get_adapter().get_client_ip(request)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Nobody signs up alone: an invitation makes the account."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Who has just signed in is not asked again: one goes from sign-in to the second factor in one go."""
        return not self._signed_in_just_now() and super().is_reauthentication_required(app=app, **kwargs)

    def _signed_in_just_now(self) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0)
        return time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT
