"""The pages: two tenants, refusals beside their field, nothing typed is lost, the same queries for 2 and 20."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators import actions
from indicators.enums import Settlement, ValueStatus
from indicators.models import Indicator, IndicatorValue, MissionAction, Programme
from tests.indicators.conftest import ACCESS, LEVELS, PDF, YEAR, draft_programme
from tests.utils.reading import plain, sent_from

pytestmark = pytest.mark.django_db


def url(name: str, row, *more) -> str:
    return reverse(f"indicators:{name}", args=[row.pk, *more])


def text_of(response) -> str:
    return plain(response.content.decode())


@pytest.fixture
def coordinator(ours, client_of):
    return client_of(ours.members.coordinator)


@pytest.fixture
def fund(ours, client_of):
    return client_of(ours.members.fund_officer)


@pytest.fixture
def entered(ours, running) -> IndicatorValue:
    files = [("extraction.pdf", PDF)]
    return actions.enter_value(
        actor=ours.fund_officer, indicator=running["levels"], number=Decimal(62), files=files, **YEAR
    )


LEVELS_POST = {
    "label": "Patients orientés",
    "unit": "patients",
    "nature": "OUTCOME",
    "owner": "CPTS",
    "usage": "RESULT",
    "maximum_amount": "1 000,00",
    "scale": "LEVELS",
    "direction": "UP",
    "levels-TOTAL_FORMS": "2",
    "levels-INITIAL_FORMS": "0",
    "levels-0-threshold": "10",
    "levels-0-amount": "400",
    "levels-1-threshold": "20",
    "levels-1-amount": "1 000 €",
}


# Scope --------------------------------------------------------------------------------------------------------


OUTSIDERS = [
    ("theirs", "coordinator"),
    ("theirs", "ars_officer"),
    ("theirs", "fund_officer"),
    ("neighbours", "coordinator"),  # same ARS and fund: theirs are ours
]


@pytest.mark.parametrize(("who", "role"), OUTSIDERS)
def test_another_tenant_finds_none_of_the_pages(request, client_of, running, entered, who, role):
    client = client_of(getattr(request.getfixturevalue(who).members, role))
    pages = [
        url("programme_detail", running["programme"]),
        url("programme_edit", running["programme"]),
        url("action_create", running["mission"]),
        url("action_edit", running["action"]),
        url("indicator_create", running["mission"]),
        url("indicator_edit", running["levels"]),
        url("value_enter", running["levels"]),
        url("indicator_settle", running["levels"]),
        url("value_confirm", entered),
        url("value_contest", entered),
        url("evidence_add", entered),
        url("deliverable_deposit", running["action"].deliverables.first()),
    ]
    assert {client.get(page).status_code for page in pages} == {404}
    posts = [url("action_delete", running["action"]), url("indicator_delete", running["levels"])]
    assert {client.post(page).status_code for page in [*pages[2:], *posts]} == {404}


def test_who_only_reads_reads_and_nothing_more(ours, client_of, running, entered):
    for member in (ours.members.reader, ours.members.observer):
        client = client_of(member)
        assert client.get(url("programme_detail", running["programme"])).status_code == 200
        refused = [
            url("programme_edit", running["programme"]),
            url("action_create", running["mission"]),
            url("indicator_edit", running["levels"]),
            url("value_enter", running["levels"]),
            url("value_confirm", entered),
            url("value_contest", entered),
            url("evidence_add", entered),
            url("indicator_settle", running["levels"]),
        ]
        assert {client.get(page).status_code for page in refused} == {403}
        assert client.post(url("action_delete", running["action"])).status_code == 403


def test_a_reader_sees_no_button(ours, client_of, running, entered):
    page = text_of(client_of(ours.members.reader).get(url("programme_detail", running["programme"])))
    assert "62 patients" in page
    assert "btn-small" not in page


# Writing ------------------------------------------------------------------------------------------------------


def test_a_mission_without_any_line_says_so_rather_than_show_an_empty_card(coordinator, client_of, theirs, draft):
    for mission in draft.missions.all():
        mission.indicators.all().delete()
        mission.actions.all().delete()
    assert "Rien n’est encore écrit pour cette mission." in text_of(coordinator.get(url("programme_detail", draft)))
    assert client_of(theirs.members.coordinator).get(url("programme_detail", draft)).status_code == 404


def test_the_editor_keeps_what_is_left_in_sight(coordinator, draft):
    page = text_of(coordinator.get(url("programme_edit", draft)))
    assert "Reste à répartir : 10 000,00 €" in page
    assert "Indicateur national A1" in page
    crisis = text_of(coordinator.get(url("programme_edit", draft) + "?mission=HEALTH_CRISIS"))
    assert "suivie par ses livrables" in crisis
    assert coordinator.get(url("programme_edit", draft) + "?mission=QUALITY").status_code == 404


AT_STAKE = "Si une partie a déjà donné son accord, un changement le retire : elle devra le donner de nouveau."


def test_a_shared_programme_says_what_a_change_does_to_the_agreements_given(coordinator, written):
    mission, programme = written["mission"], written["programme"]
    pages = [url("programme_edit", programme), url("action_create", mission), url("indicator_create", mission)]
    assert all(AT_STAKE in text_of(coordinator.get(page)) for page in pages)
    Programme.objects.update(shared_at=None)  # its CPTS alone reads it: nobody can have agreed
    assert not any(AT_STAKE in text_of(coordinator.get(page)) for page in pages)


def test_an_agreed_programme_speaks_of_no_agreement_to_lose(coordinator, running):
    assert AT_STAKE not in text_of(coordinator.get(url("programme_edit", running["programme"])))


def test_an_action_is_added_with_its_deliverables_then_deleted(coordinator, draft):
    mission = draft.missions.get(mission=ACCESS)
    response = coordinator.post(
        url("action_create", mission), {"title": "Orienter les patients", "deliverables": "Registre\n\nBilan\nRegistre"}
    )
    assert response.url == f"{url('programme_edit', draft)}?mission={ACCESS}"
    action = mission.actions.get()
    assert [item.label for item in action.deliverables.all()] == ["Registre", "Bilan"]
    coordinator.post(url("action_delete", action))
    assert not mission.actions.exists()


def test_r13c_an_indicator_in_levels_is_typed_line_by_line(coordinator, draft):
    mission = draft.missions.get(mission=ACCESS)
    response = coordinator.post(url("indicator_create", mission), LEVELS_POST)
    assert response.status_code == 302
    saved = mission.indicators.get(label="Patients orientés")
    assert [(level.threshold, level.amount) for level in saved.levels.all()] == [(10, 400), (20, 1000)]
    page = text_of(coordinator.get(url("indicator_edit", saved)))
    assert "Ce que rapporte chaque valeur" in page
    assert 'value="20"' in page


def test_the_errors_of_an_indicator_and_of_its_levels_are_told_once_together(coordinator, draft):
    wrong = LEVELS_POST | {"maximum_amount": "1e3", "levels-0-threshold": "dix"}
    page = coordinator.post(url("indicator_create", draft.missions.get(mission=ACCESS)), wrong)
    assert page.content.decode().count('class="form-errors"') == 1 and "2 erreurs" in text_of(page)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"levels-1-threshold": "5"}, "du plus facile au plus difficile"),
        ({"levels-1-amount": "900"}, "Le dernier palier doit valoir le montant maximal"),
        ({"levels-1-amount": ""}, '<a href="#id_levels-1-amount">Montant du palier 2</a> : Un palier a un seuil'),
        ({"maximum_amount": "mille"}, "Écrivez un montant en euros"),
        ({"maximum_amount": ""}, "porte un montant supérieur à zéro"),
        ({"scale": ""}, "Indiquez comment la valeur donne droit au montant."),
        ({"scale": "LINEAR", "baseline": "5", "target": "5"}, "différente de la valeur de référence"),
        ({"label": ""}, "Ce champ est obligatoire."),
    ],
)
def test_r13d_a_refusal_is_beside_its_field_and_nothing_typed_is_lost(coordinator, draft, change, sentence):
    mission = draft.missions.get(mission=ACCESS)
    response = coordinator.post(
        url("indicator_create", mission), {**LEVELS_POST, "calculation": "Registre tenu", **change}
    )
    page = text_of(response)
    assert response.status_code == 200
    assert sentence in page
    assert "Registre tenu" in page
    assert 'value="400"' in page
    assert not mission.indicators.filter(national_code="").exists()


def test_r14_the_page_of_a_national_indicator_locks_its_words(coordinator, draft):
    national = draft.missions.get(mission=ACCESS).indicators.get(national_code="A2")
    page = text_of(coordinator.get(url("indicator_edit", national)))
    assert "il ne se retire pas" in page and '<th scope="row">Palier 1</th>' in page
    assert url("indicator_delete", national) not in page
    coordinator.post(url("indicator_delete", national))
    assert Indicator.objects.filter(pk=national.pk).exists()


def test_a_stale_form_says_so_shows_both_texts_then_obeys(coordinator, ours, written):
    action, page = written["action"], url("action_edit", written["action"])
    version = str(action.lock_version)
    actions.save_action(
        actor=ours.fund_officer, programme_mission=written["mission"], mission_action=action, title="Titre de la caisse"
    )
    mine = {"title": "Mon titre", "lead": "", "deliverables": "", "version": version}
    response = coordinator.post(page, mine)
    assert response.status_code == 200
    assert "Titre de la caisse" in text_of(response)
    assert "Mon titre" in text_of(response)
    assert MissionAction.objects.get(pk=action.pk).title == "Titre de la caisse"
    again = coordinator.post(page, {**mine, "version": response.context["form"]["version"].value()})
    assert again.status_code == 302
    assert MissionAction.objects.get(pk=action.pk).title == "Mon titre"


def test_levels_changed_meanwhile_are_shown_beside_ours(coordinator, written):
    indicator, page = written["levels"], url("indicator_edit", written["levels"])
    sent = sent_from(coordinator.get(page), "form") | {"levels-0-threshold": "150"}
    level = indicator.levels.first()
    indicator.levels.filter(pk=level.pk).update(threshold=180)
    Indicator.objects.filter(pk=indicator.pk).update(lock_version=indicator.lock_version + 1)
    told = [line for line in coordinator.post(page, sent).context["form"].differences if line.label == "Paliers"]
    assert len(told) == 1 and told[0].theirs.startswith("180") and told[0].yours.startswith("150")


def test_what_was_typed_while_the_mission_was_agreed_stays_in_its_form(coordinator, running):
    action = running["levels"].action
    sent = {"title": "Un titre écrit trop tard", "lead": "", "deliverables": "", "version": str(action.lock_version)}
    answer = coordinator.post(url("action_edit", action), sent)
    assert answer.status_code == 200
    assert "Un titre écrit trop tard" in text_of(answer) and "son contenu ne change plus" in text_of(answer)
    assert not MissionAction.objects.filter(title="Un titre écrit trop tard").exists()


def test_an_agreed_programme_sends_back_to_its_page_with_the_reason(coordinator, running):
    response = coordinator.get(url("indicator_edit", running["levels"]), follow=True)
    assert response.redirect_chain[-1][0] == url("programme_detail", running["programme"])
    assert "son contenu ne change plus" in text_of(response)


def test_last_year_is_taken_up_in_one_gesture(coordinator, ours, written):
    target = draft_programme(ours, year=2)
    assert "Reprendre l’année précédente" in text_of(coordinator.get(url("programme_edit", target)))
    coordinator.post(url("programme_copy", target, written["programme"].pk))
    assert target.missions.get(mission=ACCESS).indicators.filter(national_code="").count() == 2


# Values -------------------------------------------------------------------------------------------------------

VALUE_POST = {
    "number": "62",
    "period_start": "2026-04-15",
    "period_end": "14/04/2027",
    "source": "Extraction",
    "version": "0",
}


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF + name.encode(), content_type="application/pdf")


def test_r15_a_value_is_entered_with_several_files_then_confirmed_by_another_side(coordinator, fund, running):
    response = fund.post(url("value_enter", running["levels"]), {**VALUE_POST, "files": [pdf("a.pdf"), pdf("b.pdf")]})
    assert response.status_code == 302
    value = IndicatorValue.objects.get(indicator=running["levels"])
    assert value.evidence.count() == 2
    page = text_of(coordinator.get(url("programme_detail", running["programme"])))
    assert "À vous" in page
    assert reverse("documents:file_download", args=[value.evidence.first().file.pk]) in page
    version = str(value.lock_version)
    assert coordinator.post(url("value_confirm", value), {"version": version}).status_code == 302
    value.refresh_from_db()
    assert value.status == ValueStatus.CONFIRMED


def test_r15_a_result_without_evidence_is_not_confirmed_and_the_page_says_why(coordinator, fund, running):
    fund.post(url("value_enter", running["levels"]), VALUE_POST)
    value = IndicatorValue.objects.get(indicator=running["levels"])
    response = coordinator.post(url("value_confirm", value), {"version": "1"})
    assert "au moins une pièce justificative" in text_of(response)
    fund.post(url("evidence_add", value), {"files": [pdf("a.pdf")]})
    assert coordinator.post(url("value_confirm", value), {"version": "1"}).status_code == 302


def test_r15_the_same_file_is_not_joined_twice_whatever_its_name(fund, running, entered):
    """Neither by the page of the evidence, nor with a value entered again, nor twice at once."""
    page = url("evidence_add", entered)
    again = SimpleUploadedFile("copie.pdf", PDF)
    refused = fund.post(page, {"files": [pdf("registre.pdf"), again]})
    assert refused.status_code == 200
    assert "« copie.pdf » est déjà joint à cette valeur sous le nom « extraction.pdf »." in text_of(refused)
    assert "files" in refused.context["form"].errors
    twice = fund.post(page, {"files": [pdf("registre.pdf"), pdf("registre.pdf")]})
    assert "« registre.pdf » est déjà joint à cette valeur." in text_of(twice)
    version = {"version": str(entered.lock_version)}
    with_value = fund.post(
        url("value_enter", running["levels"]), VALUE_POST | version | {"files": [SimpleUploadedFile("b.pdf", PDF)]}
    )
    assert "« b.pdf » est déjà joint" in text_of(with_value)
    assert entered.evidence.get().file.name == "extraction.pdf"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": "3"}, "permettrait d’en reconnaître"),
        ({"number": "1e3"}, "Écrivez un nombre en chiffres"),
        ({"period_end": "2026-04-14"}, "La fin de la période précède son début."),
        ({"period_end": "31/02/2027"}, "Écrivez une date qui existe"),
        ({"files": SimpleUploadedFile("a.pdf", b"MZ")}, "n’est pas du PDF"),
    ],
)
def test_r15_a_refused_value_keeps_what_was_typed(fund, running, change, sentence):
    response = fund.post(url("value_enter", running["levels"]), {**VALUE_POST, "source": "Mon extraction", **change})
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert "Mon extraction" in text_of(response)
    assert not IndicatorValue.objects.exists()


def test_r15_a_value_tells_all_its_refusals_at_once(fund, running):
    sent = VALUE_POST | {"number": "3", "period_end": "2026-04-14", "source": ""}
    errors = fund.post(url("value_enter", running["levels"]), sent).context["form"].errors
    assert set(errors) == {"number", "period_end", "source"}


def test_r13e_a_decision_tells_all_its_refusals_at_once(ours, client_of, running):
    client, page = client_of(ours.members.president), url("indicator_settle", running["achieved"])
    for amount in ("", "beaucoup"):
        sent = {"settlement": "RETAINED", "retained_amount": amount, "reason": "", "version": "1"}
        assert set(client.post(page, sent).context["form"].errors) - {"__all__"} == {"retained_amount", "reason"}


def test_r13_an_indicator_tells_all_its_refusals_at_once(coordinator, written):
    sent = LEVELS_POST | {"label": "", "maximum_amount": "", "scale": "", "baseline": "beaucoup", "levels-0-amount": ""}
    form = coordinator.post(url("indicator_create", written["mission"]), sent).context["form"]
    assert set(form.errors) == {"label", "maximum_amount", "scale", "baseline"}
    assert "amount" in form.levels.forms[0].errors


def test_r15_contesting_needs_a_reason_and_shows_it(coordinator, running, entered):
    page = url("value_contest", entered)
    assert "Ce champ est obligatoire." in text_of(coordinator.post(page, {"reason": " ", "version": "1"}))
    assert coordinator.post(page, {"reason": "Doublons.", "version": "1"}).status_code == 302
    assert "Doublons." in text_of(coordinator.get(url("programme_detail", running["programme"])))


def test_r15_a_value_changed_meanwhile_is_read_again_before_it_is_confirmed(coordinator, ours, running, entered):
    actions.enter_value(actor=ours.fund_officer, indicator=running["levels"], number=Decimal(48), **YEAR)
    response = coordinator.post(url("value_confirm", entered), {"version": "1"})
    assert response.status_code == 200
    assert "48 patients" in text_of(response)
    entered.refresh_from_db()
    assert entered.status == ValueStatus.ENTERED


def test_r15_the_owner_neither_confirms_nor_another_side_enters(fund, coordinator, running, entered):
    assert fund.get(url("value_confirm", entered)).status_code == 403
    assert fund.post(url("value_contest", entered), {"reason": "non"}).status_code == 403
    assert coordinator.get(url("value_enter", running["levels"])).status_code == 403
    assert coordinator.post(url("evidence_add", entered), {"files": [pdf("a.pdf")]}).status_code == 403


def test_r13e_a_decision_is_recorded_with_its_reason_or_refused_beside_its_field(ours, client_of, running):
    client, page = client_of(ours.members.president), url("indicator_settle", running["achieved"])
    refused = client.post(
        page, {"settlement": "RETAINED", "retained_amount": "4 000,01", "reason": "Motif", "version": "1"}
    )
    assert "Le montant retenu dépasse le maximum" in text_of(refused)
    ok = client.post(page, {"settlement": "RETAINED", "retained_amount": "500", "reason": "Motif", "version": "1"})
    assert ok.status_code == 302
    running["achieved"].refresh_from_db()
    assert running["achieved"].settlement == Settlement.RETAINED
    assert "500,00 €" in text_of(client.get(url("programme_detail", running["programme"])))


def test_r14_the_plan_of_the_health_crisis_is_deposited_and_read_by_the_three(
    coordinator, fund, ours, client_of, running
):
    programme = running["programme"]
    actions.start_mission(
        actor=ours.president, programme=programme, mission="HEALTH_CRISIS", active_from=YEAR["period_start"]
    )
    deliverable = programme.missions.get(mission="HEALTH_CRISIS").actions.get().deliverables.get()
    page = url("deliverable_deposit", deliverable)
    assert fund.get(page).status_code == 403
    assert "Ce champ est obligatoire." in text_of(coordinator.post(page, {}))
    assert coordinator.post(page, {"files": pdf("plan.pdf")}).status_code == 302
    seen = text_of(fund.get(url("programme_detail", programme)))
    assert "plan.pdf" in seen
    assert "Déposé" in seen


# Queries ------------------------------------------------------------------------------------------------------


def queries(client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def test_the_pages_ask_as_much_for_two_indicators_as_for_twenty(ours, coordinator, running, entered):
    programme = running["programme"]
    pages = [
        url("programme_detail", programme),
        url("programme_edit", programme),
        url("value_confirm", entered),
    ]
    before = [queries(coordinator, page) for page in pages]
    actions.set_programme_missions(
        actor=ours.coordinator,
        programme=programme,
        missions=[(ACCESS, Decimal("118000.00")), ("HEALTH_CRISIS", Decimal(0))],
    )
    for number in range(18):
        saved = actions.save_indicator(
            actor=ours.coordinator,
            programme_mission=running["mission"],
            action=running["action"],
            label=f"Indicateur {number}",
            **LEVELS,
        )
    actions.agree_mission(actor=ours.president, programme=programme, mission=ACCESS)
    for saved in programme.missions.get(mission=ACCESS).indicators.filter(label__startswith="Indicateur"):
        actions.enter_value(
            actor=ours.fund_officer, indicator=saved, number=Decimal(70), files=[("a.pdf", PDF)], **YEAR
        )
    assert [queries(coordinator, page) for page in pages] == before
