"""Pages of the dialogues: two tenants of each side, and what a person does there."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from core import clock, journal
from core.dates import format_date
from core.models import AuditEvent
from dialogues import actions
from dialogues.enums import DialogueKind, DialogueStatus
from dialogues.models import ManagementDialogue
from dialogues.panels import turn_of
from dialogues.rules import convening_words
from tests.utils import stories
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(world) -> ManagementDialogue:
    contract = stories.drafted_contract(world.west)
    actions.open_negotiation(actor=world.west.coordinator.as_actor(), contract=contract)
    return contract.dialogues.get()


def url(name, dialogue):
    return reverse(f"dialogues:{name}", args=[dialogue.pk])


@pytest.mark.parametrize("who", ["coordinator", "president", "reader", "ars_officer", "fund_officer", "accountant"])
def test_the_three_parties_see_the_dialogue_and_the_others_do_not(world, client_of, dialogue, who):
    assert client_of(getattr(world.west, who)).get(url("dialogue_detail", dialogue)).status_code == 200
    assert client_of(getattr(world.east, who)).get(url("dialogue_detail", dialogue)).status_code == 404


def test_another_cpts_of_the_same_ars_does_not_see_it(world, client_of, dialogue):
    assert client_of(world.neighbour.coordinator).get(url("dialogue_detail", dialogue)).status_code == 404
    assert client_of(world.neighbour.president).post(url("dialogue_approve", dialogue)).status_code == 404


def test_a_reader_cannot_write_the_minutes(world, client_of, dialogue):
    assert client_of(world.west.reader).get(url("dialogue_convene", dialogue)).status_code == 403
    assert client_of(world.west.reader).post(url("dialogue_send", dialogue)).status_code == 403


def test_a_meeting_moved_meanwhile_is_shown_beside_what_was_typed(world, client_of, dialogue):
    client, address = client_of(world.west.coordinator), url("dialogue_convene", dialogue)
    read = client.get(address).context["form"].current_version
    theirs = {"convened_for": clock.today(), "place": "Préfecture", "agenda": "La taille"}
    actions.convene(actor=world.west.fund_officer.as_actor(), dialogue=dialogue, **theirs)
    mine = theirs | {"place": "Mairie", "version": read}
    page = client.post(address, mine).content.decode()
    assert "Quelqu’un a enregistré" in page and "Préfecture" in page and "Mairie" in page
    dialogue.refresh_from_db()
    assert dialogue.place == "Préfecture"


@pytest.mark.parametrize(
    ("day", "is_told"),
    [
        (date(2026, 3, 16), True),
        (date(2026, 3, 17), False),
        (date(2026, 5, 17), False),
        (date(2026, 5, 18), True),
    ],
)
def test_r16_an_annual_dialogue_convened_outside_its_window_is_told_not_refused(signed, client_of, day, is_told):
    with stories.at(date(2026, 3, 10)):
        actions.follow_calendar(contract=signed.contract)
        annual = signed.contract.dialogues.get(kind=DialogueKind.ANNUAL)
        client, address = client_of(signed.world.west.coordinator), url("dialogue_convene", annual)
        window = "du 17 mars 2026 au 17 mai 2026"
        read = client.get(address)
        assert f"À tenir {window}." in plain(read.text)
        sent = {"convened_for": day.isoformat(), "agenda": "Les montants dus"}
        sent["version"] = read.context["form"].current_version
        page = plain(client.post(address, sent, follow=True).text)
    annual.refresh_from_db()
    assert annual.convened_for == day
    assert (f"Le {plain(format_date(day))} est hors du délai : ce dialogue se tient {window}." in page) is is_told


def test_a_meeting_moved_says_its_former_date(world, client_of, dialogue, django_capture_on_commit_callbacks):
    first, second = clock.today() + timedelta(days=7), clock.today() + timedelta(days=14)
    actor = world.west.fund_officer.as_actor()
    actions.convene(actor=actor, dialogue=dialogue, convened_for=first, place="Mairie", agenda="La taille")
    with django_capture_on_commit_callbacks(execute=True):
        actions.convene(actor=actor, dialogue=dialogue, convened_for=second, place="Préfecture", agenda="La taille")
    moved = f"Réunion déplacée du {format_date(first)} au {format_date(second)}."
    page = client_of(world.west.coordinator).get(url("dialogue_detail", dialogue)).text
    assert moved in page and f"Réunion le {format_date(first)}, Mairie." in page
    assert mail.outbox and all(moved in message.body for message in mail.outbox)
    event = AuditEvent.objects.filter(action="dialogue.convene").order_by("-sequence").first()
    assert dict(journal.spoken_fields(event.object_type, event.before))["Convoqué pour le"] == format_date(first)


def test_what_changed_of_a_meeting_is_said_in_words():
    day = date(2026, 12, 8)
    before = {"convened_for": day, "place": "", "agenda": "La taille"}
    assert convening_words(dict.fromkeys(before), before | {"place": "Mairie"}) == "Réunion le 8 décembre 2026, Mairie."
    assert convening_words(before | {"agenda": "Un\nDeux"}, before | {"agenda": "Un\r\nDeux"}) == ""
    told = convening_words(before, before | {"place": "Mairie", "agenda": "Le programme"})
    assert plain(told) == "Lieu : Mairie, au lieu de : à préciser. Ordre du jour modifié."


def test_a_wrong_date_is_told_beside_its_field_and_the_rest_stays(world, client_of, dialogue):
    answer = {"held_on": "2099-01-01", "participants": "Nadia Exemple"}
    page = client_of(world.west.coordinator).post(url("dialogue_hold", dialogue), answer).content.decode()
    assert "avenir" in page and "Nadia Exemple" in page


@pytest.mark.parametrize(
    ("page", "sent", "refused"),
    [
        ("dialogue_hold", {"held_on": "2099-01-01", "participants": ""}, {"held_on", "participants"}),
        ("dialogue_convene", {"convened_for": "2020-01-01", "agenda": ""}, {"convened_for", "agenda"}),
    ],
)
def test_a_form_of_a_dialogue_tells_all_its_refusals_at_once(world, client_of, dialogue, page, sent, refused):
    address, client = url(page, dialogue), client_of(world.west.coordinator)
    version = getattr(client.get(address).context["form"], "current_version", "")
    assert set(client.post(address, sent | {"version": version}).context["form"].errors) == refused


def test_r4_minutes_tell_a_start_too_early_beside_what_else_is_wrong(signed, client_of):
    with stories.at(date(2025, 3, 20)):
        actions.follow_calendar(contract=signed.contract)
        start = signed.contract.dialogues.filter(kind=DialogueKind.MISSION_START).first()
        member = signed.world.west.coordinator
        actions.hold(actor=member.as_actor(), dialogue=start, held_on=clock.today(), participants="Tous")
        start.refresh_from_db()
        sent = {"minutes": "", "mission_starts_on": "2025-01-01", "version": start.lock_version}
        errors = client_of(member).post(url("dialogue_minutes", start), sent).context["form"].errors
    assert set(errors) == {"minutes", "mission_starts_on"}


def test_someone_elses_minutes_are_shown_beside_mine(world, client_of, dialogue):
    actor = world.west.coordinator.as_actor()
    actions.hold(actor=actor, dialogue=dialogue, held_on=clock.today(), participants="Tous")
    actions.write_minutes(
        actor=world.west.ars_officer.as_actor(),
        dialogue=dialogue,
        version=dialogue.lock_version,
        minutes="Texte de l’ARS",
        decisions="",
    )
    client = client_of(world.west.coordinator)
    stale = {"version": dialogue.lock_version, "minutes": "Texte de la CPTS", "decisions": ""}
    page = client.post(url("dialogue_minutes", dialogue), stale).content.decode()
    assert "Texte de l’ARS" in page and "Texte de la CPTS" in page
    dialogue.refresh_from_db()
    assert dialogue.minutes == "Texte de l’ARS"
    client.post(url("dialogue_minutes", dialogue), stale | {"version": dialogue.lock_version})
    dialogue.refresh_from_db()
    assert dialogue.minutes == "Texte de la CPTS"


def test_minutes_written_while_someone_sent_them_stay_in_their_form(world, client_of, dialogue):
    ManagementDialogue.objects.filter(pk=dialogue.pk).update(status=DialogueStatus.MINUTES, held_on=clock.today())
    sent = {"version": dialogue.lock_version, "minutes": "Écrit trop tard", "decisions": ""}
    answer = client_of(world.west.coordinator).post(url("dialogue_minutes", dialogue), sent)
    assert answer.status_code == 200 and "Écrit trop tard" in answer.text and "avant son approbation" in answer.text
    dialogue.refresh_from_db()
    assert dialogue.minutes == ""


def test_what_keeps_the_minutes_from_being_sent_leads_to_where_it_is_written(world, client_of, dialogue):
    ManagementDialogue.objects.filter(pk=dialogue.pk).update(status=DialogueStatus.HELD, held_on=clock.today())
    link = f'<a href="{url("dialogue_minutes", dialogue)}">Le compte rendu n’est pas rédigé.</a>'
    assert link in client_of(world.west.coordinator).get(url("dialogue_detail", dialogue)).text
    read = client_of(world.west.reader).get(url("dialogue_detail", dialogue)).text
    assert link not in read


def test_a_closed_dialogue_of_signature_leads_to_the_consents(world, client_of):
    contract = stories.negotiated_contract(world.west)
    (dialogue,) = contract.dialogues.all()
    assert dialogue.status == DialogueStatus.CLOSED
    consent = reverse("contracts:contract_consent", args=[contract.pk])
    page = client_of(world.west.president).get(url("dialogue_detail", dialogue)).text
    assert f'href="{consent}"' in page and "consentez à son contenu" in page
    read = client_of(world.west.reader).get(url("dialogue_detail", dialogue)).text
    assert consent not in read and "consentement attendu" in read


def test_the_third_who_approves_reads_what_this_closes(world, client_of, dialogue):
    dialogue = stories.write_dialogue(world.west, dialogue)
    actions.send_minutes(actor=world.west.coordinator.as_actor(), dialogue=dialogue)
    told = [
        plain(client_of(member).post(url("dialogue_approve", dialogue), follow=True).text)
        for member in (world.west.president, world.west.ars_officer, world.west.fund_officer)
    ]
    assert ["Vous avez approuvé le compte rendu." in page for page in told] == [True, True, False]
    assert "le dialogue est clos, les trois parties peuvent consentir au contrat" in told[-1]


def test_minutes_that_are_written_are_modified_not_written_again(world, client_of, dialogue):
    client = client_of(world.west.coordinator)
    written = stories.write_dialogue(world.west, dialogue)
    assert "Modifier le compte rendu" in client.get(url("dialogue_detail", written)).text


def test_a_closed_annual_dialogue_leads_to_its_statement(world, client_of):
    contract = stories.evaluated_contract(world.west, signed_on=date(2024, 3, 15))
    annex = contract.annexes.get()
    page = client_of(world.west.coordinator).get(url("dialogue_detail", annex.dialogue)).text
    assert reverse("funding:statement_detail", args=[annex.statement_id]) in page


def test_a_refusal_of_a_rule_is_a_sentence_on_the_page(world, client_of, dialogue):
    client = client_of(world.west.president)
    page = client.post(url("dialogue_approve", dialogue), follow=True).content.decode()
    assert "pas à l’approbation" in page


def test_the_banner_says_what_is_missing_once_the_minutes_are_written(dialogue):
    dialogue.status, dialogue.minutes = DialogueStatus.HELD, "Les parties se sont réunies."
    actor = dialogue.contract.cpts.memberships.get(role="COORDINATOR").as_actor()
    turn = turn_of(dialogue, actor, missing=["Année 2 : il reste 100,00 € à répartir.", "Autre chose."])
    assert "complétez ce qui manque" in turn.text
    assert turn.detail == "Année 2 : il reste 100,00 € à répartir. Et 1 autre point."
    assert "envoyez-le à l’approbation" in turn_of(dialogue, actor).text
    dialogue.minutes = " "
    assert "rédigez le compte rendu" in turn_of(dialogue, actor, missing=["Le compte rendu n’est pas rédigé."]).text


def test_a_cpts_does_not_read_its_own_name_on_each_dialogue(world, client_of, dialogue):
    address, column = reverse("dialogues:dialogue_list"), 'data-label="CPTS"'
    assert column in client_of(world.west.ars_officer).get(address).text
    assert column not in client_of(world.west.coordinator).get(address).text
    assert dialogue.contract.number not in client_of(world.east.coordinator).get(address).text


def test_a_list_with_nothing_yet_has_nothing_to_filter(world, client_of):
    client, address = client_of(world.west.coordinator), reverse("dialogues:dialogue_list")
    nothing_yet = client.get(address).content.decode()
    assert "Aucun dialogue" in nothing_yet and "Filtrer" not in nothing_yet and "0 dialogue" not in nothing_yet
    no_match = client.get(address, {"q": "introuvable"}).content.decode()
    assert "Aucun résultat" in no_match and "Filtrer" in no_match
