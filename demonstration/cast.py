"""Who plays in the demonstration: the CPTS, their ARS and fund, and the Actors of each story."""

from dataclasses import dataclass, field
from functools import cached_property

from accounts.models import Membership, Organisation
from contracts.models import Contract
from core import audit
from core.actor import SYSTEM, Actor
from core.enums import Role, Side
from core.errors import DomainError
from demonstration import people
from demonstration.data import read
from health_projects.models import HealthProject

PREFIX = "demonstration-"


@dataclass
class Dossier:
    """A CPTS of the demonstration, its people and its partners', and what its story has made so far."""

    data: dict
    cpts: Organisation
    actors: dict[tuple[Side, Role], Actor]
    project: HealthProject | None = None
    contract: Contract | None = None
    extra: dict = field(default_factory=dict)

    def actor(self, side: Side, role: Role) -> Actor:
        return self.actors[side, role]

    @cached_property
    def coordinator(self) -> Actor:
        return self.actor(Side.CPTS, Role.COORDINATOR)

    @cached_property
    def president(self) -> Actor:
        return self.actor(Side.CPTS, Role.PRESIDENT)

    @cached_property
    def ars_officer(self) -> Actor:
        return self.actor(Side.ARS, Role.OFFICER)

    @cached_property
    def fund_officer(self) -> Actor:
        return self.actor(Side.FUND, Role.OFFICER)

    @cached_property
    def accountant(self) -> Actor:
        return self.actor(Side.FUND, Role.ACCOUNTANT)

    @property
    def officers(self) -> tuple[Actor, Actor, Actor]:
        """Those who consent and approve for the three parties."""
        return self.president, self.ars_officer, self.fund_officer

    @property
    def presidents(self) -> list[Actor]:
        """The president, and who presides with her where the statutes ask for two signatures."""
        places = (
            self.cpts.memberships.filter(role=Role.PRESIDENT)
            .select_related("user", "organisation")
            .order_by("created_at")
        )
        return [place.as_actor() for place in places.prefetch_related("delegations_received")]

    @property
    def signatories(self) -> tuple[Actor, Actor, Actor]:
        return self.president, self.actor(Side.ARS, Role.SIGNATORY), self.actor(Side.FUND, Role.SIGNATORY)

    def enterer(self, side: str) -> Actor:
        """Return who enters the values that a side owns (R15)."""
        return self.coordinator if side == Side.CPTS else self.actor(Side(side), Role.OFFICER)

    def confirmer(self, entered_by: str) -> Actor:
        """Return who confirms for another party."""
        return self.coordinator if entered_by != Side.CPTS else self.fund_officer


def is_loaded() -> bool:
    """Say whether the demonstration is there: it is loaded whole or not at all."""
    return Organisation.objects.filter(code__startswith=PREFIX).exists()


def create_cast() -> list[Dossier]:
    """Create the CPTS and the people of the demonstration; return one dossier a CPTS, in the order of the file."""
    password_hash = people.hashed_password()
    for code, members in read("people")["authorities"].items():
        _join_all(_authority(code), members, password_hash)
    return [_create_dossier(row, password_hash) for row in read("cpts")]


def _authority(code: str) -> Organisation:
    organisation = Organisation.objects.filter(code=code).first()
    if organisation is None:
        raise DomainError("Chargez d’abord les données de référence : manage.py load_reference_data.")
    return organisation


def _create_dossier(row: dict, password_hash: str) -> Dossier:
    cpts = Organisation.objects.create(
        side=Side.CPTS,
        name=row["name"],
        code=f"{PREFIX}{row['code']}",
        email=f"contact.{row['code']}@{people.DOMAIN}",
        address=f"1 place de l’Exemple, {row['place']} (adresse fictive)",
        ars=_authority(row["ars"]),
        fund=_authority(row["fund"]),
        signatory_count=row.get("signatories", 1),
    )
    cpts.departments.set(cpts.fund.departments.all())
    audit.record(SYSTEM, "organisation.load", cpts)
    _join_all(cpts, row["people"], password_hash)
    return Dossier(data=row, cpts=cpts, actors=_actors(cpts, cpts.ars, cpts.fund))


def _join_all(organisation: Organisation, members: list[dict], password_hash: str) -> None:
    for person in members:
        people.join(organisation, person, password_hash)


def _actors(*organisations: Organisation) -> dict[tuple[Side, Role], Actor]:
    memberships = Membership.objects.filter(organisation__in=organisations).order_by("created_at")
    memberships = memberships.select_related("user", "organisation")
    actors = [membership.as_actor() for membership in memberships.prefetch_related("delegations_received")]
    return {(Side(actor.side), Role(actor.role)): actor for actor in reversed(actors)}  # the first of a role plays it
