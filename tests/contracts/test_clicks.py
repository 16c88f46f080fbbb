"""C1: who clicks 2, 8 or 32 times at the same instant, over real HTTP, submits, approves, consents and signs once."""

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
from contracts.assemblers import content_hash
from contracts.models import Contract
from core.models import AuditEvent
from documents import jobs
from documents.models import Document
from tests.contracts.conftest import ready_to_consent
from tests.utils import stories
from tests.utils.counts import IS_SOAK, count
from tests.utils.factories import TOTP_SECRET
from tests.utils.web import click_together, serving
from tests.utils.world import Tenant, make_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
ROUNDS = count(1, full=50)
CLICKS = (2, 8, 32) if IS_SOAK else (4,)
SENT_BACK, ASKED_AGAIN = 302, 200  # a code that has served is asked again, on the page


class Clicker:
    """People who click too often on a portal served apart."""

    def __init__(self, port: int, client_of, clicks: int):
        self.port, self.client_of, self.clicks = port, client_of, clicks

    def clicks_on(self, person: Membership, view: str, subject, *forms: dict[str, str]) -> set[int]:
        """Send the same form, or these in turn, all at once; return the statuses of the answers."""
        given = forms or [{}]
        sent = [given[number % len(given)] for number in range(self.clicks)]
        return set(click_together(self.port, self.client_of(person), reverse(view, args=[subject.pk]), sent))


@pytest.fixture(params=CLICKS, ids="{} clicks".format)
def clicker(request, transactional_db, client_of, tmp_path):
    load_agreements()  # a transactional test before this one may have emptied the tables
    load_national_indicators()
    with serving(tmp_path / "var") as port:
        yield Clicker(port, client_of, request.param)


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
            assert answers <= {SENT_BACK, ASKED_AGAIN}
            assert (document.revisions.count(), events("document.sign", document)) == (1 + signed, signed)
        assert contract.transitions.filter(transition="activate").count() == 1
        assert events("contract.sign", contract) == 3
    assert mails_sent_twice(tmp_path) == []
    record_property("rounds", ROUNDS)
