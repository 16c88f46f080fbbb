"""The money of a contract, as people see and decide it: simulated, its size reviewed, ended, ordered, claimed back."""

from decimal import Decimal

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


def terminate(cast: Cast, contract: Contract) -> None:
    """The president notifies the end for three months later; the three agree on the rates of the year cut short."""
    president, effective_on = cast.president, add_months(clock.today(), 3)
    president.go(reverse("dashboards:contract_end", args=[contract.pk]))
    president.page.select_option("[name=ground]", TerminationGround.NOTICE)
    president.page.locator("form.form [name=effective_on]").fill(effective_on.isoformat())
    president.fill(reason="La communauté rejoint sa voisine.").click("Notifier la fin du contrat")
    president.go(reverse("contracts:termination_rates", args=[contract.pk]))
    for field in president.page.locator("[name^=rate_]").all():
        field.fill("60")
    president.click("Proposer ces taux")
    for person in cast.signing:
        person.go(reverse("contracts:termination_detail", args=[contract.pk])).click("Donner notre accord")


def settle(cast: Cast, contract: Contract) -> None:
    """All that is due is ordered at once; what was advanced in excess is claimed; the statements are recomputed."""
    ended = Contract.objects.get(pk=contract.pk)
    assert ended.status == ContractStatus.TERMINATED and ended.termination.settled_on == clock.today()
    cast.accountant.go(reverse("funding:order_create")).click("Ordonner ce")
    order = PaymentOrder.objects.get()
    assert order.total == sum((payment.net_amount for payment in order.payments.all()), Decimal(0)) > 0
    for repayment in contract.payments.filter(kind=PaymentKind.REPAYMENT):
        cast.accountant.go(reverse("funding:payment_detail", args=[repayment.pk])).click("Réclamer le reversement")
        repayment.refresh_from_db()
        assert repayment.status == PaymentStatus.ORDERED and repayment.amount < 0
    for statement in contract.statements.all():
        assert differences(statement) == []
        cast.coordinator.go(reverse("funding:statement_detail", args=[statement.pk])).sees("Ouvrir le calcul")
    cast.coordinator.go(reverse("dashboards:dossier", args=[contract.pk])).sees("Résilié")
