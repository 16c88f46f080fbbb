"""A dialogue de gestion, from its place in the calendar to the closing that makes its decisions take effect."""

from datetime import date
from functools import partial

import pytest
from django.urls import reverse

from agreements.enums import MissionCode
from contracts.models import Contract
from core import clock
from core.errors import DomainError, NotAllowed, StaleForm
from dialogues import actions
from dialogues.assemblers import standing_approvals
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.models import ManagementDialogue
from documents import actions as document_actions
from documents import jobs
from documents.enums import DocumentKind
from tests.utils import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature_dialogue(world) -> ManagementDialogue:
    """The SIGNATURE dialogue of a negotiation that has just been opened."""
    contract = stories.drafted_contract(world.west)
    actions.open_negotiation(actor=world.west.coordinator.as_actor(), contract=contract)
    return contract.dialogues.get()


def held(world, dialogue) -> ManagementDialogue:
    actor = world.west.coordinator.as_actor()
    actions.hold(actor=actor, dialogue=dialogue, held_on=clock.today(), participants="Les trois parties")
    return ManagementDialogue.objects.get(pk=dialogue.pk)


def written(world, dialogue, text="Compte rendu.") -> ManagementDialogue:
    return actions.write_minutes(
        actor=world.west.coordinator.as_actor(),
        dialogue=dialogue,
        version=dialogue.lock_version,
        minutes=text,
        decisions="",
    )


def test_r16_the_negotiation_comes_with_its_signature_dialogue(signature_dialogue):
    assert signature_dialogue.kind == DialogueKind.SIGNATURE
    assert signature_dialogue.status == DialogueStatus.PLANNED
    assert "taille" in signature_dialogue.agenda


def test_r17_the_third_approval_closes_and_no_earlier_one(world, signature_dialogue):
    dialogue = written(world, held(world, signature_dialogue))
    actions.send_minutes(actor=world.west.coordinator.as_actor(), dialogue=dialogue)
    for actor in world.west.consenting[:2]:
        actions.approve_minutes(actor=actor, dialogue=dialogue)
        assert ManagementDialogue.objects.get(pk=dialogue.pk).status == DialogueStatus.MINUTES
    actions.approve_minutes(actor=world.west.consenting[2], dialogue=dialogue)
    closed = ManagementDialogue.objects.get(pk=dialogue.pk)
    assert closed.status == DialogueStatus.CLOSED and closed.minutes_document.kind == DocumentKind.MINUTES
    assert Contract.objects.get(pk=dialogue.contract_id).planning_closed_on == clock.today()


def test_a_party_approves_once_and_a_stranger_never(world, signature_dialogue):
    dialogue = written(world, held(world, signature_dialogue))
    actions.send_minutes(actor=world.west.coordinator.as_actor(), dialogue=dialogue)
    president = world.west.president.as_actor()
    actions.approve_minutes(actor=president, dialogue=dialogue)
    with pytest.raises(DomainError, match="déjà approuvé"):
        actions.approve_minutes(actor=president, dialogue=dialogue)
    with pytest.raises(NotAllowed):
        actions.approve_minutes(actor=world.east.president.as_actor(), dialogue=dialogue)
    with pytest.raises(NotAllowed):
        actions.approve_minutes(actor=world.west.coordinator.as_actor(), dialogue=dialogue)


def test_minutes_taken_back_lose_their_approvals_visibly(world, signature_dialogue):
    dialogue = written(world, held(world, signature_dialogue))
    actor = world.west.coordinator.as_actor()
    actions.send_minutes(actor=actor, dialogue=dialogue)
    actions.approve_minutes(actor=world.west.president.as_actor(), dialogue=dialogue)
    with pytest.raises(DomainError, match="raison"):
        actions.reopen_minutes(actor=actor, dialogue=dialogue, reason=" ")
    dialogue = actions.reopen_minutes(actor=actor, dialogue=dialogue, reason="Une erreur de date")
    assert dialogue.status == DialogueStatus.HELD and standing_approvals(dialogue) == []
    assert dialogue.approvals.get().withdrawn_at is not None


def test_a_stale_save_of_the_minutes_is_refused_and_shows_what_is_stored(world, signature_dialogue):
    dialogue = held(world, signature_dialogue)
    written(world, dialogue, "Texte de l’autre")
    with pytest.raises(StaleForm) as refusal:
        written(world, dialogue, "Mon texte")
    assert refusal.value.current["minutes"] == "Texte de l’autre"


def test_empty_minutes_do_not_go_to_approval(world, signature_dialogue):
    dialogue = held(world, signature_dialogue)
    with pytest.raises(DomainError, match="pas rédigé"):
        actions.send_minutes(actor=world.west.coordinator.as_actor(), dialogue=dialogue)


def test_a_dialogue_is_not_held_in_the_future(world, signature_dialogue):
    with pytest.raises(DomainError, match="avenir"):
        actions.hold(
            actor=world.west.coordinator.as_actor(),
            dialogue=signature_dialogue,
            held_on=date(2999, 1, 1),
            participants="",
        )


def test_r16_the_calendar_creates_dialogues_once(signed):
    contract = signed.contract
    missions = contract.missions.count()
    assert contract.dialogues.filter(kind=DialogueKind.MISSION_START).count() == missions
    with stories.at(date(2026, 3, 17)):
        created = actions.follow_calendar(contract=contract)
        assert [dialogue.kind for dialogue in created] == [DialogueKind.ANNUAL]
        assert actions.follow_calendar(contract=contract) == []
    annual = contract.dialogues.get(kind=DialogueKind.ANNUAL)
    assert (annual.window_opens_on, annual.window_closes_on) == (date(2026, 3, 17), date(2026, 5, 17))
    assert not annual.is_late(date(2026, 5, 17)) and annual.is_late(date(2026, 5, 18))


def test_r16_a_calendar_that_slept_for_two_years_leaves_no_year_out(signed):
    with stories.at(date(2027, 4, 1)):
        actions.follow_calendar(contract=signed.contract)
        assert list(signed.contract.years.values_list("number", flat=True)) == [1, 2, 3]
        annual = signed.contract.dialogues.filter(kind=DialogueKind.ANNUAL)
        assert sorted(annual.values_list("year", flat=True)) == [1, 2]


def test_r16_an_annual_dialogue_is_not_held_before_its_anniversary(signed):
    contract = signed.contract
    with stories.at(date(2026, 3, 1)):
        actions.follow_calendar(contract=contract)
        with pytest.raises(DomainError, match="date anniversaire"):
            actions.hold(
                actor=signed.world.west.coordinator.as_actor(),
                dialogue=contract.dialogues.get(kind=DialogueKind.ANNUAL),
                held_on=date(2026, 3, 1),
                participants="",
            )


def test_r4_a_mission_starts_at_the_date_set_by_its_dialogue(signed):
    contract = signed.contract
    stories.start_mission(signed.world.west, contract, MissionCode.ACCESS_TO_CARE, date(2025, 9, 1))
    assert contract.missions.get(mission=MissionCode.ACCESS_TO_CARE).started_on == date(2025, 9, 1)


def test_r4_a_mission_does_not_start_before_the_running_contract_year(signed):
    contract = signed.contract
    with stories.at(date(2025, 9, 1)), pytest.raises(DomainError, match="année contractuelle en cours"):
        stories.close_dialogue(
            signed.world.west,
            contract.dialogues.get(kind=DialogueKind.MISSION_START, mission=MissionCode.PREVENTION),
            mission_starts_on=date(2025, 3, 16),
        )


def test_r17_closing_the_annual_dialogue_issues_the_statement_and_the_annex_that_the_three_sign(evaluated):
    contract = evaluated.contract
    annex = contract.annexes.get()
    assert annex.statement.year == 1 and annex.status == AnnexStatus.SIGNING
    for actor in evaluated.world.west.signing:
        annex = actions.sign_annex(actor=actor, annex=annex)
    assert annex.status == AnnexStatus.IN_FORCE and annex.document.signatures.filter(signed_at=None).count() == 0


def test_r17_a_refused_annex_is_sent_again_from_zero_and_what_was_closed_stays_closed(
    evaluated, mailoutbox, django_capture_on_commit_callbacks
):
    west, annex = evaluated.world.west, evaluated.contract.annexes.get()
    cpts, ars, fund = west.signing
    first = actions.sign_annex(actor=cpts, annex=annex).document
    annex = actions.refuse_annex(actor=ars, annex=annex, reason="La signataire change en janvier.")
    assert annex.status == AnnexStatus.REFUSED and annex.statement.total > 0
    for act in (actions.sign_annex, partial(actions.refuse_annex, reason="Encore.")):
        with pytest.raises(DomainError, match="Signature refusée"):
            act(actor=ars, annex=annex)
    with pytest.raises(NotAllowed):
        actions.send_annex_again(actor=west.reader.as_actor(), annex=annex)
    with django_capture_on_commit_callbacks(execute=True):
        annex = actions.send_annex_again(actor=west.coordinator.as_actor(), annex=annex)
    told = [mail for mail in mailoutbox if "de nouveau à signer" in mail.subject]
    assert west.ars_signatory.user.email in {mail.to[0] for mail in told}
    assert all(f"- {cpts.user_name}, pour la {west.cpts}, le " in mail.body for mail in told)
    assert annex.status == AnnexStatus.SIGNING and annex.document != first
    assert annex.document.former_round == first
    (void,) = annex.document.payload["former_round"]["signatures"]
    assert void.startswith(f"{cpts.user_name}, pour la {west.cpts}, le ")
    with pytest.raises(DomainError, match="Signature refusée"):
        document_actions.sign_document(actor=fund, document=first)
    jobs.render_document(str(annex.document.pk))
    for actor in west.signing:
        annex = actions.sign_annex(actor=actor, annex=annex)
    assert annex.status == AnnexStatus.IN_FORCE


def test_an_annex_that_was_not_refused_is_not_sent_again(evaluated):
    annex = evaluated.contract.annexes.get()
    with pytest.raises(DomainError, match="En signature"):
        actions.send_annex_again(actor=evaluated.world.west.coordinator.as_actor(), annex=annex)


def test_the_pages_of_a_refused_annex_say_why_and_what_comes_next(evaluated, client_of):
    west, annex = evaluated.world.west, evaluated.contract.annexes.get()
    signatory, detail = client_of(west.ars_signatory), reverse("dialogues:annex_detail", args=[annex.pk])
    refuse = reverse("dialogues:annex_refuse", args=[annex.pk])
    assert refuse in signatory.get(detail).text
    assert "Ce champ est obligatoire" in signatory.post(refuse, {"reason": " "}).text
    page = signatory.post(refuse, {"reason": "Le total est à revoir."}, follow=True).text
    assert "Le total est à revoir." in page and "Renvoyer à la signature" not in page
    coordinator = client_of(west.coordinator)
    assert "Renvoyer à la signature" in coordinator.get(detail).text
    page = coordinator.post(reverse("dialogues:annex_resend", args=[annex.pk]), follow=True).text
    assert "repart à la signature" in page
    assert client_of(evaluated.world.east.coordinator).get(refuse).status_code == 404
    assert client_of(west.reader).get(refuse).status_code == 403


def test_an_annual_dialogue_does_not_go_to_approval_while_a_result_is_unknown(signed):
    contract = signed.contract
    stories.start_mission(signed.world.west, contract, MissionCode.ACCESS_TO_CARE, date(2025, 9, 1))
    with stories.at(date(2026, 4, 1)):
        stories.follow_time(contract)
        dialogue = written(signed.world, held(signed.world, contract.dialogues.get(kind=DialogueKind.ANNUAL)))
        with pytest.raises(DomainError, match="Réunions tenues"):
            actions.send_minutes(actor=signed.world.west.coordinator.as_actor(), dialogue=dialogue)


def test_r16_any_party_convenes_an_extraordinary_dialogue_that_the_three_close(signed):
    west, contract = signed.world.west, signed.contract
    details = {"convened_for": stories.SIGNED_ON, "place": "", "agenda": "Départ d’un pôle de santé"}
    with stories.at(stories.SIGNED_ON):
        dialogue = actions.call_extraordinary(actor=west.fund_officer.as_actor(), contract=contract, **details)
        assert (dialogue.kind, dialogue.status) == (DialogueKind.EXTRAORDINARY, DialogueStatus.CONVENED)
        assert stories.close_dialogue(west, dialogue).status == DialogueStatus.CLOSED
        for stranger in (west.reader, signed.world.east.coordinator, west.accountant):
            with pytest.raises(NotAllowed):
                actions.call_extraordinary(actor=stranger.as_actor(), contract=contract, **details)


def test_who_signs_an_annex_may_refuse_from_there_and_who_has_signed_is_led_to_it(evaluated, client_of):
    west, annex = evaluated.world.west, evaluated.contract.annexes.get()
    client, address = client_of(west.president), reverse("dialogues:annex_sign", args=[annex.pk])
    page = client.get(address).text
    assert reverse("dialogues:annex_refuse", args=[annex.pk]) in page
    assert "Le programme et les cibles de l’année suivante." in page
    annex.document.payload["programme"] = None  # a year cut short has none to come (R19)
    annex.document.save(update_fields=["payload"])
    assert "Le programme et les cibles" not in client.get(address).text
    actions.sign_annex(actor=west.president.as_actor(), annex=annex)
    assert client.get(address).url == reverse("dialogues:annex_detail", args=[annex.pk])
