"""The money of a contract, as people see and decide it: simulated, its size reviewed, ended, ordered, claimed back."""

from decimal import ROUND_HALF_UP, Decimal

from django.urls import reverse

from agreements.enums import PaymentKind
from contracts.enums import ContractStatus, TerminationGround
from contracts.models import Contract
from core import clock
from core.dates import add_months
from funding.enums import PaymentStatus
from funding.models import PaymentOrder
from funding.statements import differences
from indicators.models import Indicator
from tests.e2e.people import Cast, Person

CENT = Decimal("0.01")
# Euros a year of `aci-2021` (R2), by size: the operating grant, then the fixed and the variable part of each mission.
OPERATING = {2: 60_000, 3: 75_000}
FIXED = {2: {"ACCESS_TO_CARE": 70_000, "CARE_PATHWAYS": 35_000}, 3: {"ACCESS_TO_CARE": 90_000, "CARE_PATHWAYS": 45_000}}
VARIABLE = {
    2: {"ACCESS_TO_CARE": 30_000, "CARE_PATHWAYS": 35_000},
    3: {"ACCESS_TO_CARE": 35_000, "CARE_PATHWAYS": 45_000},
}
AGREED_RATE = 60  # percent, for the year cut short (R19)
# The worked example of the rules: taille 2, access to care from September, 17 500 × 181/365 = 8 678,08 €.
WORKED_EXAMPLE = (
    "population=65000&signed_on=2020-03-15&agreement=aci-2019&years=2"
    "&ACCESS_TO_CARE=on&ACCESS_TO_CARE-starts_on=2020-09-15&ACCESS_TO_CARE-rate-1=80"
)


def simulate(stranger: Person) -> None:
    """Anyone reads what a CPTS may receive, without an account, at an address that can be shared."""
    stranger.go(f"{reverse('simulator:simulation')}?{WORKED_EXAMPLE}")
    assert "8\u202f678,08" in stranger.page.locator("main").inner_text()


def spread_again(writer: Person, contract: Contract, year: int) -> None:
    """R18: the variable parts follow the new size; each mission's only result indicator takes the whole of it."""
    missions = contract.years.get(number=year).programme.missions.filter(variable_amount__gt=0)
    for mission in missions:
        indicator = Indicator.objects.results().get(programme_mission=mission)
        writer.go(reverse("indicators:indicator_edit", args=[indicator.pk]))
        writer.fill(maximum_amount=str(mission.variable_amount)).click("Enregistrer", exact=False)


def prorated(euros: int, days: int, of: int, percent: int = 100) -> Decimal:
    """R7, R8: return euros × days ÷ days of the year × rate, rounded half up to the cent, once."""
    return (Decimal(euros * days * percent) / (of * 100)).quantize(CENT, ROUND_HALF_UP)


def advance(euros: Decimal | int) -> Decimal:
    """R6, R7: return 75 % of a rounded line."""
    return (Decimal(euros) * 3 / 4).quantize(CENT, ROUND_HALF_UP)


def first_year_by_hand(contract: Contract) -> dict[tuple[str, str], Decimal]:
    """62 824 inhabitants, size 2 (R1): the grant, and two missions from the days they started, all achieved."""
    ends_on = add_months(contract.signed_on, 12)
    of = (ends_on - contract.signed_on).days
    lines = {("", "OPERATING"): Decimal(OPERATING[2])}
    for row in contract.missions.filter(started_on__isnull=False):
        days = (ends_on - row.started_on).days
        lines[row.mission, "FIXED"] = prorated(FIXED[2][row.mission], days, of)
        lines[row.mission, "VARIABLE"] = prorated(VARIABLE[2][row.mission], days, of)
    return lines


def second_year_by_hand(contract: Contract) -> dict[tuple[str, str], Decimal]:
    """Reviewed to size 3 (R18), cut short (R19): the grant paid at size 2 is kept, the missions run to the end."""
    starts_on = add_months(contract.signed_on, 12)
    days, of = (contract.terminated_on - starts_on).days, (add_months(starts_on, 12) - starts_on).days
    lines = {("", "OPERATING"): advance(OPERATING[2])}
    for mission in FIXED[3]:
        lines[mission, "FIXED"] = prorated(FIXED[3][mission], days, of)
        lines[mission, "VARIABLE"] = prorated(VARIABLE[3][mission], days, of, AGREED_RATE)
    return lines


def lines_of(contract: Contract, year: int) -> dict[tuple[str, str], Decimal]:
    lines = contract.statements.get(year=year).lines.all()
    return {(line.mission, line.kind): line.amount for line in lines}


def terminate(cast: Cast, contract: Contract) -> None:
    """The president notifies the end for three months later; the three agree on the rates of the year cut short."""
    president, effective_on = cast.president, add_months(clock.today(), 3)
    president.go(reverse("dashboards:contract_end", args=[contract.pk]))
    president.page.select_option("[name=ground]", TerminationGround.NOTICE)
    president.page.locator("form.form [name=effective_on]").fill(effective_on.isoformat())
    president.fill(reason="La communauté rejoint sa voisine.").click("Notifier la fin du contrat")
    president.go(reverse("contracts:termination_rates", args=[contract.pk]))
    for field in president.page.locator("[name^=rate_]").all():
        field.fill(str(AGREED_RATE))
    president.click("Proposer ces taux")
    for person in cast.signing:
        person.go(reverse("contracts:termination_detail", args=[contract.pk])).click("Donner notre accord")


def settle(cast: Cast, contract: Contract) -> None:
    """All that is due is ordered at once; what was advanced in excess is claimed; the statements are recomputed."""
    ended = Contract.objects.get(pk=contract.pk)
    assert ended.status == ContractStatus.TERMINATED and ended.termination.settled_on == clock.today()
    cast.accountant.go(reverse("funding:order_create")).click("Ordonner ce")
    order = PaymentOrder.objects.get()
    first, second = first_year_by_hand(ended), second_year_by_hand(ended)
    assert (lines_of(ended, 1), lines_of(ended, 2)) == (first, second)
    advances = {mission: advance(FIXED[2][mission]) for mission in FIXED[2]}  # of year 2, at the size of then (R18)
    first_left = sum(first.values()) - first["ACCESS_TO_CARE", "VARIABLE"]  # paid by itself, before
    second_paid = second["", "OPERATING"] + sum(advances.values())
    variables = sum(second[mission, "VARIABLE"] for mission in FIXED[3])
    assert order.total == first_left + second_paid + variables
    repayments = contract.payments.filter(kind=PaymentKind.REPAYMENT)
    assert {row.mission: -row.amount for row in repayments} == {
        mission: advances[mission] - second[mission, "FIXED"] for mission in advances
    }
    for repayment in repayments:
        cast.accountant.go(reverse("funding:payment_detail", args=[repayment.pk])).click("Réclamer le reversement")
        repayment.refresh_from_db()
        assert repayment.status == PaymentStatus.ORDERED and repayment.amount < 0
    for statement in contract.statements.all():
        assert differences(statement) == []
        cast.coordinator.go(reverse("funding:statement_detail", args=[statement.pk])).sees("Ouvrir le calcul")
    cast.coordinator.go(reverse("dashboards:dossier", args=[contract.pk])).sees("Résilié")
