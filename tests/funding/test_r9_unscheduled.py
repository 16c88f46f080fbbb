"""R9: triage and the compensation of professionals begin on their own days, under the first agreement only.

A contract signed on 17 March 2025, taille 2, access to care started on 17 September 2025, under aci-2019 from its
second year on (17 March 2026 to 17 March 2027, 365 days): TRIAGE 45 000 €, COMPENSATION 12 000 € a year.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from agreements.enums import AmountKind, LineKind, PaymentKind
from contracts import actions
from contracts.models import Contract
from core.errors import DomainError, NotAllowed, TransitionNotAllowed
from core.models import AuditEvent
from dashboards.dossier import load
from dashboards.todo import waiting_for
from dashboards.waiting import Waiting
from dialogues.assemblers import approval_hash, missing_items
from dialogues.enums import DialogueKind
from funding import actions as funding_actions
from funding.models import Payment
from funding.unscheduled import unscheduled_page
from indicators.models import Programme
from tests.utils import stories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 17)
TRIAGE_DAY, COMPENSATION_DAY = date(2026, 7, 1), date(2026, 9, 1)  # 259 and 197 days before 17 March 2027


@pytest.fixture(autouse=True)
def on_a_day(evaluated):
    stories.amend_agreement(evaluated.contract, "aci-2019", from_year=2)
    with stories.at(TODAY):
        yield


@pytest.fixture
def west(evaluated):
    return evaluated.world.west


@pytest.fixture
def contract(evaluated) -> Contract:
    return Contract.objects.get(pk=evaluated.contract.pk)


def read(contract: Contract) -> Contract:
    return Contract.objects.for_funding().get(pk=contract.pk)


def start(west, contract, kind, day) -> None:
    actions.start_line(actor=west.fund_officer.as_actor(), contract=contract, kind=kind, starts_on=day)


def declare(west, contract, amount: str, number: int = 2):
    return actions.declare_compensation(
        actor=west.treasurer.as_actor(), contract=contract, number=number, amount=Decimal(amount)
    )


def test_r9_triage_is_prorated_from_its_own_day_and_advanced_then(west, contract):
    """45 000 × 259 ÷ 365 = 31 931.51, of which 75 % on its day: 23 948.63."""
    start(west, contract, AmountKind.TRIAGE, TRIAGE_DAY)
    assert unscheduled_page(read(contract), TODAY).years[1].triage == Decimal("31931.51")
    with stories.at(TRIAGE_DAY):
        funding_actions.follow_schedule(contract=read(contract))
    advance = Payment.objects.get(contract=contract, line_kind=LineKind.TRIAGE)
    assert (advance.kind, advance.due_on, advance.amount) == (PaymentKind.ADVANCE, TRIAGE_DAY, Decimal("23948.63"))


@pytest.mark.parametrize(
    ("declared", "owed"), [("8000.00", "6476.71"), ("5000.00", "5000.00"), ("0.00", "0.00"), (None, None)]
)
def test_r9_compensation_is_what_is_declared_up_to_its_prorated_ceiling(west, contract, declared, owed):
    """12 000 × 197 ÷ 365 = 6 476.71; without a declaration it is pending."""
    start(west, contract, AmountKind.COMPENSATION, COMPENSATION_DAY)
    if declared is not None:
        declare(west, contract, declared)
    row = unscheduled_page(read(contract), TODAY).years[1]
    assert row.ceiling == Decimal("6476.71")
    assert row.owed == (None if owed is None else Decimal(owed))
    assert row.is_capped == (declared == "8000.00")


@pytest.mark.parametrize(
    "day",
    [date(2025, 9, 16), date(2026, 3, 16), date(2030, 3, 17)],
    ids=["before its mission", "before the running year", "after the contract"],
)
def test_r9_neither_line_begins_before_its_mission_nor_outside_the_years_to_come(west, contract, day):
    for kind in (AmountKind.TRIAGE, AmountKind.COMPENSATION):
        with pytest.raises(DomainError) as refusal:
            start(west, contract, kind, day)
        assert refusal.value.field == "starts_on"


def test_r9_a_line_waits_for_its_mission(west, contract):
    contract.missions.update(started_on=None)
    with pytest.raises(DomainError, match="n’a pas démarré"):
        start(west, contract, AmountKind.TRIAGE, TRIAGE_DAY)


def test_r9_the_second_agreement_has_neither_line(west, contract):
    contract.amendments.all().delete()
    with pytest.raises(DomainError, match="ne prévoit pas"):
        start(west, read(contract), AmountKind.TRIAGE, TRIAGE_DAY)


def test_r9_a_first_day_to_come_is_corrected_one_that_came_stands(west, contract):
    start(west, contract, AmountKind.TRIAGE, TRIAGE_DAY)
    start(west, contract, AmountKind.TRIAGE, date(2026, 6, 1))
    with stories.at(date(2026, 6, 1)), pytest.raises(DomainError, match="a déjà commencé"):
        start(west, contract, AmountKind.TRIAGE, TRIAGE_DAY)
    events = AuditEvent.objects.filter(action="contract.start_line").order_by("sequence")
    assert [event.after["starts_on"] for event in events] == ["2026-07-01", "2026-06-01"]


def test_an_authority_sets_the_day_and_the_cpts_declares(west, contract, evaluated):
    for member in (west.coordinator, west.president, west.accountant, evaluated.world.east.fund_officer):
        with pytest.raises(NotAllowed):
            actions.start_line(actor=member.as_actor(), contract=contract, kind=AmountKind.TRIAGE, starts_on=TRIAGE_DAY)
    start(west, contract, AmountKind.COMPENSATION, COMPENSATION_DAY)
    for member in (west.fund_officer, west.president, evaluated.world.neighbour.treasurer):
        with pytest.raises(NotAllowed):
            actions.declare_compensation(actor=member.as_actor(), contract=contract, number=2, amount=Decimal("100.00"))


def test_r17_what_was_declared_is_approved_with_the_minutes_then_stands(west, contract):
    start(west, contract, AmountKind.COMPENSATION, COMPENSATION_DAY)
    with stories.at(date(2027, 2, 1)):
        stories.follow_time(contract)
        dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2)
        before = approval_hash(dialogue)
        declare(west, contract, "5000.00")
        assert approval_hash(contract.dialogues.get(pk=dialogue.pk)) != before
        Programme.objects.filter(contract_year__contract=contract, year=2).update(status="CLOSED")
        with pytest.raises(TransitionNotAllowed, match="close"):
            declare(west, contract, "6000.00")


def test_r9_nothing_is_declared_for_a_year_without_compensation(west, contract):
    for number in (1, 2, 3):
        with pytest.raises(DomainError, match="n’a pas commencé"):
            declare(west, contract, "100.00", number=number)


def test_r9_nothing_is_declared_once_an_amendment_brings_an_agreement_that_does_not_pay_it(west, contract):
    start(west, contract, AmountKind.COMPENSATION, COMPENSATION_DAY)
    contract.amendments.update(agreement_version=contract.agreement_version)
    with pytest.raises(DomainError, match="n’a pas commencé"):
        declare(west, read(contract), "100.00")


def test_r9_the_minutes_wait_for_what_is_not_declared(west, contract):
    """Without it no statement could be issued at the third approval, when nothing may be written any more."""
    undeclared = "La CPTS n’a pas déclaré ce qu’elle a versé aux professionnels (compensation, R9)."
    with stories.at(date(2027, 2, 1)):
        stories.follow_time(contract)
        dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2)
        assert undeclared not in missing_items(dialogue)
        start(west, contract, AmountKind.COMPENSATION, date(2027, 2, 2))
        dialogue.refresh_from_db()
        assert undeclared in missing_items(dialogue)
        declare(west, contract, "0.00")
        dialogue.refresh_from_db()
        assert undeclared not in missing_items(dialogue)


def test_r9_what_is_not_declared_waits_for_those_who_declare_it(west, contract, evaluated):
    asked = "Déclarer la compensation versée aux professionnels, année 2"
    start(west, contract, AmountKind.COMPENSATION, COMPENSATION_DAY)

    def told(member) -> list[Waiting]:
        return [item for item in waiting_for(member.as_actor()) if item.text == asked]

    assert told(west.treasurer) == []  # its annual dialogue is a year away
    with stories.at(date(2027, 2, 1)):
        stories.follow_time(contract)
        (item,) = told(west.treasurer)
        assert (item.due, item.is_late) == (date(2027, 5, 17), False)
        assert item.url == reverse("funding:compensation_declare", args=[contract.pk, 2])
        coordinator, dossier = west.coordinator.as_actor(), read(contract)
        load(dossier, coordinator)
        assert item in waiting_for(coordinator, dossier)
        for member in (west.president, west.fund_officer, west.accountant, evaluated.world.neighbour.treasurer):
            assert told(member) == []
        declare(west, contract, "0.00")
        assert told(west.treasurer) == []


def test_a_negative_declaration_is_refused_by_the_rule_and_by_the_database(west, contract):
    start(west, contract, AmountKind.COMPENSATION, COMPENSATION_DAY)
    with pytest.raises(DomainError, match="négatif"):
        declare(west, contract, "-1.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        contract.years.update(declared_compensation=Decimal("-1.00"))


def test_the_page_offers_to_each_what_is_hers(west, contract, evaluated, client_of):
    page = reverse("funding:unscheduled_care", args=[contract.pk])
    triage = reverse("funding:line_start", args=[contract.pk, "TRIAGE"])
    year = reverse("funding:compensation_declare", args=[contract.pk, 2])
    fund, treasurer = client_of(west.fund_officer), client_of(west.treasurer)
    assert triage in fund.get(page).content.decode()
    assert triage not in treasurer.get(page).content.decode()
    refused = fund.post(triage, {"starts_on": "2026-03-16"}).content.decode()
    assert "Cette ligne commence entre le 17 mars 2026" in refused
    compensation = reverse("funding:line_start", args=[contract.pk, "COMPENSATION"])
    assert fund.post(compensation, {"starts_on": "2026-09-01"}).url == page
    assert "6\u202f476,71\u00a0€" in treasurer.get(year).content.decode()
    assert treasurer.post(year, {"amount": "8 000"}).url == page
    stale = treasurer.post(year, {"amount": "9 000"}).content.decode()  # opened while nothing was declared
    assert "Quelqu’un a enregistré" in stale and "8\u202f000,00" in stale and 'value="9 000"' in stale
    shown = treasurer.get(page).content.decode()
    assert "plafonné" in shown and "Corriger" in shown
    assert page in treasurer.get(reverse("dashboards:dossier", args=[contract.pk])).content.decode()
    stranger = client_of(evaluated.world.east.fund_officer)
    assert [stranger.get(url).status_code for url in (page, triage, year)] == [404, 404, 404]
    assert treasurer.get(triage).status_code == 403
    assert fund.get(reverse("funding:line_start", args=[contract.pk, "FIXED"])).status_code == 404
