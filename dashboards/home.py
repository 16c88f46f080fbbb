"""The home page as values: what waits, what moved, the dossiers of the reader."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BooleanField, CharField, Count, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.urls import reverse

from contracts.enums import ContractStatus
from contracts.models import OPEN_STATUSES, Contract, ContractMission
from core import clock
from core.actor import Actor
from core.enums import PARTIES, Role, Side
from core.face import Step
from core.tables import PER_PAGE
from dashboards.filters import TodoFilter
from dashboards.history import recent_moves
from dashboards.todo import by_dossier, waiting_for
from dialogues.models import ManagementDialogue
from health_projects.enums import ProjectStatus
from health_projects.models import HealthProject

ADMINISTRATION = (
    ("Organisations", "CPTS, ARS, caisses, instances nationales", "admin:accounts_organisation_changelist"),
    ("Comptes", "Personnes, rôles et accès", "admin:accounts_user_changelist"),
    ("Invitations", "Envoyées, acceptées, expirées", "admin:accounts_invitation_changelist"),
    ("Accord national", "Versions, montants et calendrier", "admin:agreements_agreementversion_changelist"),
    ("Indicateurs nationaux", "Les cinq indicateurs de suivi", "admin:agreements_nationalindicator_changelist"),
    ("Journal", "Qui a fait quoi, pour qui et quand", "admin:core_auditevent_changelist"),
)


@dataclass(frozen=True, kw_only=True)
class OwnDossier:
    """The dossier of a CPTS: its project, its latest contract, and the path from one to the other.

    `awaited_on` is the last day of the ARS, while it has the project.
    """

    project: HealthProject | None
    awaited_on: date | None
    contract: Contract | None
    year: int | None
    steps: list[Step]
    started: int
    missions: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The portfolio of an authority in four numbers."""

    in_force: int
    negotiated: int
    projects: int
    late: int


def home_context(actor: Actor, data) -> dict[str, Any]:
    """Return what the home page of a party or of an observer shows. `data` holds the filters of the address."""
    today = clock.today()
    waiting = waiting_for(actor)
    has_bar = actor.side in (Side.ARS, Side.FUND)
    todo = TodoFilter(data if has_bar else None, waiting)
    own = own_dossier(actor, today) if actor.side == Side.CPTS else None
    late = sum(1 for item in waiting if item.is_late)
    soon = [item for item in todo.items if item.is_soon(today)]
    return {
        "count": len(todo.items),
        "late_words": f"dont {late} en retard" if late else "",
        "waiting": waiting,
        "filter": todo if has_bar and waiting else None,
        "is_filtered": todo.is_used,
        "page": Paginator(by_dossier(soon), PER_PAGE).get_page(data.get("page")),
        "is_one_dossier": actor.side == Side.CPTS,
        "later": [item.item_with_dossier if has_bar else item.item for item in todo.items if item not in soon],
        "acts": actor.side in PARTIES and actor.role != Role.READER,
        "moves": recent_moves(actor),
        "own": own,
        "is_first_time": own is not None and own.contract is None and own.project is None,
        "counts": counts_of(actor, today) if actor.side != Side.CPTS else None,
    }


def own_dossier(actor: Actor, today: date) -> OwnDossier:
    """Return the dossier of the actor's CPTS."""
    contracts = Contract.objects.visible_to(actor).exclude(status=ContractStatus.ABANDONED)
    missions = ContractMission.objects.visible_to(actor).filter(contract=OuterRef("pk")).order_by().values("contract")
    contract = (
        contracts.annotate(
            mission_count=Subquery(missions.annotate(count=Count("pk")).values("count")),
            started_count=Subquery(missions.filter(started_on__lte=today).annotate(count=Count("pk")).values("count")),
        )
        .order_by("-created_at")
        .first()
    )
    project = None
    if contract is None:
        project = HealthProject.objects.visible_to(actor).order_by("-version_number").first()
    year = contract.year_on(today) if contract and contract.signed_on else None
    return OwnDossier(
        project=project,
        awaited_on=project.decision_due_on if project and project.status == ProjectStatus.SUBMITTED else None,
        contract=contract,
        year=year,
        steps=_path(project, contract),
        started=(contract and contract.started_count) or 0,
        missions=(contract and contract.mission_count) or 0,
    )


UNDER_REVIEW = "under review"
PATH = ("Projet de santé", "Accord de l’ARS", "Contrat", "Signatures", "Missions et dialogues")


def _path(project: HealthProject | None, contract: Contract | None) -> list[Step]:
    """Return the long path of a CPTS with where it is."""
    here = _position(project, contract)
    return [
        Step(label=label, state="done" if number < here else "current" if number == here else "todo")
        for number, label in enumerate(PATH)
    ]


def _position(project: HealthProject | None, contract: Contract | None) -> int:
    if contract:
        if contract.is_signed:
            return 4
        return 3 if contract.status in (ContractStatus.AGREED, ContractStatus.SIGNING) else 2
    if project is None:
        return 0
    return {ProjectStatus.SUBMITTED: 1, ProjectStatus.APPROVED: 2}.get(project.status, 0)


def counts_of(actor: Actor, today: date) -> Counts:
    """Return the portfolio in four numbers, in one query."""
    late = Exists(ManagementDialogue.objects.visible_to(actor).filter(contract=OuterRef("pk")).late(today))
    contracts = Contract.objects.visible_to(actor).order_by()
    projects = HealthProject.objects.visible_to(actor).awaiting_decision().order_by()
    rows = _counted(contracts, F("status"), late).union(
        _counted(projects, Value(UNDER_REVIEW), Value(False, output_field=BooleanField())), all=True
    )
    groups = list(rows)

    def total(*kinds: str) -> int:
        return sum(group["count"] for group in groups if group["kind"] in kinds)

    return Counts(
        in_force=total(ContractStatus.ACTIVE),
        negotiated=total(*OPEN_STATUSES),
        projects=total(UNDER_REVIEW),
        late=sum(group["count"] for group in groups if group["late"]),
    )


def _counted(rows: QuerySet, kind, late) -> QuerySet:
    return rows.values(kind=Cast(kind, CharField()), late=late).annotate(count=Count("pk"))


def administration_links() -> list[tuple[str, str, str]]:
    """Return the label, the explanation and the address of each part of the administration."""
    return [(label, text, reverse(name)) for label, text, name in ADMINISTRATION]
