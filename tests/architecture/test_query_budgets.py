"""A list asks the database as much for twenty rows as for two, and not much."""

from copy import copy
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from contracts.models import Contract
from core.dates import add_months
from core.enums import Role
from health_projects.models import HealthProject
from tests.utils import stories
from tests.utils.factories import CptsFactory, MembershipFactory

pytestmark = pytest.mark.django_db
TODAY = add_months(stories.SIGNED_ON, 13)
COPIES = 9  # of each of the two dossiers: twenty rows
# Queries of a page, with those of every request (session, person, places, read-only transaction: eight). Raise a
# budget only with a reason.
BUDGETS = {
    "dashboards:home": 18,
    "dashboards:portfolio": 16,
    "contracts:contract_list": 12,
    "health_projects:project_list": 12,
    "funding:payment_list": 12,
    "dialogues:dialogue_list": 12,
    "accounts:team": 12,
}
READERS = ("ars_officer", "fund_officer", "accountant", "observer", "coordinator")
CPTS_HAS_NO_PORTFOLIO = ("dashboards:portfolio", "coordinator")


@pytest.fixture(scope="module")
def many(evaluated):
    """Two dossiers of one ARS and one fund (a year evaluated, a negotiation), and what it takes to have twenty."""
    with stories.at(TODAY):
        negotiated = stories.negotiated_contract(evaluated.world.neighbour)
    return SimpleNamespace(world=evaluated.world, contracts=[evaluated.contract, negotiated])


def copied(row: models.Model, **changes) -> models.Model:
    """Return a copy of a row, written to the database."""
    twin = copy(row)
    twin._state = copy(row._state)
    twin._state.adding, twin._state.fields_cache = True, {}
    twin.pk = uuid4()
    for name, value in changes.items():
        setattr(twin, name, value)
    twin.save(force_insert=True)
    return twin


def copied_dossier(contract: Contract, number: int) -> None:
    """Write the dossier of another CPTS of the same ARS and fund, like this one."""
    cpts = CptsFactory(name=f"CPTS {contract.number} {number}", ars=contract.ars, fund=contract.fund)
    project = copied(HealthProject.objects.get(pk=contract.health_project_id), cpts=cpts)
    project.communes.set(contract.health_project.communes.all())
    twin = copied(contract, cpts=cpts, health_project=project, number=f"{contract.number}-{number}")
    for year in contract.years.select_related("programme"):
        programme = copied(year.programme, cpts=cpts)
        copied(year, contract=twin, programme=programme)
        for mission in year.programme.missions.all():
            copied_mission(mission, programme)
    for rows in (contract.missions, contract.dialogues, contract.payments):
        for row in rows.all():
            copied(row, contract=twin)


def copied_mission(mission, programme) -> None:
    twin = copied(mission, programme=programme)
    for indicator in mission.indicators.filter(action__isnull=True):
        copied(indicator, programme_mission=twin)


def queries(client_of, member: Membership, route: str) -> int:
    """Return how many queries a page takes once everything that is read once a process was read."""
    client = client_of(member)
    with stories.at(TODAY):
        client.get(reverse(route))
        with CaptureQueriesContext(connection) as asked:
            response = client.get(reverse(route))
    assert response.status_code in (200, 302)
    return len(asked)


@pytest.mark.parametrize("route", BUDGETS)
def test_twenty_rows_take_as_many_queries_as_two(many, client_of, route):
    members = {name: getattr(many.world.west, name, None) or many.world.observer for name in READERS}
    asked = [name for name in READERS if (route, name) != CPTS_HAS_NO_PORTFOLIO]
    with_two = {name: queries(client_of, members[name], route) for name in asked}
    for number in range(COPIES):
        MembershipFactory(organisation=many.world.west.ars, role=Role.READER)
        for contract in many.contracts:
            copied_dossier(contract, number)
    assert Contract.objects.visible_to(members["ars_officer"].as_actor()).count() == 2 + 2 * COPIES
    with_twenty = {name: queries(client_of, members[name], route) for name in asked}
    assert with_twenty == with_two
    assert max(with_two.values()) <= BUDGETS[route], with_two
