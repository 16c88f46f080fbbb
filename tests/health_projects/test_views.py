"""The pages, for two tenants: who opens them, what they say, what is never lost."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.enums import Role
from health_projects import actions
from health_projects.enums import ProjectStatus, SectionKey
from health_projects.models import HealthProject
from tests.health_projects.conftest import ENOUGH, actor_in, make_cpts
from tests.utils.reading import plain

READ = ["project_detail", "project_compare"]
WRITE = {
    "project_section": ["GOVERNANCE"],
    "project_territory": [],
    "project_missions": [],
    "project_rename": [],
    "project_population": [],
}
POSTS = {
    "project_comment": ["GOVERNANCE"],
    "territory_add": [],
    "territory_paste": [],
    "territory_remove": [],
    "territory_clear": [],
    "population_remove": [],
    "project_submit": [],
    "project_approve": [],
    "project_resume": [],
    "project_new_version": [],
}
REVIEW = ["project_send_back", "project_oppose"]
HTMX = {"HX-Request": "true"}


def url(name: str, project: HealthProject, *args) -> str:
    return reverse(f"health_projects:{name}", args=[project.pk, *args])


def text_of(response) -> str:
    return plain(response.content.decode())


# Who opens what


@pytest.mark.parametrize("who", ["coordinator", "reader", "ars_officer", "fund_officer"])
def test_a_stranger_finds_nothing(theirs, submitted, signed_in, who):
    client = signed_in(getattr(theirs, who))
    for name in READ:
        assert client.get(url(name, submitted)).status_code == 404
    for name, args in {**WRITE, **dict.fromkeys(REVIEW, ())}.items():
        assert client.get(url(name, submitted, *args)).status_code == 404
    for name, args in POSTS.items():
        assert client.post(url(name, submitted, *args)).status_code == 404
    assert client.get(url("overlap_accept", submitted, submitted.pk)).status_code == 404


def test_the_authorities_find_nothing_before_the_first_submission(ours, ready, signed_in):
    for actor in (ours.ars_officer, ours.fund_officer, ours.observer):
        assert signed_in(actor).get(url("project_detail", ready)).status_code == 404


@pytest.mark.parametrize("who", ["reader", "ars_officer", "ars_reader", "fund_officer", "observer"])
def test_those_who_only_read_are_refused_the_writing(ours, submitted, signed_in, who):
    client = signed_in(getattr(ours, who))
    assert client.get(url("project_detail", submitted)).status_code == 200
    for name, args in WRITE.items():
        assert client.get(url(name, submitted, *args)).status_code == 403
    for name in ("territory_add", "territory_paste", "territory_remove", "territory_clear", "project_submit"):
        assert client.post(url(name, submitted)).status_code == 403


@pytest.mark.parametrize("who", ["coordinator", "ars_reader", "fund_officer", "observer"])
def test_only_the_ars_decides(ours, submitted, signed_in, who):
    client = signed_in(getattr(ours, who))
    for name in REVIEW:
        assert client.get(url(name, submitted)).status_code == 403
        assert client.post(url(name, submitted), {"reason": "x", "ground": "TERRITORY"}).status_code == 403
    assert client.post(url("project_approve", submitted)).status_code == 403
    submitted.refresh_from_db()
    assert submitted.status == ProjectStatus.SUBMITTED


def test_an_anonymous_person_is_sent_to_sign_in(submitted, client):
    response = client.get(url("project_detail", submitted))
    assert response.status_code == 302
    assert response.url.startswith("/compte/")


def test_a_get_does_not_write(ours, submitted, signed_in):
    client = signed_in(ours.ars_officer)
    for name in ("project_approve", "project_submit", "territory_add", "project_new_version"):
        assert client.get(url(name, submitted)).status_code == 405


# The path, as people walk it


def test_a_coordinator_writes_and_sends_her_project(ours, signed_in):
    client = signed_in(ours.coordinator)
    assert "Rédiger le projet de santé" in text_of(client.get(reverse("health_projects:project_list")))
    client.post(reverse("health_projects:project_create"), {"title": "Projet de santé"})
    project = HealthProject.objects.get()
    assert "Choisissez les communes du territoire." in text_of(client.get(url("project_detail", project)))
    client.post(url("territory_paste", project), {"codes": "\n".join(ENOUGH)})
    client.post(url("project_missions", project), {"core": ["PREVENTION"], "version": project.lock_version})
    for key in SectionKey:
        client.post(url("project_section", project, key), {"text": f"Texte {key}.", "version": "0"})
    assert "vous pouvez l’envoyer à l’ARS" in text_of(client.get(url("project_detail", project)))
    response = client.post(url("project_submit", project), follow=True)
    assert "réponse attendue le 16 mai 2026 au plus tard" in text_of(response)
    assert "37 500 habitants" in text_of(response)


def test_an_incomplete_project_stays_and_says_what_is_missing(ours, draft, signed_in):
    response = signed_in(ours.coordinator).post(url("project_submit", draft), follow=True)
    assert "Choisissez au moins une mission." in text_of(response)


def test_what_is_missing_leads_to_where_it_is_written(ours, draft, signed_in):
    page = signed_in(ours.coordinator).get(url("project_detail", draft))
    section = url("project_section", draft, "GOVERNANCE")
    pages = {lack.part: lack.url for lack in page.context["missing"]}
    assert pages["territory"] == url("project_territory", draft) and pages["missions"] == url("project_missions", draft)
    assert pages["GOVERNANCE"] == section
    link = f'<a href="{section}">Rédigez la section'
    assert link in page.text
    assert link not in signed_in(ours.reader).get(url("project_detail", draft)).text


def test_the_ars_sends_back_with_a_reason_that_the_cpts_reads(ours, submitted, signed_in):
    client = signed_in(ours.ars_officer)
    assert "Votre décision" in text_of(client.get(url("project_detail", submitted)))
    refused = client.post(url("project_send_back", submitted), {"reason": ""})
    assert (refused.status_code, "form-errors" in text_of(refused)) == (200, True)
    client.post(url("project_send_back", submitted), {"reason": "Précisez la gouvernance."})
    client = signed_in(ours.coordinator)
    page = text_of(client.get(url("project_detail", submitted)))
    assert "Précisez la gouvernance." in page
    assert "Reprendre la rédaction" in page
    client.post(url("project_resume", submitted))
    assert client.get(url("project_section", submitted, "GOVERNANCE")).status_code == 200


def test_the_ars_opposes_with_a_ground(ours, submitted, signed_in):
    client = signed_in(ours.ars_officer)
    client.post(url("project_oppose", submitted), {"ground": "TERRITORY", "reason": "Trop étroit."})
    page = text_of(signed_in(ours.coordinator).get(url("project_detail", submitted)))
    assert "Opposition de l’ARS le 16 mars 2026 : pertinence du territoire." in page
    assert "Trop étroit." in page
    assert "Rédiger une nouvelle version" in page


def test_r5_a_tacit_approval_is_said_on_the_page(ours, submitted, signed_in, on_day):
    on_day(date(2026, 5, 17))
    actions.approve_tacitly(project=submitted)
    page = text_of(signed_in(ours.coordinator).get(url("project_detail", submitted)))
    assert "Approbation tacite, acquise le 17 mai 2026" in page


def test_r5_a_late_decision_is_refused_on_the_page(ours, submitted, signed_in, on_day):
    on_day(date(2026, 5, 17))
    response = signed_in(ours.ars_officer).post(url("project_approve", submitted), follow=True)
    assert "le projet est approuvé tacitement" in text_of(response)
    submitted.refresh_from_db()
    assert submitted.status == ProjectStatus.SUBMITTED


def test_a_submitted_project_leads_back_from_its_editing_pages(ours, submitted, signed_in):
    client = signed_in(ours.coordinator)
    for name, args in WRITE.items():
        response = client.get(url(name, submitted, *args), follow=True)
        assert response.redirect_chain[-1][0] == url("project_detail", submitted)
        assert "il ne se modifie pas" in text_of(response)


# Nothing typed is lost


def test_a_stale_section_shows_both_texts_then_overwrites_knowingly(ours, draft, signed_in):
    page = url("project_section", draft, "GOVERNANCE")
    signed_in(ours.president).post(page, {"text": "Texte de la présidente.", "version": "0"})
    client = signed_in(ours.coordinator)
    response = client.post(page, {"text": "Texte de la coordinatrice.", "version": "0"})
    shown = text_of(response)
    assert response.status_code == 200
    assert "Texte de la présidente." in shown
    assert shown.count("Texte de la coordinatrice.") == 2  # in the comparison, and still in the field
    assert draft.sections.get().text == "Texte de la présidente."
    # An autosave that goes on is refused too; the button carries the new version.
    again = client.post(page, {"text": "Texte de la coordinatrice, suite.", "version": "0"}, headers=HTMX)
    assert "Enregistrer ma version" in text_of(again)
    assert draft.sections.get().text == "Texte de la présidente."
    client.post(page, {"text": "Texte de la coordinatrice.", "version": ["0", "1"]})
    assert draft.sections.get().text == "Texte de la coordinatrice."


def test_autosave_answers_the_state_of_the_save_only(ours, draft, signed_in):
    page = url("project_section", draft, "GOVERNANCE")
    response = signed_in(ours.coordinator).post(page, {"text": "Un.", "version": "0"}, headers=HTMX)
    shown = text_of(response)
    assert "Enregistré à 10:00" in shown
    assert 'name="version" value="1"' in shown
    assert "<html" not in shown


def test_a_text_written_too_late_stays_in_the_page(ours, submitted, signed_in):
    page = url("project_section", submitted, "GOVERNANCE")
    response = signed_in(ours.coordinator).post(page, {"text": "Écrit trop tard.", "version": "1"})
    assert "il ne se modifie pas" in text_of(response)
    assert "Écrit trop tard." in text_of(response)


def test_missions_chosen_meanwhile_are_shown_beside_ours(ours, draft, signed_in):
    client = signed_in(ours.coordinator)
    actions.set_missions(actor=ours.president, project=draft, missions=["QUALITY"])
    response = client.post(url("project_missions", draft), {"core": ["PREVENTION"], "version": "1"})
    assert "Qualité et pertinence des soins" in text_of(response)
    assert "Quelqu’un a enregistré" in text_of(response)
    draft.refresh_from_db()
    assert draft.missions == ["QUALITY"]


# The territory picker


def test_the_picker_finds_communes_and_epcis_and_marks_those_chosen(ours, draft, signed_in):
    client = signed_in(ours.coordinator)
    actions.set_communes(actor=ours.coordinator, project=draft, codes=["69141"])
    page = text_of(client.get(url("project_territory", draft), {"q": "mornant"}))
    assert "Dans le territoire" in page
    assert "CC de la Vallée du Garon" in text_of(client.get(url("project_territory", draft), {"q": "garon"}))
    places = client.get(reverse("territories:place_search"), {"q": "69530", "chosen": "69141"})
    assert "Ajouter" in text_of(places)
    assert "Brignais" in text_of(places)


def test_a_commune_is_added_and_removed_and_the_search_stays(ours, draft, signed_in):
    client = signed_in(ours.coordinator)
    response = client.post(url("territory_add", draft), {"code": "69141", "q": "mornant"})
    assert response.url == url("project_territory", draft) + "?q=mornant"
    page = text_of(client.get(response.url))
    assert "21 000 habitants" in page
    assert "Taille 1" in page
    client.post(url("territory_remove", draft), {"code": "69141"})
    assert not draft.communes.exists()


def test_an_epci_is_added_whole(ours, draft, signed_in):
    client = signed_in(ours.coordinator)
    client.post(url("territory_add", draft), {"epci": "246900740"})
    assert set(draft.communes.values_list("code", flat=True)) == {"69027", "69043"}
    client.post(url("territory_clear", draft))
    assert not draft.communes.exists()


def test_each_code_that_is_not_one_is_named_and_kept(ours, draft, signed_in):
    response = signed_in(ours.coordinator).post(url("territory_paste", draft), {"codes": "69141; 6900X\n99999 bonjour"})
    page = text_of(response)
    assert "« 6900X » n’est pas un code Insee" in page
    assert "« bonjour » n’est pas un code Insee" in page
    assert "99999 : aucune commune ne porte ce code" in page
    assert "1 commune de votre liste est dans le territoire" in page
    assert "6900X\nbonjour\n99999</textarea>" in page
    assert list(draft.communes.values_list("code", flat=True)) == ["69141"]


def test_a_refused_list_stays_whole_in_its_field(ours, draft, signed_in):
    for codes in ("69123 69381 69141", "69123 69381 bonjour"):
        page = text_of(signed_in(ours.coordinator).post(url("territory_paste", draft), {"codes": codes}))
        assert f"{codes}</textarea>" in page
        assert "de votre liste" not in page
        assert ("Ce qui suit n’a pas été ajouté" in page) == ("bonjour" in codes)
        assert not draft.communes.exists()


def test_r1_the_picker_warns_below_20_000_and_names_overlaps(ours, draft, their_project, signed_in):
    client = signed_in(ours.coordinator)
    client.post(url("territory_add", draft), {"code": "69043"})
    page = text_of(client.get(url("project_territory", draft)))
    assert "inférieure à 20 000 habitants" in page
    assert "Commune partagée avec la CPTS du Canari : Chaponost." in page
    assert their_project.title not in page
    assert str(their_project.pk) not in page


def test_the_picker_answers_its_fragment_to_htmx(ours, draft, signed_in):
    page = text_of(signed_in(ours.coordinator).get(url("project_territory", draft), headers=HTMX))
    assert page.strip().startswith('<div id="picker">')
    assert 'id="messages"' in page


def test_r1_an_agreed_population_is_shown_with_its_source_and_reason(ours, ready, signed_in):
    client = signed_in(ours.coordinator)
    values = {"population": "41 000", "source": "Étude 2025", "reason": "Population d’été.", "version": "2"}
    refused = client.post(url("project_population", ready), values | {"source": "", "population": "douze"})
    assert "Écrivez un nombre entier en chiffres" in text_of(refused)
    client.post(url("project_population", ready), values | {"version": ready.lock_version})
    page = text_of(client.get(url("project_detail", ready)))
    for words in ("41 000 habitants", "Étude 2025", "Population d’été.", "37 500 habitants", "Taille 2"):
        assert words in page
    client.post(url("population_remove", ready))
    ready.refresh_from_db()
    assert ready.agreed_population is None


def test_r1_the_ars_accepts_an_overlap_from_the_page(ours, ready, their_project, signed_in):
    actions.add_communes(actor=ours.coordinator, project=ready, codes=["69043"])
    actions.submit_project(actor=ours.coordinator, project=ready)
    client = signed_in(ours.ars_officer)
    accept = url("overlap_accept", ready, their_project.pk)
    assert accept in text_of(client.get(url("project_detail", ready)))
    client.post(accept, {"reason": "Deux bassins de vie."})
    assert "Chevauchement accepté par Paul Fictif" in text_of(client.get(url("project_detail", ready)))
    assert signed_in(ours.coordinator).get(accept).status_code == 403


# Comparing, commenting


def test_two_submissions_are_compared_word_by_word(ours, submitted, signed_in):
    actions.send_back(actor=ours.ars_officer, project=submitted, reason="Précisez.")
    actions.resume(actor=ours.coordinator, project=submitted)
    actions.save_section(
        actor=ours.coordinator,
        project=submitted,
        key="GOVERNANCE",
        text="Texte neuf de la section Gouvernance.\n\nUn bureau.",
        version=1,
    )
    actions.add_communes(actor=ours.coordinator, project=submitted, codes=["69043"])
    draft_page = text_of(signed_in(ours.coordinator).get(url("project_compare", submitted)))
    assert "Brouillon en cours" in draft_page
    actions.submit_project(actor=ours.coordinator, project=submitted)
    page = text_of(signed_in(ours.ars_officer).get(url("project_compare", submitted)))
    assert "<ins>Chaponost</ins>" in page
    assert "<del>37 500</del> <ins>46 500</ins>" in page
    assert "neuf" in page
    assert "Sections inchangées : Diagnostic territorial" in page
    assert "Brouillon en cours" not in page
    decision = signed_in(ours.ars_officer).get(url("project_detail", submitted)).text
    assert f'href="{url("project_compare", submitted)}">voir ce qui a changé</a>' in decision


def test_a_first_version_has_nothing_to_be_compared_with(ours, submitted, signed_in):
    page = text_of(signed_in(ours.ars_officer).get(url("project_compare", submitted)))
    assert "Il faut deux envois" in page


def test_a_comment_is_added_under_its_section(ours, submitted, signed_in):
    client = signed_in(ours.fund_officer)
    response = client.post(url("project_comment", submitted, "GOVERNANCE"), {"text": "Qui préside ?"})
    assert response.url.endswith("#section-GOVERNANCE")
    page = text_of(client.get(url("project_detail", submitted)))
    assert "Qui préside ?" in page
    assert "Anne Fictif" in page
    assert client.post(url("project_comment", submitted, "NOPE"), {"text": "x"}).status_code == 404
    assert signed_in(ours.reader).post(url("project_comment", submitted, "GOVERNANCE")).status_code == 403


def test_what_people_write_is_shown_as_text(ours, draft, signed_in):
    actions.save_section(
        actor=ours.coordinator, project=draft, key="GOVERNANCE", text="<script>alert(1)</script>", version=0
    )
    page = text_of(signed_in(ours.coordinator).get(url("project_detail", draft)))
    assert "&lt;script&gt;alert(1)" in page


# The lists


def more_projects(ours, count: int) -> None:
    for number in range(count):
        cpts = make_cpts(f"autre-{number}", f"CPTS {number}", ours.ars, ours.fund)
        project = actions.create_project(actor=actor_in(cpts, Role.COORDINATOR, "camille"))
        HealthProject.objects.filter(pk=project.pk).update(
            status="APPROVED", decision="TACIT", decided_on="2026-03-01", first_submitted_at="2026-01-01T10:00Z"
        )


@pytest.mark.parametrize("who", ["ars_officer", "fund_officer", "observer"])
def test_the_list_of_an_authority_takes_the_same_queries_for_2_and_20_rows(ours, submitted, signed_in, who):
    client, page = signed_in(getattr(ours, who)), reverse("health_projects:project_list")
    more_projects(ours, 1)
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as two:
        assert "2 projets de santé" in text_of(client.get(page))
    for number in range(18):
        cpts = make_cpts(f"encore-{number}", f"CPTS encore {number}", ours.ars, ours.fund)
        HealthProject.objects.create(
            cpts=cpts,
            title="Projet",
            status="APPROVED",
            decision="EXPLICIT",
            decided_on="2026-03-01",
            first_submitted_at="2026-01-01T10:00Z",
        )
    with CaptureQueriesContext(connection) as twenty:
        assert "20 projets de santé" in text_of(client.get(page))
    assert len(two) == len(twenty)


def test_the_list_filters_and_exports(ours, submitted, signed_in):
    more_projects(ours, 2)
    client, page = signed_in(ours.ars_officer), reverse("health_projects:project_list")
    assert "1 projet de santé" in text_of(client.get(page, {"status": "SUBMITTED"}))
    assert "2 projets de santé" in text_of(client.get(page, {"decision": "TACIT"}))
    assert "1 projet de santé" in text_of(client.get(page, {"search": "trois rives"}))
    assert client.get(page, {"_export": "xlsx"}).status_code == 200


def test_a_cpts_finds_its_own_versions_only(ours, theirs, submitted, their_project, signed_in):
    page = text_of(signed_in(ours.coordinator).get(reverse("health_projects:project_list")))
    assert "1 version" in page
    assert "Canari" not in page


def test_a_list_without_filters_is_sent_none_to_update(ours, draft, signed_in):
    page, htmx = reverse("health_projects:project_list"), HTMX | {"HX-Target": "results"}
    assert "filter-sort" in signed_in(ours.ars_officer).get(page, headers=htmx).text
    assert "filter-sort" not in signed_in(ours.coordinator).get(page, headers=htmx).text


def test_the_list_of_a_cpts_leads_to_what_its_project_lacks(ours, draft, signed_in):
    page = signed_in(ours.coordinator).get(reverse("health_projects:project_list"))
    assert f'href="{url("project_detail", draft)}#missing-title"' in page.text
    assert 'id="missing-title"' in signed_in(ours.coordinator).get(url("project_detail", draft)).text


def test_a_draft_takes_another_title_and_a_title_that_is_too_long_is_kept_on_the_page(ours, draft, signed_in):
    client = signed_in(ours.coordinator)
    assert url("project_rename", draft) in text_of(client.get(url("project_detail", draft)))
    too_long = "x" * 201
    page = text_of(client.post(url("project_rename", draft), {"title": too_long, "version": draft.lock_version}))
    assert "200 caractères au plus : il y en a 201" in page and too_long in page
    page = client.post(url("project_rename", draft), {"title": "Un titre juste", "version": draft.lock_version})
    assert page.status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Un titre juste"


def test_a_title_changed_meanwhile_is_compared_before_it_is_overwritten(ours, draft, signed_in):
    read = draft.lock_version
    actions.rename_project(actor=ours.president, project=draft, title="Le titre de la présidente")
    page = text_of(
        signed_in(ours.coordinator).post(url("project_rename", draft), {"title": "Le mien", "version": read})
    )
    assert "Le titre de la présidente" in page and "Le mien" in page
    draft.refresh_from_db()
    assert draft.title == "Le titre de la présidente"


def test_a_project_that_was_sent_keeps_its_title(ours, submitted, signed_in):
    signed_in(ours.coordinator).post(url("project_rename", submitted), {"title": "Trop tard"})
    submitted.refresh_from_db()
    assert submitted.title != "Trop tard"
