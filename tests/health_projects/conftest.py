"""Two tenants, a handful of communes, and a project that is complete."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import FundKind
from accounts.models import Membership, Organisation, User
from agreements.actions import load_agreements
from core.actor import Actor
from core.enums import Role, Side
from health_projects import actions
from health_projects.enums import SectionKey
from health_projects.models import HealthProject
from territories.enums import EpciKind
from territories.models import Commune, CommunePopulation, Department, Epci, PopulationSource, Region
from territories.rules import search_key
from tests.utils.factories import give_second_factor

PARIS = ZoneInfo("Europe/Paris")
COMMUNES = {  # code: (name, population, postal codes, whether in the EPCI)
    "69027": ("Brignais", 12_000, "69530", True),
    "69043": ("Chaponost", 9_000, "69630", True),
    "69141": ("Mornant", 21_000, "69440", False),
    "69133": ("Millery", 4_500, "69390", False),
    "55039": ("Beaumont-en-Verdunois", None, "55100", False),
    "69123": ("Lyon", 520_000, "69001 69002", False),
    "69381": ("Lyon 1er Arrondissement", 28_000, "69001", False),
}
ENOUGH = ["69027", "69141", "69133"]  # 37 500 inhabitants: size 1, above R1's floor


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A CPTS with its ARS and its fund, and a person in each role that the room tells apart."""

    cpts: Organisation
    ars: Organisation
    fund: Organisation
    coordinator: Actor
    president: Actor
    reader: Actor
    ars_officer: Actor
    ars_reader: Actor
    fund_officer: Actor
    fund_reader: Actor
    observer: Actor


def actor_in(organisation: Organisation, role: Role, name: str) -> Actor:
    address = f"{name}.{organisation.code}@exemple.test"
    user = User.objects.create_user(address, first_name=name.capitalize(), last_name="Fictif")
    give_second_factor(user)
    return Membership.objects.create(user=user, organisation=organisation, role=role).as_actor()


def make_tenant(code: str, name: str) -> Tenant:
    ars = Organisation.objects.create(side=Side.ARS, name=f"ARS {name}", code=f"ars-{code}")
    fund = Organisation.objects.create(
        side=Side.FUND, name=f"CPAM {name}", code=f"cpam-{code}", fund_kind=FundKind.CPAM
    )
    national = Organisation.objects.create(side=Side.NATIONAL, name=f"CNAM {name}", code=f"cnam-{code}")
    cpts = make_cpts(code, f"CPTS {name}", ars, fund)
    return Tenant(
        cpts=cpts,
        ars=ars,
        fund=fund,
        coordinator=actor_in(cpts, Role.COORDINATOR, "camille"),
        president=actor_in(cpts, Role.PRESIDENT, "nadia"),
        reader=actor_in(cpts, Role.READER, "lou"),
        ars_officer=actor_in(ars, Role.OFFICER, "paul"),
        ars_reader=actor_in(ars, Role.READER, "luce"),
        fund_officer=actor_in(fund, Role.OFFICER, "anne"),
        fund_reader=actor_in(fund, Role.READER, "remi"),
        observer=actor_in(national, Role.OBSERVER, "jules"),
    )


def make_cpts(code: str, name: str, ars: Organisation, fund: Organisation) -> Organisation:
    return Organisation.objects.create(side=Side.CPTS, name=name, code=code, ars=ars, fund=fund)


@pytest.fixture
def geography(db) -> None:
    load_agreements()
    region = Region.objects.create(code="84", name="Auvergne-Rhône-Alpes")
    other_region = Region.objects.create(code="44", name="Grand Est")
    Department.objects.create(code="69", name="Rhône", region=region)
    Department.objects.create(code="55", name="Meuse", region=other_region)
    epci = Epci.objects.create(
        siren="246900740", name="CC de la Vallée du Garon", kind=EpciKind.CC, search_name="cc de la vallee du garon"
    )
    source = PopulationSource.objects.create(
        code="insee-2023", name="Populations", reference_year=2023, publisher="Insee", is_confirmed=True
    )
    for code, (name, population, postal_codes, in_epci) in COMMUNES.items():
        commune = Commune.objects.create(
            code=code,
            name=name,
            search_name=search_key(name),
            department_id=code[:2],
            postal_codes=postal_codes,
            epci=epci if in_epci else None,
            parent_id="69123" if code == "69381" else None,
        )
        if population is not None:
            CommunePopulation.objects.create(
                commune=commune, reference_year=2023, municipal_population=population, source=source
            )


@pytest.fixture
def ours(geography) -> Tenant:
    return make_tenant("trois-rives", "des Trois Rives")


@pytest.fixture
def theirs(ours) -> Tenant:
    return make_tenant("canari", "du Canari")


def complete(tenant: Tenant, project: HealthProject, *, codes=ENOUGH) -> HealthProject:
    """Write all that a submission asks for."""
    actor = tenant.coordinator
    actions.set_communes(actor=actor, project=project, codes=codes)
    actions.set_missions(actor=actor, project=project, missions=["ACCESS_TO_CARE", "PREVENTION"])
    for key in SectionKey:
        actions.save_section(actor=actor, project=project, key=key, text=f"Texte de la section {key.label}.", version=0)
    project.refresh_from_db()
    return project


@pytest.fixture
def draft(ours) -> HealthProject:
    return actions.create_project(actor=ours.coordinator)


@pytest.fixture
def ready(ours, draft) -> HealthProject:
    return complete(ours, draft)


@pytest.fixture
def submitted(ours, ready) -> HealthProject:
    actions.submit_project(actor=ours.coordinator, project=ready)
    ready.refresh_from_db()
    return ready


@pytest.fixture
def their_project(theirs) -> HealthProject:
    """The submitted project of another CPTS, on another commune."""
    project = complete(theirs, actions.create_project(actor=theirs.coordinator), codes=["69043"])
    actions.submit_project(actor=theirs.coordinator, project=project)
    project.refresh_from_db()
    return project


@pytest.fixture(autouse=True)
def on_day(time_machine):
    """Every test begins on 16 March 2026; `on_day(date(2026, 5, 17))` moves the clock to that day, in Paris."""

    def move(day: date) -> None:
        time_machine.move_to(datetime(day.year, day.month, day.day, 10, 0, tzinfo=PARIS), tick=False)

    move(date(2026, 3, 16))
    return move


@pytest.fixture
def signed_in(client, settings):
    """Return a client signed in as an actor: `signed_in(ours.coordinator)`."""

    def sign_in(actor: Actor):
        client.force_login(User.objects.get(pk=actor.user_id), backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return sign_in
