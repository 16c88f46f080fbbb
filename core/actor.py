"""Who acts, for whom: plain values carried by every request, action and audit event."""

from dataclasses import dataclass, field
from uuid import UUID

from core.enums import Role, Side


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person acting for one organisation in one role.

    `powers` are those delegated by the president or the signatory ("CONSENT", "SIGN").
    """

    user_id: int | None
    user_name: str
    organisation_id: UUID | None
    organisation_name: str
    side: Side
    role: Role
    powers: frozenset[str] = field(default_factory=frozenset)

    @property
    def label(self) -> str:
        return f"{self.user_name} ({self.organisation_name})" if self.organisation_name else self.user_name


SYSTEM = Actor(
    user_id=None,
    user_name="Portail CPTS",
    organisation_id=None,
    organisation_name="",
    side=Side.SYSTEM,
    role=Role.SYSTEM,
)
