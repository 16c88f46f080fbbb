"""The thin path on the database at hand: `make test` plays it on PostgreSQL, then on the embedded SQLite."""

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from dialogues import actions as dialogue_actions
from dialogues.enums import AnnexStatus
from funding import actions as funding_actions
from funding.enums import PaymentStatus
from indicators.models import Indicator
from tests.utils import stories

pytestmark = pytest.mark.django_db

AFTER_CLOSING = date(2026, 4, 20)


@pytest.fixture
def tenant(evaluated):
    return evaluated.world.west


def test_a_year_goes_from_a_blank_project_to_a_signed_annex(evaluated, tenant):
    annex = evaluated.contract.annexes.get()
    for actor in tenant.signing:
        annex = dialogue_actions.sign_annex(actor=actor, annex=annex)
    assert annex.status == AnnexStatus.IN_FORCE
    assert sum(line.amount for line in annex.statement.lines.all()) == annex.statement.total > 0


def test_the_accountant_pays_what_is_due(evaluated, tenant):
    accountant = tenant.accountant.as_actor()
    payment = evaluated.contract.payments.order_by("due_on").first()
    with stories.at(AFTER_CLOSING):
        funding_actions.order_payment(actor=accountant, payment=payment)
        paid = funding_actions.pay_payment(
            actor=accountant, payment=payment, paid_on=AFTER_CLOSING, reference="VIR-2026-1"
        )
    assert paid.status == PaymentStatus.PAID


@pytest.mark.parametrize("who", ["coordinator", "ars_officer", "fund_officer", "accountant"])
@pytest.mark.parametrize("page", ["dashboards:home", "contracts:contract_list", "funding:payment_list"])
def test_each_side_opens_its_pages(tenant, client_of, who, page):
    with stories.at(AFTER_CLOSING):
        assert client_of(getattr(tenant, who)).get(reverse(page), follow=True).status_code == 200


def test_each_party_opens_a_contract_whose_money_is_still_to_spread(world, client_of):
    """What waits for the three in it links to its first programme."""
    contract = stories.negotiated_contract(world.west)
    Indicator.objects.results().filter(programme_mission__programme__contract_year__contract=contract).delete()
    programme = reverse("indicators:programme_edit", args=[contract.years.get().programme.pk])
    for member in (world.west.coordinator, world.west.ars_officer, world.west.fund_officer):
        for page in (reverse("dashboards:home"), reverse("dashboards:dossier", args=[contract.pk])):
            assert programme in client_of(member).get(page).content.decode()


def test_the_journal_of_the_year_is_whole(evaluated, capsys):
    call_command("verify_audit_chain")
    assert "Journal intact" in capsys.readouterr().out
