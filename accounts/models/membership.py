"""The place of a person in an organisation."""

from django.core.exceptions import ValidationError
from django.db import models

from accounts.enums import ROLES_OF, DelegationState
from accounts.models.organisation import Organisation
from accounts.models.user import User
from core.actor import Actor
from core.enums import Role
from core.fields import StatusField
from core.models import TenantModel


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MembershipQuerySet":
        """Return the people of the actor's own organisation."""
        return self.filter(organisation=actor.organisation_id) if actor.organisation_id else self.none()

    def active(self) -> "MembershipQuerySet":
        return self.filter(is_active=True, organisation__is_active=True, user__is_active=True)


class Membership(TenantModel):
    """A person's place in an organisation: one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name="organisation"
    )
    role = StatusField(Role, verbose_name="rôle")
    is_active = models.BooleanField("active", default=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="accounts_one_role_per_organisation",
                violation_error_message="Cette personne a déjà un rôle dans cette organisation.",
            )
        ]

    def __str__(self):
        return f"{self.user}, {Role(self.role).label} ({self.organisation})"

    def clean(self):
        if self.organisation_id and self.role not in ROLES_OF.get(self.organisation.side, ()):
            raise ValidationError({"role": "Ce rôle n’existe pas pour ce type d’organisation."})

    def powers(self) -> frozenset[str]:
        """Return the powers delegated to this member today."""
        return frozenset(row.power for row in self.delegations_received.all() if row.state == DelegationState.IN_FORCE)

    def as_actor(self) -> Actor:
        """Return the member as the Actor of a request."""
        return Actor(
            user_id=self.user_id,
            user_name=str(self.user),
            organisation_id=self.organisation_id,
            organisation_name=self.organisation.name,
            side=self.organisation.side,
            role=self.role,
            powers=self.powers(),
        )
