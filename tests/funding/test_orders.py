"""An order holds all that is due in a period, once, as the accountant read it; its file is the one of the bank."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed
from funding import actions
from funding.enums import PaymentStatus
from funding.models import Payment, PaymentOrder
from tests.utils import stories

pytestmark = pytest.mark.django_db
ON_THE_DAY = date(2026, 4, 17)
FIRST_DAY, LAST_DAY = date(2025, 3, 17), date(2025, 12, 31)
# The operating grant at the signature, the advance of access to care at its start: 60 000 + 26 034,25.
TOTAL = Decimal("86034.25")


@pytest.fixture
def west(evaluated):
    return evaluated.world.west


def order(tenant, **changes) -> PaymentOrder:
    period = {"first_day": FIRST_DAY, "last_day": LAST_DAY, "seen_total": TOTAL} | changes
    with stories.at(ON_THE_DAY):
        return actions.order_period(actor=tenant.accountant.as_actor(), **period)


def test_an_order_holds_what_is_due_in_the_period_and_nothing_else(west, evaluated):
    made = order(west)
    assert (made.number, made.total, made.payments.count()) == (1, TOTAL, 2)
    assert {payment.status for payment in made.payments.all()} == {PaymentStatus.ORDERED}
    assert evaluated.contract.payments.filter(status=PaymentStatus.DUE, due_on__lte=LAST_DAY).count() == 0
    assert evaluated.contract.payments.filter(status=PaymentStatus.DUE).exists()


def test_nothing_is_ordered_twice(west):
    order(west)
    with pytest.raises(DomainError, match="Aucun versement"):
        order(west)
    assert PaymentOrder.objects.count() == 1


def test_an_order_is_the_one_that_was_read(west):
    with pytest.raises(DomainError, match="ont changé"):
        order(west, seen_total=TOTAL - 1)
    assert not Payment.objects.filter(status=PaymentStatus.ORDERED).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_day": date(2025, 3, 1)}, "avant de commencer"),
        ({"last_day": date(2026, 4, 18)}, "avant le jour"),
        ({"first_day": date(2024, 1, 1), "last_day": date(2024, 2, 1)}, "Aucun versement"),
    ],
)
def test_a_period_that_cannot_be_ordered_is_told(west, changes, sentence):
    with pytest.raises(DomainError, match=sentence):
        order(west, **changes)


@pytest.mark.parametrize("who", ["fund_officer", "fund_signatory", "president", "ars_officer"])
def test_only_the_accountant_orders(west, who):
    with pytest.raises(NotAllowed), stories.at(ON_THE_DAY):
        actions.order_period(
            actor=getattr(west, who).as_actor(), first_day=FIRST_DAY, last_day=LAST_DAY, seen_total=TOTAL
        )


def test_the_accountant_of_another_fund_finds_nothing_to_order(evaluated):
    with pytest.raises(DomainError, match="Aucun versement"):
        order(evaluated.world.east)


def test_the_accountant_sees_what_is_due_orders_it_and_takes_the_file(west, client_of):
    client = client_of(west.accountant)
    with stories.at(ON_THE_DAY):
        page = client.get(reverse("funding:order_create"), {"first_day": "17/03/2025", "last_day": "31/12/2025"})
        assert "86\u202f034,25" in page.text and "Ordonner ces 2 versements" in page.text
        typed = {"first_day": "17/03/2025", "last_day": "31/12/2025", "seen_total": "86034.25"}
        response = client.post(reverse("funding:order_create"), typed)
        made = PaymentOrder.objects.get()
        assert response.url == reverse("funding:order_detail", args=[made.pk])
        exported = client.get(response.url, {"_export": "csv"})
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert sum(Decimal(row["À payer"].replace(",", ".")) for row in rows) == TOTAL


def test_a_second_tab_is_told_that_all_is_ordered_already(west, client_of):
    client, address = client_of(west.accountant), reverse("funding:order_create")
    with stories.at(ON_THE_DAY):
        typed = client.get(address).context["form"].initial
        assert client.post(address, typed).status_code == 302
        page = client.post(address, typed)
    assert "ne sont plus dus" in page.text and PaymentOrder.objects.count() == 1


def test_an_order_is_read_by_its_fund_and_the_national_observer_only(evaluated, west, client_of):
    url = reverse("funding:order_detail", args=[order(west).pk])
    assert client_of(west.fund_officer).get(url).status_code == 200
    assert client_of(evaluated.world.observer).get(url).status_code == 200
    assert client_of(west.coordinator).get(url).status_code == 404
    assert client_of(west.ars_officer).get(url).status_code == 404
    assert client_of(evaluated.world.east.accountant).get(url).status_code == 404


def test_an_order_is_named_in_the_list_rather_than_numbered(west, client_of):
    made = order(west)
    page = client_of(west.accountant).get(reverse("funding:order_list")).text
    assert f">{made}</a>" in page and "Bordereau" in str(made)


def test_a_bad_period_keeps_what_was_typed(west, client_of):
    page = client_of(west.accountant).get(
        reverse("funding:order_create"), {"first_day": "31/02/2026", "last_day": "01/04/2026"}
    )
    assert page.status_code == 200 and "Écrivez une date qui existe" in page.text and "31/02/2026" in page.text


# Paid at once


def pay(tenant, made: PaymentOrder, **changes) -> PaymentOrder:
    typed = {"paid_on": ON_THE_DAY, "reference": "REMISE-7", "seen_total": TOTAL} | changes
    with stories.at(ON_THE_DAY):
        return actions.pay_order(actor=tenant.accountant.as_actor(), order=made, **typed)


def test_an_order_is_paid_at_once_with_one_date_and_one_reference(west):
    made = pay(west, order(west))
    told = {(payment.status, payment.paid_on, payment.reference) for payment in made.payments.all()}
    assert told == {(PaymentStatus.PAID, ON_THE_DAY, "REMISE-7")}
    steps = [[step.transition for step in payment.transitions.all()] for payment in made.payments.all()]
    assert steps == [["order", "pay"]] * 2


def test_what_was_paid_or_cancelled_apart_stays_as_it_is(west):
    made = order(west)
    first, second = made.payments.order_by("-amount")
    with stories.at(ON_THE_DAY):
        actor = west.accountant.as_actor()
        actions.pay_payment(actor=actor, payment=first, paid_on=ON_THE_DAY, reference="VIR-1")
    pay(west, made, seen_total=second.net_amount)
    assert list(made.payments.order_by("-amount").values_list("reference", flat=True)) == ["VIR-1", "REMISE-7"]


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"reference": " "}, "référence", "reference"),
        ({"paid_on": date(2026, 4, 18)}, "avenir", "paid_on"),
        ({"paid_on": date(2026, 4, 16)}, "précéder", "paid_on"),
        ({"seen_total": TOTAL + 1}, "ont changé", None),
    ],
)
def test_an_order_that_cannot_be_paid_so_is_left_whole(west, changes, sentence, field):
    made = order(west)
    with pytest.raises(DomainError, match=sentence) as refused:
        pay(west, made, **changes)
    assert refused.value.field == field
    assert {payment.status for payment in made.payments.all()} == {PaymentStatus.ORDERED}


def test_an_order_is_not_paid_twice(west):
    made = pay(west, order(west))
    with pytest.raises(DomainError, match="déjà payés"):
        pay(west, made)


def test_only_the_accountant_of_its_fund_pays_an_order(evaluated, west):
    made = order(west)
    for actor in (west.fund_officer.as_actor(), west.president.as_actor(), evaluated.world.east.accountant.as_actor()):
        with pytest.raises(NotAllowed), stories.at(ON_THE_DAY):
            actions.pay_order(actor=actor, order=made, paid_on=ON_THE_DAY, reference="R", seen_total=TOTAL)


def test_the_accountant_pays_an_order_from_its_page(evaluated, west, client_of):
    made = order(west)
    page, form = (reverse(f"funding:order_{step}", args=[made.pk]) for step in ("detail", "pay"))
    assert form not in client_of(west.fund_officer).get(page).text
    assert client_of(evaluated.world.east.accountant).get(form).status_code == 404
    client = client_of(west.accountant)
    with stories.at(ON_THE_DAY):
        assert form in client.get(page).text
        shown = client.get(form)
        assert "2 versements à payer" in shown.text and "86\u202f034,25" in shown.text
        typed = {**shown.context["form"].initial, "reference": "", "paid_on": "17/04/2026"}
        refused = client.post(form, typed)
        assert refused.status_code == 200 and "17/04/2026" in refused.text
        assert client.post(form, {**typed, "reference": "REMISE-7"}).url == page
        assert form not in client.get(page).text
        assert client.get(form).url == page
