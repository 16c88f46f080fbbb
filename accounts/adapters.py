"""Sign-in rules on top of django-allauth: accounts only come from invitations."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Nobody signs up alone: an invitation makes the account."""
        return False
