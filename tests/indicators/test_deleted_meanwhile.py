"""A row deleted while a person wrote about it: she is told so, reads what she typed, and may add it again."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import DomainError
from indicators import actions, views
from indicators.models import Indicator, MissionAction
from tests.indicators.conftest import ACCESS, CRISIS, PDF
from tests.indicators.test_views import LEVELS_POST, text_of, url
from tests.utils.reading import sent_from, sent_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(ours, client_of):
    return client_of(ours.members.coordinator)


def test_a_deleted_indicator_is_told_with_what_was_typed_then_added_again(ours, coordinator, written):
    page = url("indicator_edit", written["levels"])
    typed = {"label": ["Patients rappelés"], "calculation": ["Compter les appels du registre"]}
    sent = sent_from(coordinator.get(page), "form") | typed
    actions.delete_indicator(actor=ours.fund_officer, indicator=written["levels"])

    answer = coordinator.post(page, sent)
    assert answer.status_code == 410
    told = text_of(answer)
    assert ours.fund_officer.user_name in told and f"a supprimé « {written['levels'].label} »" in told
    assert "Patients rappelés" in told and "Compter les appels du registre" in told
    assert "Seuil du palier 1" in told and "219" in told and "Par paliers" in told

    again = sent_from(answer, "add-again")
    assert coordinator.post(url("indicator_create", written["mission"]), again).status_code == 302
    restored = Indicator.objects.get(label="Patients rappelés")
    assert restored.calculation == "Compter les appels du registre"
    assert [level.threshold for level in restored.levels.all()] == [219, 100, 50]


def test_what_went_with_a_deleted_action_is_told_the_same(ours, coordinator, written):
    pages = [url("action_edit", written["action"]), url("indicator_edit", written["levels"])]
    forms = [sent_from(coordinator.get(page), "form") for page in pages]
    actions.delete_action(actor=ours.fund_officer, mission_action=written["action"])
    for page, sent, name in zip(pages, forms, ("title", "label"), strict=True):
        answer = coordinator.post(page, sent | {name: ["Ce que j’écrivais"]})
        assert answer.status_code == 410
        assert "Ce que j’écrivais" in text_of(answer) and ours.fund_officer.user_name in text_of(answer)
    assert not MissionAction.objects.filter(pk=written["action"].pk).exists()


def test_a_row_typed_for_a_mission_that_left_the_programme_is_shown_to_be_copied(ours, coordinator, draft):
    mission = draft.missions.get(mission=ACCESS)
    page = url("action_create", mission)
    sent = sent_from(coordinator.get(page), "form") | {"title": ["Ateliers du sommeil"]}
    actions.set_programme_missions(actor=ours.coordinator, programme=draft, missions=[(CRISIS, Decimal(0))])
    answer = coordinator.post(page, sent)
    assert answer.status_code == 410
    assert "Ateliers du sommeil" in text_of(answer) and "Ajouter de nouveau" not in text_of(answer)


def test_what_was_written_in_a_mission_that_left_the_programme_is_shown_and_not_offered_to_be_added(
    ours, coordinator, written
):
    """There is nothing left to add it to: the button would lead to no page, and lose what was typed."""
    pages = [url("action_edit", written["action"]), url("indicator_edit", written["levels"])]
    forms = [sent_from(coordinator.get(page), "form") for page in pages]
    actions.set_programme_missions(
        actor=ours.coordinator, programme=written["programme"], missions=[(CRISIS, Decimal(0))]
    )
    for page, sent, name in zip(pages, forms, ("title", "label"), strict=True):
        answer = coordinator.post(page, sent | {name: ["Ce que j’écrivais"]})
        assert answer.status_code == 410
        assert "Ce que j’écrivais" in text_of(answer) and "Ajouter de nouveau" not in text_of(answer)


def test_the_file_of_a_deliverable_no_more_expected_is_named(ours, coordinator, running):
    deliverable = running["action"].deliverables.first()
    page = url("deliverable_deposit", deliverable)
    sent = sent_from(coordinator.get(page), "form")
    deliverable.delete()
    answer = coordinator.post(page, sent | {"files": SimpleUploadedFile("convention.pdf", PDF)})
    assert answer.status_code == 410
    assert "convention.pdf" in text_of(answer) and "quelqu’un d’autre" in text_of(answer)


def test_only_who_had_read_the_row_learns_that_it_was_deleted(
    ours, neighbours, theirs, client_of, coordinator, written
):
    page = url("indicator_edit", written["levels"])
    sent = sent_from(coordinator.get(page), "form")
    strangers = [client_of(tenant.members.coordinator) for tenant in (neighbours, theirs)]
    assert [client.post(page, sent).status_code for client in strangers] == [404, 404]  # while the row exists
    actions.delete_indicator(actor=ours.fund_officer, indicator=written["levels"])
    assert [client.post(page, sent).status_code for client in strangers] == [404, 404]
    assert coordinator.post(page, {**sent, "read_row": "forgé"}).status_code == 404
    assert coordinator.post(page, LEVELS_POST).status_code == 404
    assert coordinator.post(url("indicator_edit", written["achieved"]), sent).status_code != 410
    assert coordinator.get(page).status_code == 404


def test_a_row_out_of_scope_is_not_said_to_be_deleted(coordinator, written, theirs):
    """The row is there, but no longer hers."""
    page = url("indicator_edit", written["levels"])
    sent = sent_from(coordinator.get(page), "form")
    type(written["programme"]).objects.update(cpts=theirs.parties["cpts"])
    assert coordinator.post(page, sent).status_code == 404


def test_a_row_deleted_at_the_very_instant_of_the_save_is_told_too(monkeypatch, ours, coordinator, written):
    """Between the page that finds the row and the action that locks it."""
    page, submit = url("indicator_edit", written["levels"]), views.submit_form
    sent = sent_from(coordinator.get(page), "form") | {"label": ["Patients rappelés"]}

    def deleted_first(*arguments, **fields):
        actions.delete_indicator(actor=ours.fund_officer, indicator=written["levels"])
        return submit(*arguments, **fields)

    monkeypatch.setattr(views, "submit_form", deleted_first)
    answer = coordinator.post(page, sent)
    assert answer.status_code == 410 and "Patients rappelés" in text_of(answer)


def test_who_deletes_second_is_told_so(ours, written):
    actions.delete_indicator(actor=ours.fund_officer, indicator=written["levels"])
    with pytest.raises(DomainError, match="juste avant"):
        actions.delete_indicator(actor=ours.coordinator, indicator=written["levels"])


def test_an_action_is_deleted_from_a_real_browser_which_sends_its_token(client_of, ours, written):
    """The button of the list had none."""
    client = client_of(ours.members.coordinator)
    client.handler.enforce_csrf_checks = True
    sent = button(client, url("programme_edit", written["programme"]), "action_delete", written["action"])
    assert client.post(url("action_delete", written["action"]), sent).status_code == 302
    assert not MissionAction.objects.filter(pk=written["action"].pk).exists()


def button(client, page: str, name: str, row) -> dict[str, list[str]]:
    """Return what the button of a page that posts to `name` sends."""
    return sent_to(client.get(page), url(name, row))


def test_a_row_that_a_colleague_deleted_first_is_told_and_leads_back(ours, client_of, coordinator, written):
    """With who did it and when; to the same person by another name than hers; the list opens."""
    listing, page = url("programme_edit", written["programme"]), url("indicator_edit", written["levels"])
    buttons = {
        url("indicator_delete", written["levels"]): button(coordinator, page, "indicator_delete", written["levels"]),
        url("action_delete", written["action"]): button(coordinator, listing, "action_delete", written["action"]),
    }
    actions.delete_action(actor=ours.fund_officer, mission_action=written["action"])
    for address, sent in buttons.items():
        answer = coordinator.post(address, sent, follow=True)
        assert [step.partition("?")[0] for step, _ in answer.redirect_chain] == [listing]
        assert f"{ours.fund_officer.user_name}, {ours.fund_officer.organisation_name}, a déjà supprimé «" in text_of(
            answer
        )
        assert client_of(ours.members.president).post(address, sent).status_code == 404, "the mark is another person's"
        assert coordinator.post(address).status_code == 404, "no page of hers had the button"


def test_a_button_pressed_twice_says_that_one_did_it_oneself(coordinator, written):
    address = url("indicator_delete", written["levels"])
    sent = button(coordinator, url("indicator_edit", written["levels"]), "indicator_delete", written["levels"])
    coordinator.post(address, sent)
    assert "Vous avez déjà supprimé «" in text_of(coordinator.post(address, sent, follow=True))


def test_a_line_of_an_absurd_number_is_no_line(ours, coordinator, written):
    page = url("indicator_edit", written["levels"])
    sent = sent_from(coordinator.get(page), "form") | {f"levels-{'9' * 5000}-amount": ["12"]}
    actions.delete_indicator(actor=ours.fund_officer, indicator=written["levels"])
    answer = coordinator.post(page, urlencode(sent, doseq=True), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 410
