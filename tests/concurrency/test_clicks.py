"""C1: who clicks 2, 8 or 32 times at the same instant, over real HTTP, does it once: submit, approve, consent, sign,
order, pay. The same clicks on a portal without its locks do it twice, and are caught."""

from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from accounts.models import Membership
from agreements.actions import load_agreements, load_national_indicators
from agreements.enums import LineKind
from contracts.assemblers import content_hash
from contracts.models import Contract
from core import clock
from core.models import AuditEvent
from documents import jobs
from documents.models import Document
from funding.enums import PaymentStatus
from funding.models import Payment, PaymentOrder
from tests.contracts.conftest import ready_to_consent
from tests.utils import stories
from tests.utils.counts import IS_SOAK, count
from tests.utils.factories import TOTP_SECRET
from tests.utils.web import click_together, serving
from tests.utils.world import Tenant, make_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
ROUNDS = count(1, full=50)
CLICKS = (2, 8, 32) if IS_SOAK else (4,)
SENT_BACK, SHOWN = 302, 200  # what another click did meanwhile is said on the page


class Clicker:
    """People who click too often on a portal served apart."""

    def __init__(self, port: int, client_of, clicks: int):
        self.port, self.client_of, self.clicks = port, client_of, clicks

    def clicks_on(self, person: Membership, view: str, subject, *forms: dict[str, str]) -> set[int]:
        """Send the same form, or these in turn, all at once; return the statuses of the answers."""
        return self.clicks_on_page(person, reverse(view, args=[subject.pk]), *forms)

    def clicks_on_page(self, person: Membership, path: str, *forms: dict[str, str]) -> set[int]:
        given = forms or [{}]
        sent = [given[number % len(given)] for number in range(self.clicks)]
        return set(click_together(self.port, self.client_of(person), path, sent))


@pytest.fixture(params=CLICKS, ids="{} clicks".format)
def clicker(request, transactional_db, client_of, tmp_path):
    load_agreements()  # a transactional test before this one may have emptied the tables
    load_national_indicators()
    with serving(tmp_path / "var") as port:
        yield Clicker(port, client_of, request.param)


@pytest.fixture
def unlocked_clicker(transactional_db, client_of, tmp_path):
    """The same people on a portal whose rows are read without a lock."""
    load_agreements()
    load_national_indicators()
    with serving(tmp_path / "var", "tests.concurrency.unlocked") as port:
        yield Clicker(port, client_of, 8)


def mails_sent_twice(folder: Path) -> list[tuple[str, str]]:
    """Return to whom the same mail was sent more than once, and its subject."""
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in (folder / "var/mails").iterdir()]
    assert mails
    sent = Counter((mail["To"], mail["Subject"], mail.get_content()) for mail in mails)
    return [(to, subject) for (to, subject, _text), times in sent.items() if times > 1]


def events(action: str, subject) -> int:
    return AuditEvent.objects.filter(action=action, object_id=str(subject.pk)).count()


def factors_of(person: Membership) -> list[dict[str, str]]:
    """Return what proves that a person is there: her code of the moment, then each of her recovery codes."""
    shown = format_hotp_value(hotp_value(TOTP_SECRET, next(iter(yield_hotp_counters_from_time()))))
    return [{"code": code} for code in (shown, *RecoveryCodes.activate(person.user).get_unused_codes())]


def test_c1_a_project_is_sent_once_then_approved_once(clicker, tmp_path, record_property):
    for number in range(ROUNDS):
        west = make_tenant(f"Projet {number}")
        project = stories.draft_project(west)
        assert clicker.clicks_on(west.coordinator, "health_projects:project_submit", project) == {SENT_BACK}
        assert clicker.clicks_on(west.ars_officer, "health_projects:project_approve", project) == {SENT_BACK}
        assert [row.transition for row in project.transitions.order_by("pk")] == ["create", "submit", "approve"]
        assert project.submissions.count() == 1
        assert (events("health_project.submit", project), events("health_project.approve", project)) == (1, 1)
    assert mails_sent_twice(tmp_path) == []
    record_property("rounds", ROUNDS)


def consented_once(clicker: Clicker, west: Tenant) -> Contract:
    """Have each party consent with too many clicks; the third consent issues one document."""
    contract = ready_to_consent(west)
    for person in (west.president, west.ars_officer, west.fund_officer):
        read = {"content_hash": content_hash(contract)}
        assert clicker.clicks_on(person, "contracts:contract_consent", contract, read) == {SENT_BACK}
    assert (contract.consents.count(), events("contract.consent", contract)) == (3, 3)
    document = Document.objects.get(key__startswith=f"contract:{contract.pk}:")
    jobs.render_document(str(document.pk))
    return Contract.objects.get(pk=contract.pk)


def test_c1_a_contract_is_consented_to_then_signed_once_by_each_party(clicker, tmp_path, record_property):
    for number in range(ROUNDS):
        west = make_tenant(f"Contrat {number}")
        contract = consented_once(clicker, west)
        document = contract.document
        for signed, person in enumerate((west.president, west.ars_signatory, west.fund_signatory), start=1):
            answers = clicker.clicks_on(person, "contracts:contract_sign", contract, *factors_of(person))
            assert answers <= {SENT_BACK, SHOWN}
            assert (document.revisions.count(), events("document.sign", document)) == (1 + signed, signed)
        assert contract.transitions.filter(transition="activate").count() == 1
        assert events("contract.sign", contract) == 3
    assert mails_sent_twice(tmp_path) == []
    record_property("rounds", ROUNDS)


def due_payment(number: int) -> tuple[Tenant, Payment]:
    """Return the operating grant of a contract signed today, due, and whose it is."""
    west = make_tenant(f"Versement {number}")
    contract = stories.active_contract(west, signed_on=clock.today())
    return west, contract.payments.get(line_kind=LineKind.OPERATING)


def steps_of(payment: Payment) -> list[str]:
    return [step.transition for step in payment.transitions.order_by("pk")]


def test_c1_a_payment_is_ordered_once_then_paid_once(clicker, record_property):
    for number in range(ROUNDS):
        west, payment = due_payment(number)
        assert clicker.clicks_on(west.accountant, "funding:payment_order", payment) == {SENT_BACK}
        paid = {"paid_on": f"{clock.today():%d/%m/%Y}", "reference": "VIR-1"}
        other = paid | {"reference": "VIR-2"}
        assert clicker.clicks_on(west.accountant, "funding:payment_pay", payment, paid, other) <= {SENT_BACK, SHOWN}
        assert steps_of(payment) == ["order", "pay"]
        assert (events("payment.order", payment), events("payment.pay", payment)) == (1, 1)
        payment.refresh_from_db()
        assert payment.status == PaymentStatus.PAID and payment.reference in ("VIR-1", "VIR-2")
    record_property("rounds", ROUNDS)


def test_c1_an_order_of_a_period_takes_each_payment_once(clicker, record_property):
    for number in range(ROUNDS):
        west, payment = due_payment(number)
        today = f"{clock.today():%d/%m/%Y}"
        read = {"first_day": today, "last_day": today, "seen_total": str(payment.net_amount)}
        statuses = clicker.clicks_on_page(west.accountant, reverse("funding:order_create"), read)
        assert statuses <= {SENT_BACK, SHOWN}
        assert PaymentOrder.objects.filter(organisation_id=west.fund.pk).count() == 1
        assert steps_of(payment) == ["order"]
    record_property("rounds", ROUNDS)


def test_c1_without_the_lock_of_the_row_the_same_clicks_order_twice(unlocked_clicker, record_property):
    """The negative control: a harness that would not see a missing lock proves nothing."""
    west, payment = due_payment(0)
    for rounds in range(1, 51):
        unlocked_clicker.clicks_on(west.accountant, "funding:payment_order", payment)
        if len(steps_of(payment)) > rounds:
            break
        Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.DUE, ordered_on=None)
    else:
        pytest.fail("eight clicks at once, fifty times, never met")
    assert events("payment.order", payment) == len(steps_of(payment))
    record_property("rounds", rounds)
