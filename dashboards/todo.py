"""What waits for a person, by date, read from the facts of every room and from her rights (design §5).

Each read is one query, whatever the number of dossiers. What is read is turned into `Waiting` by plain functions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum, UUIDField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode

from accounts.permissions import Act, may
from agreements.enums import PaymentKind
from contracts.assemblers import content_hash
from contracts.enums import ContractStatus
from contracts.models import OPEN_STATUSES, Contract, ContractMission, ContractYear
from core import clock
from core.actor import Actor
from core.dates import add_months, format_date
from core.enums import PARTIES, Side
from core.money import format_euros
from core.wording import counted
from dashboards.amendments import amendment_items
from dashboards.dialogues import dialogue_items
from dashboards.ending import ending_items
from dashboards.enums import Subject
from dashboards.spending import compensation_items, spending_items
from dashboards.values import value_items
from dashboards.waiting import Waiting, awaits_signature_of, of_dossier
from dialogues.enums import AnnexStatus
from dialogues.models import AnnualAnnex
from funding.enums import PaymentStatus
from funding.models import Payment
from health_projects.enums import ProjectStatus
from health_projects.models import HealthProject
from indicators.enums import Usage
from indicators.models import Indicator, ProgrammeMission

BALANCE_MONTHS = 2  # R12
RUNNING = [*OPEN_STATUSES, ContractStatus.ACTIVE]


@dataclass(frozen=True, kw_only=True)
class DossierTodo:
    """What waits for the actor in one dossier."""

    name: str
    url: str
    items: list[Waiting]


def waiting_for(actor: Actor, contract: Contract | None = None) -> list[Waiting]:
    """Return what waits for the actor, the most pressing first; in one dossier when `contract` is given,
    as `dossier.load` reads it.

    An objection of another party comes first: someone waits for the answer. What has no date waits already: it comes
    after what is late, before what is to come.
    """
    today = clock.today()
    found = [item for read in _reads_of(actor, contract) for item in read(actor, today, contract)]
    return sorted(found, key=lambda item: (not item.is_objection, item.due or today, item.dossier, item.text))


def by_dossier(waiting: Iterable[Waiting]) -> list[DossierTodo]:
    """Group by CPTS, in the order of the first thing that waits in each."""
    groups: dict[UUID | None, DossierTodo] = {}
    for item in waiting:
        groups.setdefault(item.cpts, DossierTodo(name=item.dossier, url=item.dossier_url, items=[])).items.append(item)
    return list(groups.values())


Read = Callable[[Actor, date, Contract | None], Iterator[Waiting]]


def _reads_of(actor: Actor, contract: Contract | None) -> list[Read]:
    """Return the reads that may find something for the role: the others are not asked of the database."""
    if actor.side not in PARTIES:
        return []
    acts: list[tuple[Read, tuple[Act, ...]]] = [
        (_projects, (Act.DRAFT_PROJECT, Act.REVIEW_PROJECT)),
        (_contracts, (Act.DRAFT_CONTRACT, Act.PROPOSE_CONTRACT_CHANGE, Act.CONSENT, Act.SIGN)),
        (amendment_items, (Act.CONSENT, Act.SIGN)),
        (ending_items, (Act.TERMINATE, Act.CONSENT)),
        (dialogue_items, (Act.PREPARE_DIALOGUE, Act.APPROVE_MINUTES)),
        (value_items, (Act.ENTER_VALUE, Act.CONFIRM_VALUE)),
        (_annexes, (Act.SIGN,)),
        (_payments, (Act.PAY,)),
        (spending_items, (Act.ENTER_SPENDING,)),
        (compensation_items, (Act.ENTER_SPENDING,)),
    ]
    skipped = _silent(contract) if contract else set()
    return [read for read, needed in acts if read not in skipped and any(may(actor, act) for act in needed)]


def _silent(contract: Contract) -> set[Read]:
    """Return the reads that cannot find anything in a dossier in this state."""
    if contract.is_signed:
        pays_compensation = any(mission.compensation_starts_on for mission in contract.missions.all())
        return {_projects, _contracts} | (set() if pays_compensation else {compensation_items})
    return {
        _projects,
        value_items,
        _annexes,
        _payments,
        spending_items,
        compensation_items,
        ending_items,
        amendment_items,
    }


# Health projects ----------------------------------------------------------------------------------------------


def _projects(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    if actor.side == Side.CPTS:
        running = Contract.objects.visible_to(actor).filter(cpts=OuterRef("cpts"), status__in=RUNNING)
        rows = HealthProject.objects.visible_to(actor).annotate(has_contract=Exists(running))
        latest = rows.order_by("-version_number").first()
        yield from _own_project(actor, latest)
    else:
        rows = HealthProject.objects.visible_to(actor).awaiting_decision().select_related("cpts")
        yield from (_project_to_review(project, today) for project in rows)


def _own_project(actor: Actor, project: HealthProject | None) -> Iterator[Waiting]:
    if project is None:
        yield _of_project(
            actor,
            None,
            "Rédiger le projet de santé",
            "Commencer",
            detail="Votre territoire, vos missions, votre organisation\u00a0: tout commence ici.",
        )
        return
    steps = {
        ProjectStatus.DRAFT: ("Compléter le projet de santé et l’envoyer à l’ARS", "Compléter le projet"),
        ProjectStatus.CHANGES_REQUESTED: ("Corriger le projet de santé, comme l’ARS le demande", "Lire la demande"),
        ProjectStatus.OPPOSED: ("Rédiger une nouvelle version du projet de santé", "Voir l’opposition"),
    }
    if project.status in steps:
        yield _of_project(actor, project, *steps[project.status])
    elif project.status == ProjectStatus.APPROVED and not project.has_contract:
        item = _of_project(actor, project, "Rédiger le contrat", "Rédiger le contrat")
        yield replace(
            item,
            subject=Subject.CONTRACT,
            url=reverse("contracts:contract_draft"),
            detail="Votre projet de santé est approuvé.",
        )


def _of_project(actor: Actor, project: HealthProject | None, text: str, label: str, detail: str = "") -> Waiting:
    page = reverse("health_projects:project_detail", args=[project.pk]) if project else ""
    return Waiting(
        cpts=actor.organisation_id,
        dossier=actor.organisation_name,
        dossier_url=page,
        subject=Subject.PROJECT,
        text=text,
        url=page or reverse("health_projects:project_create"),
        label=label,
        detail=detail,
    )


def _project_to_review(project: HealthProject, today: date) -> Waiting:
    page = reverse("health_projects:project_detail", args=[project.pk])
    return Waiting(
        cpts=project.cpts_id,
        dossier=project.cpts.name,
        dossier_url=page,
        subject=Subject.PROJECT,
        text="Vous prononcer sur le projet de santé",
        url=page,
        label="Lire le projet",
        due=project.decision_due_on,
        detail="Passé ce jour, il est approuvé tacitement",
        is_late=project.decision_due_on < today,
    )


# Contracts ----------------------------------------------------------------------------------------------------


def with_gaps(contracts: QuerySet[Contract], actor: Actor) -> QuerySet[Contract]:
    """Annotate `has_unplanned_mission` and `has_money_to_spread`: what keeps a contract from being consented to."""
    missions = ContractMission.objects.visible_to(actor)
    unplanned = missions.filter(contract=OuterRef("pk"), planned_start__isnull=True)
    results = Indicator.objects.visible_to(actor).filter(programme_mission=OuterRef("pk"), usage=Usage.RESULT)
    sums = results.order_by().values("programme_mission").annotate(total=Sum("maximum_amount")).values("total")
    first_year = {"programme__contract_year__contract": OuterRef("pk"), "programme__contract_year__number": 1}
    unspread = ProgrammeMission.objects.visible_to(actor).filter(**first_year)
    unspread = unspread.exclude(variable_amount=Coalesce(Subquery(sums), Decimal(0)))
    return contracts.annotate(has_unplanned_mission=Exists(unplanned), has_money_to_spread=Exists(unspread))


def _contracts(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    rows = Contract.objects.visible_to(actor)
    mine = rows.filter(pk=OuterRef("pk"))
    first_year = ContractYear.objects.visible_to(actor).filter(contract=OuterRef("pk"), number=1)
    rows = with_gaps(rows.filter(status__in=OPEN_STATUSES).select_related("cpts", "document"), actor).annotate(
        my_consent=Subquery(
            mine.filter(consents__side=actor.side, consents__withdrawn_at__isnull=True).values(
                "consents__content_hash"
            )[:1]
        ),
        was_withdrawn=Exists(mine.filter(consents__side=actor.side, consents__withdrawn_at__isnull=False)),
        awaits_my_signature=awaits_signature_of(actor),
        first_programme=Subquery(first_year.values("programme"), output_field=UUIDField()),  # else a text on SQLite
    )
    for row in rows.filter(pk=contract.pk) if contract else rows:
        yield from of_contract(actor, row)


def of_contract(actor: Actor, contract: Contract) -> Iterator[Waiting]:
    """Return what a contract not signed yet asks of the actor. Takes a row of `_contracts`."""
    match contract.status:
        case ContractStatus.DRAFT if may(actor, Act.DRAFT_CONTRACT):
            yield _drafting(contract)
        case ContractStatus.NEGOTIATION:
            yield from _negotiating(actor, contract)
        case ContractStatus.SIGNING if may(actor, Act.SIGN) and contract.awaits_my_signature:
            if contract.document.is_ready and not contract.document.has_expired:
                detail = f"Contenu convenu le {format_date(contract.agreed_on)}"
                yield of_dossier(contract, "Signer le contrat", "Lire et signer", "contract_sign", detail=detail)


def _drafting(contract: Contract) -> Waiting:
    if contract.has_unplanned_mission:
        text = "Compléter le contrat\u00a0: le démarrage prévu de chaque mission"
        return of_dossier(contract, text, "Compléter le contrat", "contract_edit")
    if contract.has_money_to_spread:
        return _programme_to_spread(contract)
    return replace(
        of_dossier(contract, "Ouvrir la négociation avec l’ARS et la caisse", "Ouvrir la négociation"),
        detail="Votre CPTS est seule à le voir pour l’instant",
        post_url=reverse("dialogues:negotiation_open", args=[contract.pk]),
    )


def _negotiating(actor: Actor, contract: Contract) -> Iterator[Waiting]:
    if contract.has_unplanned_mission and may(actor, Act.PROPOSE_CONTRACT_CHANGE):
        text = "Compléter le contrat\u00a0: le démarrage prévu de chaque mission"
        yield of_dossier(contract, text, "Compléter le contrat", "contract_edit")
    elif contract.has_money_to_spread and may(actor, Act.PROPOSE_CONTRACT_CHANGE):
        yield _programme_to_spread(contract)
    elif contract.planning_closed_on and may(actor, Act.CONSENT):
        yield from _to_consent(contract)


def _to_consent(contract: Contract) -> Iterator[Waiting]:
    """Ask for the consent, and again when the content changed after it: only one to the exact content counts.

    The content is read whole only where the actor's party consented and another is awaited.
    """
    if contract.my_consent and contract.my_consent == content_hash(contract):
        return
    text = "Relire le contrat et consentir à son contenu"
    detail = "Au troisième consentement, il part à la signature"
    if contract.my_consent:
        detail = "Le contenu a changé depuis votre consentement"
    elif contract.was_withdrawn:
        detail = "Votre consentement précédent a été retiré"
    yield of_dossier(contract, text, "Relire et consentir", "contract_consent", detail=detail)


def _programme_to_spread(contract: Contract) -> Waiting:
    item = of_dossier(contract, "Répartir le volet variable entre les indicateurs", "Compléter le programme")
    return replace(
        item,
        subject=Subject.INDICATORS,
        url=reverse("indicators:programme_edit", args=[contract.first_programme]),
        detail="Programme de la première année",
    )


# Annual annexes and payments ----------------------------------------------------------------------------------


def _annexes(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    rows = (
        AnnualAnnex.objects.visible_to(actor)
        .filter(awaits_signature_of(actor), status=AnnexStatus.SIGNING, document__file__isnull=False)
        .select_related("contract__cpts")
    )
    for annex in rows.filter(contract=contract) if contract else rows:
        item = of_dossier(annex.contract, f"Signer l’annexe de l’année {annex.year}", "Lire et signer l’annexe")
        yield replace(
            item,
            url=reverse("dialogues:annex_sign", args=[annex.pk]),
            detail="Résultats, montants et programme de l’année suivante",
        )


def _payments(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    rows = Payment.objects.visible_to(actor).awaiting_accountant()
    rows = rows.filter(contract=contract) if contract else rows
    groups = rows.order_by().values("contract", "contract__number", "contract__cpts", "contract__cpts__name", "status")
    for row in groups.annotate(
        count=Count("pk"),
        total=Sum("net_amount"),
        first=Min("due_on"),
        balance=Min("due_on", filter=Q(kind=PaymentKind.BALANCE)),
    ):
        yield _of_payments(row, today)


def _of_payments(row: dict, today: date) -> Waiting:
    is_due = row["status"] == PaymentStatus.DUE
    count = counted(row["count"], "versement")
    due = add_months(row["balance"], BALANCE_MONTHS) if row["balance"] else None
    query = urlencode({"q": row["contract__number"], "status": row["status"]})
    return Waiting(
        cpts=row["contract__cpts"],
        dossier=row["contract__cpts__name"],
        dossier_url=reverse("dashboards:dossier", args=[row["contract"]]),
        subject=Subject.PAYMENT,
        text=f"Ordonner {count}" if is_due else f"Enregistrer le paiement de {count}",
        url=f"{reverse('funding:payment_list')}?{query}",
        label="Voir les versements",
        due=due,
        detail=f"{format_euros(row['total'])}, dus depuis le {format_date(row['first'])}",
        is_late=due is not None and due < today,
    )
