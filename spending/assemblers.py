"""From the rows of a contract to its balance by envelope, to its open years, to the ceiling of a professional."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum

from agreements.enums import AmountKind
from agreements.models import AgreementLine, Pass
from contracts.models import DURATION_YEARS, Contract
from core import clock
from core.errors import DomainError
from core.money import format_euros
from funding.enums import PaymentStatus
from funding.models import Payment, Statement
from spending.enums import Envelope
from spending.models import Budget, BudgetLine, Expense, Professional
from spending.rules import (
    Amounts,
    Ceiling,
    EnvelopeBalance,
    YearBalance,
    check_cap,
    check_day,
    check_expense,
    envelope_of,
    year_balance,
)

CLOSED = "L’année {year} est close par son dialogue annuel : son budget et ses dépenses ne changent plus."


def last_day(contract: Contract) -> date:
    """Return the day on which a signed contract ends, excluded (R3, R19)."""
    return min(filter(None, [contract.ends_on, contract.terminated_on]))


def running_year(contract: Contract, today: date) -> int:
    """Return the contract year that holds `today`, the last one once the contract is over."""
    return contract.year_on(min(today, last_day(contract) - timedelta(days=1)))


def years_of(contract: Contract, today: date) -> list[int]:
    """Return the years that a budget may be about: those begun, and the next one, to prepare it."""
    following = running_year(contract, today) + (contract.terminated_on is None)
    return list(range(1, min(following, DURATION_YEARS) + 1))


def is_closed(contract: Contract, year: int) -> bool:
    """Return whether the annual dialogue closed the year: its statement is issued (R17)."""
    return Statement.objects.filter(contract=contract, year=year).exists()


def check_open(contract: Contract, year: int, *, field: str | None = None) -> None:
    """Raise DomainError when the year is closed. The contract's row is locked by who writes: a statement waits."""
    if is_closed(contract, year):
        raise DomainError(CLOSED.format(year=year), field=field)


def check_day_of(contract: Contract, spent_on: date) -> None:
    """Raise DomainError when a signed contract takes no expense of that day: outside of it, to come, or closed."""
    check_day(spent_on, starts_on=contract.signed_on, ends_on=last_day(contract), today=clock.today())
    check_open(contract, contract.year_on(spent_on), field="spent_on")


def check_envelope_of(contract: Contract, year: int | None, envelope: str, **facts: Any) -> None:
    """Raise DomainError when an expense of a contract year contradicts itself: see `check_expense`."""
    check_expense(envelope=Envelope(envelope), envelopes=envelopes_of(contract, year), **facts)


def check_cap_of(contract: Contract, professional: Professional, spent_on: date, amount: Decimal) -> None:
    """R20: refuse what the professional would receive above the ceiling of the calendar year with `amount`, in euros.

    The professional is locked by who writes.
    """
    professional = Professional.objects.get(pk=professional.pk)
    if professional.cpts_id != contract.cpts_id:
        raise DomainError("Ce professionnel n’est pas dans la liste de cette CPTS.", field="professional")
    try:
        ceiling = ceiling_of(spent_on.year)
    except DomainError as error:
        raise DomainError(f"{error.message} Cette dépense ne peut pas être vérifiée (R20).", "spent_on") from error
    received = received_by(professional, spent_on.year)
    check_cap(name=professional.name, ceiling=ceiling, received=received, amount=amount)


def envelopes_of(contract: Contract, year: int | None = None) -> list[Envelope]:
    """Return the envelopes of a contract year, or of the whole contract: operating, its missions, and triage where
    the agreement of the year has it (R2, R9)."""
    years = [year] if year else range(1, DURATION_YEARS + 1)
    versions = {version for number in years if (version := contract.agreement_in(number))}
    kept = {Envelope.OPERATING, *(row.mission for row in contract.missions.all())}
    if AgreementLine.objects.filter(version__in=versions, kind=AmountKind.TRIAGE).exists():
        kept.add(Envelope.TRIAGE)
    return [envelope for envelope in Envelope if envelope in kept]


def balance_of(contract: Contract, year: int) -> YearBalance:
    """Return what was planned, received, spent and is left of a contract year, envelope by envelope."""
    spent = expense_sums(contract, year)
    return year_balance(
        year=year,
        envelopes=envelopes_of(contract, year),
        planned=planned_sums(contract, year),
        received=received_sums(contract, year),
        spent={envelope: amounts[0] for envelope, amounts in spent.items()},
        off_purpose={envelope: amounts[1] for envelope, amounts in spent.items() if amounts[1]},
    )


def figures_of(balance: YearBalance) -> dict[str, Any]:
    """Return a balance as pages print it and as minutes keep it: words only, plain JSON."""
    return {
        "year": balance.year,
        "lines": [{"envelope": line.envelope.label, **_amounts(line)} for line in balance.lines],
        "total": _amounts(balance),
        "flags": [{"envelope": flag.envelope.label, "tone": flag.tone, "text": flag.text} for flag in balance.flags],
    }


def told_content(contract: Contract, year: int) -> list[dict[str, str]]:
    """Return what the CPTS told of a year: what the three approve with the minutes of its dialogue.

    What was received is left out: the fund goes on paying after the approval.
    """
    return [
        {
            "envelope": line.envelope.value,
            "planned": "" if line.planned is None else str(line.planned),
            "spent": str(line.spent),
            "off_purpose": str(line.off_purpose),
        }
        for line in balance_of(contract, year).lines
    ]


def _amounts(row: EnvelopeBalance | YearBalance) -> dict[str, str]:
    return {
        "planned": "–" if row.planned is None else format_euros(row.planned),
        "received": format_euros(row.received),
        "spent": format_euros(row.spent),
        "left": format_euros(row.left),
    }


def planned_sums(contract: Contract, year: int) -> Amounts:
    """Return the euros planned by envelope; an envelope without a line is absent."""
    rows = BudgetLine.objects.filter(budget__contract=contract, budget__year=year).order_by()
    return {Envelope(row["envelope"]): row["sum"] for row in rows.values("envelope").annotate(sum=Sum("planned"))}


def received_sums(contract: Contract, year: int) -> Amounts:
    """Return the euros received for a contract year, by envelope.

    A payment counts for the year that it is about, whatever the day it was paid and the revision that made it.
    What was paid in excess and deducted from a later payment (R18) is money of that later year.
    """
    sums: dict[Envelope, Decimal] = defaultdict(Decimal)
    counted = Q(status=PaymentStatus.PAID) | Q(amount__lt=0, deducted__lt=0)
    for payment in Payment.objects.filter(counted, contract=contract, year=year):
        envelope = envelope_of(mission=payment.mission, line_kind=payment.line_kind, base=payment.base)
        sums[envelope] += payment.deducted if payment.is_to_deduct else payment.amount
    return dict(sums)


def expense_sums(contract: Contract, year: int) -> dict[Envelope, tuple[Decimal, Decimal]]:
    """Return by envelope the euros spent, and of these the euros spent off purpose."""
    sums: dict[Envelope, tuple[Decimal, Decimal]] = {}
    rows = Expense.objects.filter(contract=contract).of_year(year).counted().order_by()
    for row in rows.values("envelope", "is_off_purpose").annotate(sum=Sum("amount")):
        envelope = Envelope(row["envelope"])
        spent, off_purpose = sums.get(envelope, (Decimal(0), Decimal(0)))
        sums[envelope] = (spent + row["sum"], off_purpose + (row["sum"] if row["is_off_purpose"] else 0))
    return sums


def budget_of(contract: Contract, year: int) -> Budget | None:
    """Return the budget of a contract year with its lines, None while there is none."""
    return Budget.objects.filter(contract=contract, year=year).prefetch_related("lines").first()


def planned_amounts(budget: Budget | None) -> dict[tuple[str, str], Decimal]:
    """Return the euros planned by (envelope, category)."""
    return {(line.envelope, line.category): line.planned for line in budget.lines.all()} if budget else {}


def ceiling_of(year: int) -> Ceiling:
    """Return the cap of a calendar year (R20); DomainError when it is not known."""
    known = Pass.objects.of_year(year)
    return Ceiling(year=year, amount=known.amount, is_validated=known.is_validated)


def received_by(professional: Professional, year: int) -> Decimal:
    """Return the euros that a professional received from the CPTS in a calendar year."""
    rows = Professional.objects.filter(pk=professional.pk).with_received(year)
    return rows.values_list(F("received"), flat=True).get()
