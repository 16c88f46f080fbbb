"""Rows that are valid by default. What has a lifecycle is made by the actions of its room (tests/utils/stories.py)."""

from datetime import date
from functools import cache

import factory
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from accounts.enums import FundKind
from accounts.models import Membership, Organisation, User
from accounts.permissions import needs_second_factor
from core.enums import Role, Side
from territories.models import Commune, CommunePopulation, Department, PopulationSource, Region

PASSWORD = "correct horse battery staple"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


@cache
def hashed(password: str) -> str:
    """Hash once: a hash is slow on purpose."""
    return make_password(password)


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{30 + n % 900:02d}")  # three figures at most, however long the run
    name = factory.LazyAttribute(lambda region: f"Région {region.code}")


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{60 + n % 900:02d}")
    name = factory.LazyAttribute(lambda department: f"Département {department.code}")
    region = factory.SubFactory(RegionFactory)


class CommuneFactory(DjangoModelFactory):
    """A commune with its population (1 000 inhabitants unless `population` says otherwise)."""

    class Meta:
        model = Commune
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"{n + 60000:05d}")
    name = factory.Sequence(lambda n: f"Commune {n}")
    department = factory.SubFactory(DepartmentFactory)

    @factory.post_generation
    def population(self, create, extracted, **kwargs):
        source, _created = PopulationSource.objects.get_or_create(
            code="tests",
            defaults={
                "name": "Populations inventées",
                "reference_year": 2023,
                "publisher": "Tests",
                "url": "https://exemple.test",
                "licence": "aucune",
                "is_confirmed": True,
            },
        )
        CommunePopulation.objects.create(
            commune=self, reference_year=2023, municipal_population=extracted or 1000, source=source
        )


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@exemple.test")
    first_name = factory.Sequence(lambda n: f"Prénom{n}")
    last_name = "Exemple"
    job_title = "Fonction"
    password = factory.LazyFunction(lambda: hashed(PASSWORD))


class OrganisationFactory(DjangoModelFactory):
    """An organisation; `OrganisationFactory.cpts()` makes one with its ARS and its fund."""

    class Meta:
        model = Organisation

    side = Side.NATIONAL
    name = factory.Sequence(lambda n: f"Organisation {n}")
    code = factory.Sequence(lambda n: f"organisation-{n}")


class ArsFactory(OrganisationFactory):
    side = Side.ARS
    name = factory.Sequence(lambda n: f"ARS {n}")


class FundFactory(OrganisationFactory):
    side = Side.FUND
    name = factory.Sequence(lambda n: f"CPAM {n}")
    fund_kind = FundKind.CPAM


class CptsFactory(OrganisationFactory):
    side = Side.CPTS
    name = factory.Sequence(lambda n: f"CPTS {n}")
    ars = factory.SubFactory(ArsFactory)
    fund = factory.SubFactory(FundFactory)


class MembershipFactory(DjangoModelFactory):
    """A person's place. Those who need a second factor have one, as in the portal."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(CptsFactory)
    role = Role.COORDINATOR

    @factory.post_generation
    def second_factor(self, create, extracted, **kwargs):
        if needs_second_factor(self.organisation.side, self.role):
            give_second_factor(self.user)


def give_second_factor(user: User) -> None:
    """Give a person a TOTP device whose secret the tests know."""
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, TOTP_SECRET)


A_DAY = date(2026, 3, 16)  # a Monday on which most stories of the tests begin
