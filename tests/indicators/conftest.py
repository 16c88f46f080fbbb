"""Two tenants, and a programme whose amounts add up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from accounts.enums import FundKind
from accounts.models import Membership, Organisation, User
from agreements.actions import load_national_indicators
from core.actor import Actor
from core.enums import Role, Side
from indicators import actions
from indicators.enums import Usage
from indicators.models import Programme

PDF = b"%PDF-1.7\n%%EOF\n"
YEAR = {"period_start": date(2026, 4, 15), "period_end": date(2027, 4, 14), "source": "Extraction de la caisse"}
SPACES = str.maketrans("\u202f\u00a0", "  ")
ACCESS, CRISIS = "ACCESS_TO_CARE", "HEALTH_CRISIS"


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A CPTS with its ARS and its fund, and a person in each role we need."""

    cpts: Organisation
    ars: Organisation
    fund: Organisation
    coordinator: Actor
    president: Actor
    reader: Actor
    ars_officer: Actor
    fund_officer: Actor
    observer: Actor

    @property
    def parties(self) -> dict[str, Organisation]:
        return {"cpts": self.cpts, "ars": self.ars, "fund": self.fund}


def actor_in(organisation: Organisation, role: Role, name: str) -> Actor:
    user = User.objects.create_user(f"{name}.{organisation.code}@exemple.test", first_name=name, last_name="Fictif")
    return Membership.objects.create(user=user, organisation=organisation, role=role).as_actor()


def make_tenant(code: str) -> Tenant:
    ars = Organisation.objects.create(side=Side.ARS, name=f"ARS {code}", code=f"ars-{code}")
    fund = Organisation.objects.create(
        side=Side.FUND, name=f"CPAM {code}", code=f"cpam-{code}", fund_kind=FundKind.CPAM
    )
    cpts = Organisation.objects.create(side=Side.CPTS, name=f"CPTS {code}", code=code, ars=ars, fund=fund)
    national = Organisation.objects.create(side=Side.NATIONAL, name=f"CNAM {code}", code=f"cnam-{code}")
    return Tenant(
        cpts=cpts,
        ars=ars,
        fund=fund,
        coordinator=actor_in(cpts, Role.COORDINATOR, "camille"),
        president=actor_in(cpts, Role.PRESIDENT, "nadia"),
        reader=actor_in(cpts, Role.READER, "lou"),
        ars_officer=actor_in(ars, Role.OFFICER, "paul"),
        fund_officer=actor_in(fund, Role.OFFICER, "anne"),
        observer=actor_in(national, Role.OBSERVER, "jules"),
    )


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ours(db) -> Tenant:
    load_national_indicators()
    return make_tenant("trois-rives")


@pytest.fixture
def theirs(ours) -> Tenant:
    return make_tenant("canari")


def draft_programme(tenant: Tenant, *, year: int = 1) -> Programme:
    """A draft with access to care (V = 10 000 €) and the health crisis."""
    return actions.create_programme(
        actor=tenant.coordinator,
        **tenant.parties,
        year=year,
        missions=[(ACCESS, Decimal("10000.00")), (CRISIS, Decimal(0))],
    )


LEVELS = {
    "scale": "LEVELS",
    "direction": "DOWN",
    "unit": "patients",
    "maximum_amount": Decimal("6000.00"),
    "levels": [
        (Decimal(219), Decimal("2000.00")),
        (Decimal(100), Decimal("4000.00")),
        (Decimal(50), Decimal("6000.00")),
    ],
    "counts_patients": True,
    "owner": Side.FUND,
}


def write_results(tenant: Tenant, programme: Programme) -> dict:
    """Spread the 10 000 € of access to care over two indicators: levels (fund) and achieved or not (CPTS)."""
    mission = programme.missions.get(mission=ACCESS)
    action = actions.save_action(
        actor=tenant.coordinator,
        programme_mission=mission,
        title="Trouver un médecin traitant aux patients en ALD",
        lead="Dre Exemple",
        deliverables=["Comptes rendus des réunions", "Convention signée"],
    )
    levels = actions.save_indicator(
        actor=tenant.coordinator,
        programme_mission=mission,
        action=action,
        label="Patients en ALD sans médecin traitant",
        **LEVELS,
    )
    achieved = actions.save_indicator(
        actor=tenant.coordinator,
        programme_mission=mission,
        action=action,
        label="Deux réunions de concertation avec compte rendu",
        scale="ACHIEVED",
        maximum_amount=Decimal("4000.00"),
        usage=Usage.RESULT,
    )
    return {"mission": mission, "action": action, "levels": levels, "achieved": achieved}


@pytest.fixture
def draft(ours) -> Programme:
    return draft_programme(ours)


@pytest.fixture
def written(ours, draft) -> dict:
    return {"programme": draft, **write_results(ours, draft)}


def run_programme(tenant: Tenant, programme: Programme) -> Programme:
    actions.agree_programme(actor=tenant.president, programme=programme)
    return actions.open_programme(actor=tenant.president, programme=programme)


@pytest.fixture
def running(ours, written) -> dict:
    """The same programme, agreed and open: values may be entered."""
    programme = run_programme(ours, written["programme"])
    for name in ("mission", "action", "levels", "achieved"):
        written[name].refresh_from_db()
    return {**written, "programme": programme}
