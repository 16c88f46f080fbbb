"""Helpers of the dashboards' tests: queries that are counted, and portfolios of any size."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.enums import LineKind, MissionCode, PaymentKind
from agreements.models import AgreementVersion
from contracts.enums import ContractStatus
from contracts.models import Contract, ContractMission
from core.dates import add_months, anniversary
from dialogues.enums import DialogueKind
from dialogues.models import ManagementDialogue
from funding.models import Payment
from health_projects.enums import ProjectStatus
from health_projects.models import HealthProject
from tests.utils.factories import CptsFactory
from tests.utils.world import Tenant


class Reads(list):
    """The SELECT statements of a block; session, savepoints and settings of the transaction aside."""


@pytest.fixture
def reads():
    """Return a context manager that collects what a block asks of the database."""

    @contextmanager
    def collect():
        found = Reads()
        with CaptureQueriesContext(connection) as queries:
            yield found
        found += [row["sql"] for row in queries.captured_queries if row["sql"].lstrip("(").startswith("SELECT")]

    return collect


def add_dossiers(tenant: Tenant, count: int, *, signed_on: date, start: int = 0) -> list[Contract]:
    """Write `count` contracts in force of the tenant's ARS and fund, each with a late dialogue and a payment due.

    Written straight to the tables: they are there to be counted, not to be lived.
    """
    version = AgreementVersion.objects.get(code="aci-2021")
    made = []
    for number in range(start, start + count):
        cpts = CptsFactory(name=f"CPTS {number:03}", ars=tenant.ars, fund=tenant.fund)
        project = HealthProject.objects.create(
            cpts=cpts,
            title=f"Projet {number}",
            status=ProjectStatus.APPROVED,
            first_submitted_at=f"{signed_on}T10:00Z",
            decided_on=signed_on,
            decision="EXPLICIT",
        )
        contract = Contract.objects.create(
            number=f"{signed_on.year}-900-{number:03}",
            cpts=cpts,
            ars=tenant.ars,
            fund=tenant.fund,
            health_project=project,
            status=ContractStatus.ACTIVE,
            agreement_version=version,
            population=65_000,
            population_year=2023,
            size=2,
            agreed_on=signed_on,
            signed_on=signed_on,
            ends_on=anniversary(signed_on, 5),
        )
        ContractMission.objects.create(contract=contract, mission=MissionCode.ACCESS_TO_CARE)
        ManagementDialogue.objects.create(
            contract=contract,
            kind=DialogueKind.MISSION_START,
            mission=MissionCode.ACCESS_TO_CARE,
            window_opens_on=signed_on,
            window_closes_on=add_months(signed_on, 6),
        )
        Payment.objects.create(
            contract=contract,
            year=1,
            kind=PaymentKind.FULL,
            line_kind=LineKind.OPERATING,
            due_on=signed_on,
            amount=Decimal("60000.00"),
        )
        made.append(contract)
    return made
