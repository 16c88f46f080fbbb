"""R17: a closed year is corrected by a new, numbered revision, approved again; what was closed never changes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.enums import LineKind, PaymentKind
from contracts.models import Contract
from core.enums import Side
from core.errors import DomainError, NotAllowed, TransitionNotAllowed
from dialogues import actions
from dialogues.assemblers import minutes_payload, standing_approvals
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.models import ClosedRevision, ManagementDialogue
from dialogues.panels import STALE, approval_panel
from documents import jobs as document_jobs
from documents import storage
from documents.models import Document
from documents.verification.verdicts import judge_code
from funding.enums import PaymentStatus
from funding.models import Statement
from indicators import actions as indicator_actions
from indicators.enums import ProgrammeStatus
from indicators.models import Indicator
from tests.documents.test_pdf import text_of
from tests.utils import stories
from tests.utils.locks import locked_after_the_journal

pytestmark = pytest.mark.django_db
A_MONTH_LATER = date(2026, 5, 18)
REASON = "Une réunion comptée n’a pas de compte rendu signé."


@pytest.fixture
def world(evaluated):
    return evaluated.world


@pytest.fixture
def dialogue(evaluated) -> ManagementDialogue:
    return evaluated.contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1)


def revise(world, dialogue, reason=REASON) -> ManagementDialogue:
    with stories.at(A_MONTH_LATER):
        return actions.revise(actor=world.west.president.as_actor(), dialogue=dialogue, reason=reason)


def retain(world, contract, amount: Decimal) -> None:
    """The three set by hand what the only result of the year earns, out of 30 000 €."""
    programme = contract.years.get(number=1).programme
    indicator = Indicator.objects.results().get(
        programme_mission__programme=programme, programme_mission__active_from__isnull=False
    )
    for actor in world.west.consenting:
        indicator_actions.settle_indicator(
            actor=actor, indicator=indicator, settlement="RETAINED", retained_amount=amount, reason="Un seul sur deux."
        )


def closed_again(world, dialogue, amount: Decimal) -> ManagementDialogue:
    dialogue = revise(world, dialogue)
    with stories.at(A_MONTH_LATER):
        retain(world, dialogue.contract, amount)
        return stories.approve_dialogue(world.west, ManagementDialogue.objects.get(pk=dialogue.pk))


def test_r17_a_revision_keeps_what_was_closed_and_opens_the_results_again(world, dialogue):
    document = dialogue.minutes_document
    revised = revise(world, dialogue)
    assert (revised.status, revised.revision, revised.closed_at) == (DialogueStatus.HELD, 2, None)
    kept = ClosedRevision.objects.get()
    assert (kept.number, kept.minutes, kept.minutes_document) == (1, dialogue.minutes, document)
    assert dialogue.contract.years.get(number=1).programme.status == ProgrammeStatus.OPEN


def test_r17_a_lower_result_is_settled_and_the_first_statement_stays(world, dialogue, evaluated):
    """30 000 × 181/365 = 14 876.71 when all is earned; half of it: 7 438.36 (7 438.356…). Difference: −7 438.35."""
    first = evaluated.contract.statements.get()
    closed_again(world, dialogue, Decimal("15000.00"))
    second = evaluated.contract.statements.get(revision=2)
    assert second.lines.get(kind=LineKind.VARIABLE).amount == Decimal("7438.36")
    assert Statement.objects.get(pk=first.pk).total == Decimal("109589.04")
    settlement = evaluated.contract.payments.get(kind=PaymentKind.SETTLEMENT)
    assert (settlement.amount, settlement.revision) == (Decimal("-7438.35"), 2)
    assert settlement.due_on == A_MONTH_LATER


def test_r17_a_negative_difference_waits_for_the_next_payment(world, dialogue, evaluated):
    """All that is due fell due before the revision: 7 438,35 € are deducted from year 3's first payment."""
    closed_again(world, dialogue, Decimal("15000.00"))
    settlement = evaluated.contract.payments.get(kind=PaymentKind.SETTLEMENT)
    assert (settlement.status, settlement.net_amount) == (PaymentStatus.DUE, Decimal("-7438.35"))
    with stories.at(date(2027, 3, 17)):
        stories.follow_time(evaluated.contract)
    settlement.refresh_from_db()
    assert settlement.status == PaymentStatus.OFFSET
    reduced = settlement.deductions_made.get()
    assert reduced.target.year == 3 and reduced.amount == Decimal("7438.35")


def test_r17_a_revision_that_changes_no_amount_makes_nothing_due(world, dialogue, evaluated):
    before = evaluated.contract.payments.count()
    closed_again(world, dialogue, Decimal("30000.00"))
    assert evaluated.contract.payments.count() == before
    assert evaluated.contract.statements.get(revision=2).total == Decimal("109589.04")


def test_the_database_keeps_what_a_dialogue_may_decide(world, dialogue):
    start = dialogue.contract.dialogues.filter(kind=DialogueKind.MISSION_START).first()
    approval = dialogue.approvals.get(side=Side.CPTS)
    wrong = [
        lambda: ManagementDialogue.objects.filter(pk=dialogue.pk).update(new_size=5),
        lambda: ManagementDialogue.objects.filter(pk=start.pk).update(new_size=2),
        lambda: ManagementDialogue.objects.filter(pk=dialogue.pk).update(mission_starts_on=A_MONTH_LATER),
        lambda: dialogue.approvals.filter(side=Side.ARS).update(user=approval.user),
        lambda: dialogue.transitions.filter(transition="close").update(transition="revise"),
        lambda: dialogue.contract.years.filter(number=1).update(size=5),
        lambda: dialogue.contract.years.filter(number=1).update(opening_size=0),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_r17_the_closing_locks_what_others_hold_before_it_writes_the_journal(world, dialogue, evaluated):
    """Who enters a value, signs the annex or orders a payment holds its row, then waits for the journal."""
    revised = revise(world, dialogue)
    *first, last = world.west.consenting
    with stories.at(A_MONTH_LATER):
        actions.send_minutes(actor=first[0], dialogue=revised)
        for approver in first:
            actions.approve_minutes(actor=approver, dialogue=revised)
        with CaptureQueriesContext(connection) as queries:
            actions.approve_minutes(actor=last, dialogue=revised)
    assert evaluated.contract.statements.filter(revision=2).exists()
    assert locked_after_the_journal(queries.captured_queries) == set()


def test_r17_the_annex_is_issued_again_and_the_former_one_is_no_longer_signed(world, dialogue, evaluated):
    first = evaluated.contract.annexes.get()
    closed_again(world, dialogue, Decimal("15000.00"))
    second = evaluated.contract.annexes.latest("created_at")
    first.refresh_from_db()
    assert (first.status, second.status) == (AnnexStatus.REPLACED, AnnexStatus.SIGNING)
    assert second.document_id != first.document_id and "révision 2" in second.document.title
    with pytest.raises(DomainError, match="Remplacée"):
        actions.sign_annex(actor=world.west.president.as_actor(), annex=first)
    document_jobs.render_document(str(second.document_id))
    page = text_of(storage.read(Document.objects.get(pk=second.document_id).file))
    assert "révision 2" in page and "remplace l’annexe précédente de la même année" in page
    assert "Saisi par la CPTS." in page  # the programme says as much as that of the contract
    with stories.at(A_MONTH_LATER):
        for actor in world.west.signing:
            second = actions.sign_annex(actor=actor, annex=second)
    assert second.status == AnnexStatus.IN_FORCE
    assert judge_code(first.document.code).document.replacements == [second.document]
    minutes = ManagementDialogue.objects.get(pk=dialogue.pk).minutes_document
    assert minutes.replaces == ClosedRevision.objects.get().minutes_document


def test_the_minutes_print_the_day_of_an_approval_in_paris(dialogue):
    dialogue.approvals.update(at=datetime(2026, 4, 1, 22, 30, tzinfo=UTC))
    assert {row["on"] for row in minutes_payload(dialogue)["approvals"]} == {"2 avril 2026"}


def test_r17_the_three_approve_the_revision_again(world, dialogue):
    revised = revise(world, dialogue)
    with stories.at(A_MONTH_LATER):
        actions.send_minutes(actor=world.west.coordinator.as_actor(), dialogue=revised)
        for actor in world.west.consenting[:2]:
            actions.approve_minutes(actor=actor, dialogue=revised)
    assert ManagementDialogue.objects.get(pk=dialogue.pk).status == DialogueStatus.MINUTES


def test_an_approval_of_another_content_is_told_as_withdrawn(world, dialogue):
    revised = revise(world, dialogue)
    with stories.at(A_MONTH_LATER):
        actions.send_minutes(actor=world.west.coordinator.as_actor(), dialogue=revised)
        actions.approve_minutes(actor=world.west.consenting[0], dialogue=revised)
    ManagementDialogue.objects.filter(pk=dialogue.pk).update(decisions="Autre chose.")
    told = ManagementDialogue.objects.get(pk=dialogue.pk)
    states = [line.state for line in approval_panel(told, standing_approvals(told))]
    assert states == [STALE, "Attendue", "Attendue"]


def test_a_revision_does_not_review_the_size(world, dialogue):
    revised = revise(world, dialogue)
    with pytest.raises(DomainError, match="ne revoit pas la taille"), stories.at(A_MONTH_LATER):
        actions.write_minutes(
            actor=world.west.coordinator.as_actor(),
            dialogue=revised,
            version=revised.lock_version,
            minutes="Corrigé.",
            decisions="",
            new_size=1,
        )


def test_a_revision_needs_a_reason_a_right_and_a_closed_annual_dialogue(world, dialogue, evaluated):
    with pytest.raises(DomainError, match="raison"):
        revise(world, dialogue, reason=" ")
    for stranger in (world.west.coordinator, world.west.reader, world.east.president):
        with pytest.raises(NotAllowed):
            actions.revise(actor=stranger.as_actor(), dialogue=dialogue, reason=REASON)
    start = evaluated.contract.dialogues.filter(kind=DialogueKind.MISSION_START, status="CLOSED").first()
    with pytest.raises(DomainError, match="dialogue annuel"):
        revise(world, start)
    revised = revise(world, dialogue)
    with pytest.raises(TransitionNotAllowed):
        revise(world, revised)


def test_the_database_keeps_a_closed_revision_as_it_was(world, dialogue):
    revise(world, dialogue)
    with pytest.raises(Error), transaction.atomic():
        ClosedRevision.objects.update(minutes="Réécrit.")


def test_the_pages_show_both_revisions_and_the_difference(world, dialogue, evaluated, client_of):
    closed_again(world, dialogue, Decimal("15000.00"))
    client = client_of(world.west.coordinator)
    page = client.get(reverse("dialogues:dialogue_detail", args=[dialogue.pk])).text
    assert "Révisions précédentes" in page and REASON in page
    second = evaluated.contract.statements.get(revision=2)
    page = client.get(reverse("funding:statement_detail", args=[second.pk])).text
    assert "Ce que la révision change" in page and "7\u202f438,35" in page
    for name, pk in (("dialogues:dialogue_revise", dialogue.pk), ("funding:statement_detail", second.pk)):
        assert client_of(world.east.president).get(reverse(name, args=[pk])).status_code == 404


def test_the_form_opens_the_revision(world, dialogue, client_of):
    url = reverse("dialogues:dialogue_revise", args=[dialogue.pk])
    with stories.at(A_MONTH_LATER):
        empty = client_of(world.west.president).post(url, {"reason": ""})
        assert empty.status_code == 200 and "Ce champ est obligatoire" in empty.text
        assert client_of(world.west.coordinator).post(url, {"reason": REASON}).status_code == 403
        assert client_of(world.west.president).post(url, {"reason": REASON}).status_code == 302
    assert ManagementDialogue.objects.get(pk=dialogue.pk).revision == 2
    assert Contract.objects.get(pk=dialogue.contract_id).statements.count() == 1
