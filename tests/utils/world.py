"""Two tenants of each side, and the people who act for them."""

from dataclasses import dataclass

from accounts.models import Membership, Organisation
from core.actor import Actor
from core.enums import Role, Side
from territories.models import Commune
from tests.utils.factories import (
    ArsFactory,
    CommuneFactory,
    CptsFactory,
    DepartmentFactory,
    FundFactory,
    MembershipFactory,
    OrganisationFactory,
    RegionFactory,
    UserFactory,
)


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """One CPTS with its ARS and its fund, its communes, and a member in each role."""

    cpts: Organisation
    ars: Organisation
    fund: Organisation
    communes: list[Commune]
    coordinator: Membership
    president: Membership
    treasurer: Membership
    reader: Membership
    ars_officer: Membership
    ars_signatory: Membership
    fund_officer: Membership
    fund_signatory: Membership
    accountant: Membership

    @property
    def consenting(self) -> list[Actor]:
        """Those who consent and approve for the three parties."""
        return [member.as_actor() for member in (self.president, self.ars_officer, self.fund_officer)]

    @property
    def signing(self) -> list[Actor]:
        """Those who sign for the three parties."""
        return [member.as_actor() for member in (self.president, self.ars_signatory, self.fund_signatory)]

    @property
    def members(self) -> list[Membership]:
        return [value for value in vars(self).values() if isinstance(value, Membership)]


@dataclass(frozen=True, kw_only=True)
class World:
    """`west` and `east` share nothing; `neighbour` is a second CPTS of west's ARS and fund."""

    west: Tenant
    neighbour: Tenant
    east: Tenant
    observer: Membership
    administrator: Membership


def make_world() -> World:
    """Return a new world, populated in the database."""
    west = make_tenant("Ouest")
    return World(
        west=west,
        neighbour=make_tenant("Voisine", beside=west),
        east=make_tenant("Est"),
        observer=MembershipFactory(organisation=OrganisationFactory(side=Side.NATIONAL), role=Role.OBSERVER),
        administrator=MembershipFactory(
            user=UserFactory(is_staff=True, is_superuser=True),
            organisation=OrganisationFactory(side=Side.BACK_OFFICE),
            role=Role.ADMINISTRATOR,
        ),
    )


def make_tenant(name: str, *, beside: Tenant | None = None, population: int = 65_000) -> Tenant:
    """Return a tenant of taille 2; `beside` another, it has the same ARS and fund, with other people in them."""
    region = RegionFactory()
    department = DepartmentFactory(region=region)
    ars = beside.ars if beside else ArsFactory(name=f"ARS {name}")
    fund = beside.fund if beside else FundFactory(name=f"CPAM {name}")
    cpts = CptsFactory(name=f"CPTS {name}", ars=ars, fund=fund)
    if not beside:
        ars.regions.add(region)
        fund.departments.add(department)
    communes = [
        CommuneFactory(name=f"{name} {part}", department=department, population=size)
        for part, size in (("centre", population - 5_000), ("bourg", 5_000))
    ]
    people = {
        "coordinator": (cpts, Role.COORDINATOR),
        "president": (cpts, Role.PRESIDENT),
        "treasurer": (cpts, Role.TREASURER),
        "reader": (cpts, Role.READER),
        "ars_officer": (ars, Role.OFFICER),
        "ars_signatory": (ars, Role.SIGNATORY),
        "fund_officer": (fund, Role.OFFICER),
        "fund_signatory": (fund, Role.SIGNATORY),
        "accountant": (fund, Role.ACCOUNTANT),
    }
    members = {
        key: MembershipFactory(organisation=organisation, role=role, user__last_name=name)
        for key, (organisation, role) in people.items()
    }
    return Tenant(cpts=cpts, ars=ars, fund=fund, communes=communes, **members)
