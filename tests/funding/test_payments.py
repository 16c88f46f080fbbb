"""What is owed and paid: due once, ordered and paid by the accountant of the fund alone, never changed."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.urls import reverse

from agreements.enums import LineKind, PaymentKind
from core.actor import SYSTEM
from core.errors import DomainError, NotAllowed
from funding import actions
from funding.enums import PaymentStatus
from funding.models import Payment, Statement, StatementLine
from funding.schedule import schedule_of
from tests.utils import stories

pytestmark = pytest.mark.django_db
ON_THE_DAY = date(2026, 4, 17)


@pytest.fixture
def world(evaluated):
    return evaluated.world


@pytest.fixture
def contract(evaluated):
    return evaluated.contract


@pytest.fixture
def payment(contract) -> Payment:
    return contract.payments.get(line_kind=LineKind.OPERATING, year=1)


def lines(contract) -> dict:
    return {(payment.year, payment.kind, payment.line_kind): payment.amount for payment in contract.payments.all()}


def test_r6_r7_r8_a_year_with_one_mission_started_at_mid_year(contract):
    """65 000 inhabitants: taille 2 of aci-2021. 17 September 2025 to 17 March 2026 is 181 days of 365.

    60 000 of operating grant; 70 000 × 181/365 = 34 712.33, of which 75 % = 26 034.25; 30 000 × 181/365 = 14 876.71.
    """
    assert lines(contract) == {
        (1, PaymentKind.FULL, LineKind.OPERATING): Decimal("60000.00"),
        (1, PaymentKind.ADVANCE, LineKind.FIXED): Decimal("26034.25"),
        (1, PaymentKind.BALANCE, LineKind.FIXED): Decimal("8678.08"),
        (1, PaymentKind.BALANCE, LineKind.VARIABLE): Decimal("14876.71"),
        (2, PaymentKind.ADVANCE, LineKind.OPERATING): Decimal("45000.00"),
        (2, PaymentKind.ADVANCE, LineKind.FIXED): Decimal("52500.00"),
    }
    assert contract.statements.get().total == Decimal("109589.04")


def test_r12_nothing_is_due_twice(contract):
    with stories.at(ON_THE_DAY):
        before = contract.payments.count()
        assert actions.follow_schedule(contract=contract) == []
        with pytest.raises(DomainError, match="déjà émis"):
            actions.issue_statement(actor=SYSTEM, contract=contract, year=1)
        assert contract.payments.count() == before


def test_the_database_refuses_a_second_payment_for_the_same_line(payment):
    twin = Payment.objects.get(pk=payment.pk)
    twin.pk = None
    with pytest.raises(IntegrityError, match="funding_nothing_due_twice"), transaction.atomic():
        twin.save(force_insert=True)


def test_an_issued_statement_never_changes(contract):
    with pytest.raises(Error), transaction.atomic():
        Statement.objects.update(total=Decimal(1))
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM funding_statementline")


def test_the_statement_adds_up_to_its_payments(contract):
    statement = contract.statements.get()
    assert sum(line.amount for line in statement.lines.all()) == statement.total
    paid = sum(payment.amount for payment in contract.payments.filter(year=1))
    assert paid == statement.total


def test_the_schedule_holds_what_is_due_and_what_is_to_come(contract):
    with stories.at(ON_THE_DAY):
        schedule = schedule_of(contract, ON_THE_DAY)
    due = [line for line in schedule if line.status == PaymentStatus.DUE]
    forecast = [line for line in schedule if line.status == PaymentStatus.FORECAST]
    assert len(due) == contract.payments.count()
    assert {line.year for line in forecast} == {2, 3, 4, 5}
    assert all(line.explanation for line in schedule)
    assert all(line.is_maximum for line in forecast if line.line_kind == LineKind.VARIABLE)


def test_the_accountant_orders_then_pays(world, payment):
    accountant = world.west.accountant.as_actor()
    with stories.at(ON_THE_DAY):
        actions.order_payment(actor=accountant, payment=payment)
        paid = actions.pay_payment(actor=accountant, payment=payment, paid_on=ON_THE_DAY, reference="VIR-1")
    assert paid.status == PaymentStatus.PAID
    assert [step.transition for step in paid.transitions.all()] == ["order", "pay"]


def test_a_payment_is_not_paid_before_it_is_ordered(world, payment):
    with stories.at(ON_THE_DAY), pytest.raises(DomainError, match="état « Dû »"):
        actions.pay_payment(
            actor=world.west.accountant.as_actor(), payment=payment, paid_on=ON_THE_DAY, reference="VIR-1"
        )


def test_a_double_click_orders_once(world, payment):
    accountant = world.west.accountant.as_actor()
    with stories.at(ON_THE_DAY):
        actions.order_payment(actor=accountant, payment=payment)
        with pytest.raises(DomainError, match="Ordonné"):
            actions.order_payment(actor=accountant, payment=payment)


@pytest.mark.parametrize("who", ["fund_officer", "fund_signatory", "president", "ars_officer"])
def test_nobody_else_pays(world, payment, who):
    with pytest.raises(NotAllowed):
        actions.order_payment(actor=getattr(world.west, who).as_actor(), payment=payment)


def test_the_accountant_of_another_fund_pays_nothing_here(world, payment, client_of):
    with pytest.raises(NotAllowed):
        actions.order_payment(actor=world.east.accountant.as_actor(), payment=payment)
    client = client_of(world.east.accountant)
    assert client.post(reverse("funding:payment_order", args=[payment.pk])).status_code == 404
    assert client.get(reverse("funding:payment_detail", args=[payment.pk])).status_code == 404


def test_a_cancellation_needs_its_reason(world, payment):
    with stories.at(ON_THE_DAY), pytest.raises(DomainError, match="motif"):
        actions.cancel_payment(actor=world.west.accountant.as_actor(), payment=payment, reason=" ")


def test_the_pages_of_the_money_are_scoped(world, contract, client_of):
    statement = contract.statements.get()
    for name, pk in (("statement_detail", statement.pk), ("schedule", contract.pk)):
        url = reverse(f"funding:{name}", args=[pk])
        assert client_of(world.west.coordinator).get(url).status_code == 200
        assert client_of(world.observer).get(url).status_code == 200
        assert client_of(world.east.fund_officer).get(url).status_code == 404
        assert client_of(world.neighbour.coordinator).get(url).status_code == 404


def test_a_list_names_the_cpts_to_the_fund_and_the_contract_alone_to_the_cpts(world, contract, client_of):
    address = reverse("funding:payment_list")
    by_fund, by_cpts = (client_of(who).get(address).text for who in (world.west.accountant, world.west.coordinator))
    column = 'data-label="CPTS"'
    assert column in by_fund
    assert column not in by_cpts
    assert 'data-label="Contrat"' in by_cpts and contract.number in by_cpts
    far = client_of(world.east.coordinator).get(address).text
    assert contract.number not in far


def test_the_page_that_cancels_has_one_button_that_does_and_one_that_does_not(world, payment, client_of):
    page = client_of(world.west.accountant).get(reverse("funding:payment_cancel", args=[payment.pk])).text
    assert "Annuler le versement</button>" in page
    assert ">Revenir sans annuler</a>" in page


def test_a_future_date_of_payment_is_told_beside_its_field(world, payment, client_of):
    with stories.at(ON_THE_DAY):
        actions.order_payment(actor=world.west.accountant.as_actor(), payment=payment)
        client = client_of(world.west.accountant)
        answer = {"paid_on": "2030-01-01", "reference": "VIR-42"}
        page = client.post(reverse("funding:payment_pay", args=[payment.pk]), answer).content.decode()
    assert "avenir" in page and "VIR-42" in page


def test_a_payment_tells_all_its_refusals_at_once(world, payment, client_of):
    with stories.at(ON_THE_DAY):
        actions.order_payment(actor=world.west.accountant.as_actor(), payment=payment)
        for day in ("2030-01-01", "2026-04-16"):  # to come, then before it was ordered
            sent = {"paid_on": day, "reference": ""}
            page = client_of(world.west.accountant).post(reverse("funding:payment_pay", args=[payment.pk]), sent)
            assert set(page.context["form"].errors) == {"paid_on", "reference"}


def test_a_form_that_the_state_of_a_payment_no_longer_takes_leads_back_with_the_reason(world, payment, client_of):
    client, pay = client_of(world.west.accountant), reverse("funding:payment_pay", args=[payment.pk])
    with stories.at(ON_THE_DAY):
        page = client.get(pay, follow=True)
        assert "Ce versement est à l’état « Dû »" in page.content.decode()
        actions.order_payment(actor=world.west.accountant.as_actor(), payment=payment)
        assert client.get(pay).status_code == 200
        actions.pay_payment(
            actor=world.west.accountant.as_actor(), payment=payment, paid_on=ON_THE_DAY, reference="VIR-42"
        )
        page = client.get(reverse("funding:payment_cancel", args=[payment.pk]), follow=True)
        assert page.redirect_chain and "Ce versement est à l’état « Payé »" in page.content.decode()


def test_the_database_refuses_a_paid_payment_without_its_date(payment):
    with pytest.raises(IntegrityError, match="funding_payment_dates_follow_status"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(
            status=PaymentStatus.PAID, ordered_on=ON_THE_DAY, paid_on=None, reference="VIR-1"
        )


def test_the_lines_of_a_statement_are_scoped_like_it(world, contract):
    lines = StatementLine.objects.visible_to(world.west.reader.as_actor())
    assert {line.statement.contract for line in lines} == {contract}
    assert not StatementLine.objects.visible_to(world.east.reader.as_actor()).exists()


def test_a_line_of_the_statement_opens_down_to_its_rule(world, contract, client_of):
    page = client_of(world.west.coordinator).get(
        reverse("funding:statement_detail", args=[contract.statements.get().pk])
    )
    for words in ("Taille 2", "30\u202f000,00", "181 sur 365", "Taux de réussite", "Réunions tenues", "R8"):
        assert words in page.text


@pytest.mark.parametrize(("name", "words"), [("statement_detail", "109589,04"), ("schedule", "60000,00")])
def test_the_money_is_exported_with_its_reasons(world, contract, client_of, name, words):
    pk = contract.statements.get().pk if name == "statement_detail" else contract.pk
    client = client_of(world.west.coordinator)
    exported = client.get(reverse(f"funding:{name}", args=[pk]), {"_export": "csv"})
    assert exported["Content-Type"].startswith("text/csv") and words in exported.content.decode("utf-8-sig")
    workbook = client.get(reverse(f"funding:{name}", args=[pk]), {"_export": "xlsx"})
    assert workbook.content.startswith(b"PK")
