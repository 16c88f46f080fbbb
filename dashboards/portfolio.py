"""The portfolio of an authority: one row a CPTS, annotated in the database, and its sums by size."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from accounts.models import Organisation
from agreements.enums import AmountKind, LineKind
from agreements.models import AgreementLine
from contracts.enums import AmendmentStatus, ContractStatus
from contracts.models import Amendment, Contract, ContractMission, ContractYear
from core.actor import Actor
from core.bars import BarGroup, bars
from core.enums import Side
from core.figures import Figure
from core.wording import counted
from dialogues.models import ManagementDialogue
from funding.enums import PaymentStatus
from funding.models import Payment, Statement
from health_projects.models import HealthProject

MONEY = DecimalField(max_digits=14, decimal_places=2)
SIZES = (1, 2, 3, 4)
PROJECT, CONTRACT = "project", "contract"
# A year of the missions engaged: neither the exceptional crisis, nor the plan's first writing beside its updates.
YEARLY_KINDS = [kind for kind in AmountKind if kind not in (AmountKind.CRISIS_EVENT, AmountKind.PLAN_WRITTEN)]


def scope_of(actor: Actor) -> QuerySet[Organisation]:
    """Return the CPTS that the actor follows."""
    rows = Organisation.objects.visible_to(actor).cpts()
    return rows.filter(pk=actor.organisation_id) if actor.side == Side.CPTS else rows


def portfolio_of(actor: Actor, today: date) -> QuerySet[Organisation]:
    """Return the CPTS in scope, with what the columns of the portfolio show: a constant number of queries.

    The contract of a CPTS is its latest one that the actor sees. Amounts are in euros.
    """
    contracts = Contract.objects.visible_to(actor).filter(cpts=OuterRef("pk")).exclude(status=ContractStatus.ABANDONED)
    latest = contracts.order_by("-created_at", "-number")
    projects = HealthProject.objects.visible_to(actor).filter(cpts=OuterRef("pk")).order_by("-version_number")
    sent = projects.filter(first_submitted_at__isnull=False).with_figures()
    years = ContractYear.objects.visible_to(actor).filter(contract=OuterRef("contract_id"), size__isnull=False)
    rows = scope_of(actor).annotate(
        contract_id=Subquery(latest.values("pk")[:1]),
        contract_number=Subquery(latest.values("number")[:1]),
        contract_status=Subquery(latest.values("status")[:1]),
        signed_on=Subquery(latest.values("signed_on")[:1]),
        project_id=Subquery(projects.values("pk")[:1]),
        project_status=Subquery(projects.values("status")[:1]),
        size=Coalesce(
            Subquery(years.order_by("-number").values("size")[:1]),
            Subquery(latest.values("size")[:1]),
            Subquery(sent.values("size")[:1]),
        ),
        population=Coalesce(Subquery(latest.values("population")[:1]), Subquery(sent.values("population")[:1])),
        running_year=Subquery(years.order_by("-number").values("number")[:1]),
    )
    rows = rows.annotate(
        agreement=Coalesce(Subquery(_amended_agreements(actor)[:1]), Subquery(latest.values("agreement_version")[:1]))
    )
    return _with_money(_with_dialogues(_with_state(rows), actor, today), actor, today)


def _amended_agreements(actor: Actor) -> QuerySet:
    """R2: return the versions that amendments brought by the running year, the last one first."""
    amended = Amendment.objects.visible_to(actor).filter(
        contract=OuterRef("contract_id"),
        status=AmendmentStatus.IN_FORCE,
        agreement_version__isnull=False,
        takes_effect_year__lte=OuterRef("running_year"),
    )
    return amended.order_by("-takes_effect_year").values("agreement_version")


def _with_state(rows: QuerySet) -> QuerySet:
    """Annotate `state`: « contract:ACTIVE » or « project:DRAFT », empty for a CPTS with neither."""
    return rows.annotate(
        state=Case(
            When(contract_status__isnull=False, then=_state(CONTRACT, "contract_status")),
            When(project_status__isnull=False, then=_state(PROJECT, "project_status")),
            default=Value(""),
            output_field=CharField(),
        )
    )


def _state(room: str, field: str) -> Concat:
    return Concat(Value(f"{room}:"), F(field), output_field=CharField())


def _with_dialogues(rows: QuerySet, actor: Actor, today: date) -> QuerySet:
    """Annotate the last day of the next dialogue, and whether one is late (R16)."""
    dialogues = ManagementDialogue.objects.visible_to(actor).filter(contract=OuterRef("contract_id")).open()
    upcoming = dialogues.filter(window_closes_on__isnull=False).order_by("window_closes_on", "pk")
    return rows.annotate(
        next_dialogue_on=Subquery(upcoming.values("window_closes_on")[:1]),
        is_late=Exists(dialogues.late(today)),
    )


def _with_money(rows: QuerySet, actor: Actor, today: date) -> QuerySet:
    """Annotate what is engaged a year at most, what waits for its payment, what was paid, the last variable."""
    is_variable = Q(lines__kind=LineKind.VARIABLE) | Q(lines__base=LineKind.VARIABLE)
    statements = Statement.objects.visible_to(actor).filter(contract=OuterRef("contract_id"))
    variable = statements.annotate(variable=Sum("lines__amount", filter=is_variable)).order_by("-year", "-revision")
    return rows.annotate(
        engaged=_sum(_engaged_lines(actor, today), "amount"),
        owed=_once_signed(_paid_sum(actor, PaymentStatus.DUE, PaymentStatus.ORDERED)),
        paid=_once_signed(_paid_sum(actor, PaymentStatus.PAID)),
        last_variable=Subquery(variable.values("variable")[:1], output_field=MONEY),
    )


def _once_signed(amount) -> Case:
    """Nothing is owed nor paid before the signature: not even zero."""
    return Case(When(signed_on__isnull=False, then=amount), output_field=MONEY)


def _paid_sum(actor: Actor, *statuses: PaymentStatus) -> Coalesce:
    """Sum what is really paid, deductions made (R18)."""
    payments = Payment.objects.visible_to(actor).filter(contract=OuterRef("contract_id"), status__in=statuses)
    return _sum(payments, "net_amount")


def _engaged_lines(actor: Actor, today: date) -> QuerySet:
    """Lines of the running year's agreement for its size and missions, while the contract is in force (R2, R18)."""
    contract = OuterRef(OuterRef("contract_id"))
    missions = ContractMission.objects.visible_to(actor).exclude(withdrawn_from__lte=today)
    engaged = missions.filter(contract=contract, mission=OuterRef("mission__code"))
    active = Contract.objects.visible_to(actor).active().filter(pk=contract)
    return AgreementLine.objects.filter(
        Exists(active), version=OuterRef("agreement"), kind__in=YEARLY_KINDS, size=OuterRef("size")
    ).filter(Q(mission__isnull=True) | Exists(engaged))


def _sum(rows: QuerySet, field: str) -> Coalesce:
    """Return the sum of a field as a subquery of one column, zero without a row."""
    sums = rows.order_by().annotate(every=Value(1)).values("every").annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(sums, output_field=MONEY), Value(Decimal(0)), output_field=MONEY)


# The strip above the table ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The sums of the rows that the filter keeps."""

    cpts: int
    in_force: int
    late: int
    engaged: Decimal
    owed: Decimal
    paid: Decimal
    figure: Figure | None


def summary_of(rows: QuerySet) -> Summary:
    """Return the sums of the filtered portfolio, in one query, and their drawing by size."""
    active = Q(state=f"{CONTRACT}:{ContractStatus.ACTIVE.value}")
    groups = list(
        rows.order_by()
        .values("size")
        .annotate(
            cpts=Count("pk"),
            in_force=Count("pk", filter=active),
            late=Count("pk", filter=Q(is_late=True)),
            engaged_sum=Sum("engaged"),
            owed_sum=Sum("owed"),
            paid_sum=Sum("paid"),
        )
    )
    totals = {name: sum((group[name] or 0 for group in groups), 0) for name in ("cpts", "in_force", "late")}
    money = {
        name: sum((group[f"{name}_sum"] or Decimal(0) for group in groups), Decimal(0))
        for name in ("engaged", "owed", "paid")
    }
    return Summary(**totals, **money, figure=_by_size(groups))


def _by_size(groups: list[dict]) -> Figure | None:
    found = {group["size"]: group for group in groups}
    shown = [
        BarGroup(
            label=f"Taille {size} ({_contracts(found[size]['in_force'])})",
            values=tuple(found[size][name] or Decimal(0) for name in ("engaged_sum", "paid_sum", "owed_sum")),
        )
        for size in SIZES
        if size in found and found[size]["in_force"]
    ]
    if not shown:
        return None
    return bars("Contrats en vigueur, par taille", shown, ("Engagé par an, au plus", "Payé", "À payer"))


def _contracts(number: int) -> str:
    return counted(number, "contrat")
