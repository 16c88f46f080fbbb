"""A row deleted while a person wrote about it: she is told so, reads what she typed, and may add it again."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import DomainError
from indicators import actions, views
from indicators.models import Indicator, MissionAction
from tests.indicators.conftest import ACCESS, CRISIS, PDF
from tests.indicators.test_views import LEVELS_POST, text_of, url
from tests.utils.reading import sent_from

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
