"""A programme whose amounts add up, and the people of two tenants as the actions take them."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Organisation
from core.actor import Actor
from core.enums import Role, Side
from indicators import actions
from indicators.enums import Usage
from indicators.models import Programme
from tests.utils.factories import MembershipFactory
from tests.utils.world import Tenant

PDF = b"%PDF-1.7\n%%EOF\n"
YEAR = {"period_start": date(2026, 4, 15), "period_end": date(2027, 4, 14), "source": "Extraction de la caisse"}
ACCESS, CRISIS = "ACCESS_TO_CARE", "HEALTH_CRISIS"
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
PEOPLE = ("coordinator", "president", "reader", "ars_officer", "fund_officer")


def actor_in(organisation: Organisation, role: Role) -> Actor:
    return MembershipFactory(organisation=organisation, role=role).as_actor()


def people_of(tenant: Tenant, world) -> SimpleNamespace:
    """The actors of a tenant, its parties and its memberships (for the browser)."""
    return SimpleNamespace(
        **{name: getattr(tenant, name).as_actor() for name in PEOPLE},
        observer=world.observer.as_actor(),
        fund=tenant.fund,
        parties={"cpts": tenant.cpts, "ars": tenant.ars, "fund": tenant.fund},
        members=SimpleNamespace(**{name: getattr(tenant, name) for name in PEOPLE}, observer=world.observer),
    )


@pytest.fixture(autouse=True)
def after_the_year(time_machine):
    """The contract year is over, its values are known."""
    time_machine.move_to(datetime(2027, 4, 20, 10, tzinfo=ZoneInfo("Europe/Paris")), tick=True)


@pytest.fixture
def ours(world):
    return people_of(world.west, world)


@pytest.fixture
def theirs(world):
    return people_of(world.east, world)


@pytest.fixture
def neighbours(world):
    """Another CPTS of the same ARS and fund."""
    return people_of(world.neighbour, world)


def draft_programme(tenant, *, year: int = 1) -> Programme:
    """A draft with access to care (V = 10 000 €) and the health crisis, in negotiation."""
    programme = actions.create_programme(
        actor=tenant.coordinator,
        **tenant.parties,
        year=year,
        missions=[(ACCESS, Decimal("10000.00")), (CRISIS, Decimal(0))],
    )
    return actions.share_programme(actor=tenant.coordinator, programme=programme)


def write_results(tenant, programme: Programme) -> dict:
    """Spread the 10 000 € of access to care over two indicators: levels (fund) and achieved or not (CPTS)."""
    mission = programme.missions.get(mission=ACCESS)
    common = {"actor": tenant.coordinator, "programme_mission": mission}
    action = actions.save_action(
        **common,
        title="Trouver un médecin traitant aux patients en ALD",
        lead="Dre Exemple",
        deliverables=["Comptes rendus des réunions", "Convention signée"],
    )
    levels = actions.save_indicator(**common, action=action, label="Patients en ALD sans médecin traitant", **LEVELS)
    achieved = actions.save_indicator(
        **common,
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


@pytest.fixture
def running(ours, written) -> dict:
    """The same programme, agreed and open: values may be entered."""
    actions.agree_programme(actor=ours.president, programme=written["programme"])
    programme = actions.open_programme(
        actor=ours.president, programme=written["programme"], starts_on=date(2026, 4, 15), ends_on=date(2027, 4, 15)
    )
    for mission in programme.missions.all():
        actions.start_mission(
            actor=ours.president, programme=programme, mission=mission.mission, active_from=date(2026, 3, 16)
        )
    for name in ("mission", "action", "levels", "achieved"):
        written[name].refresh_from_db()
    return {**written, "programme": programme}
