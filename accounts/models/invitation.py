"""The invitation of a person to an organisation."""

import secrets

from django.db import models
from django.db.models import Q

from accounts.models.organisation import Organisation
from accounts.models.user import User
from core import clock
from core.actor import Actor
from core.enums import Role
from core.fields import StatusField
from core.models import TenantModel


def new_token() -> str:
    return secrets.token_urlsafe(32)


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "InvitationQuerySet":
        """Return the invitations of the actor's own organisation."""
        return self.filter(organisation=actor.organisation_id) if actor.organisation_id else self.none()

    def waiting(self) -> "InvitationQuerySet":
        """Return those that nobody accepted or withdrew: open ones, and those whose delay has passed."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def open(self) -> "InvitationQuerySet":
        """Return those whose link serves."""
        return self.waiting().filter(expires_at__gt=clock.now())


class Invitation(TenantModel):
    """An address invited to join an organisation in a role; its link works once, for a few days."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name="organisation"
    )
    email = models.EmailField("adresse électronique")
    role = StatusField(Role, verbose_name="rôle")
    token = models.CharField("jeton", max_length=64, unique=True, default=new_token, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="invité par")
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="accounts_one_open_invitation",
                violation_error_message="Cette adresse a déjà une invitation en cours.",
            )
        ]

    def __str__(self):
        return f"{self.email} ({self.organisation})"

    @property
    def has_expired(self) -> bool:
        """Whether its delay has passed: its link serves again once it is sent again."""
        return self.expires_at <= clock.now()

    @property
    def is_for_an_account(self) -> bool:
        """Whether the address already has an account: its owner signs in rather than make another."""
        return User.objects.filter(email=self.email).exists()
