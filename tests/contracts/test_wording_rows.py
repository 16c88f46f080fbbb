"""Two people write the same draft of a wording in the back office: no article covers another unseen."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from agreements.actions import load_agreements, load_national_indicators
from agreements.models import AgreementVersion
from contracts import actions
from contracts.models import Wording, WordingArticle
from core import journal
from core.enums import Role
from core.models import AuditEvent
from tests.utils.at_once import at_once
from tests.utils.factories import UserFactory, give_second_factor
from tests.utils.reading import plain, sent_from
from tests.utils.world import make_world

MINE, THEIRS = "Mon texte.", "Le texte de ma collègue."


@pytest.fixture
def draft(db) -> Wording:
    """A draft of three articles: Objet, Financement, Divers."""
    wording = Wording.objects.create(agreement_version=AgreementVersion.objects.get(code="aci-2021"), number=1)
    for position, title in enumerate(("Objet", "Financement", "Divers"), start=1):
        wording.articles.create(position=position, title=title, body=f"Première ligne.\nTexte de {title}.")
    return wording


def address_of(wording) -> str:
    return reverse("admin:contracts_wording_change", args=[wording.pk])


def read(browser, wording) -> dict:
    return sent_from(browser.get(address_of(wording)), "wording_form")


def bodies(wording) -> dict[str, str]:
    return {row.title: row.body for row in wording.articles.all()}


def differences(answer) -> list[tuple[str, str, str]]:
    (inline,) = answer.context["inline_admin_formsets"]
    return [(plain(line.label), line.theirs, line.yours) for line in inline.formset.differences]


def test_both_texts_of_an_article_changed_meanwhile_are_shown_then_written_knowingly(back_office, draft):
    sent = read(back_office, draft) | {"articles-1-body": MINE}
    draft.articles.filter(title="Financement").update(body=THEIRS)
    answer = back_office.post(address_of(draft), sent)
    assert differences(answer) == [("Article : Financement, Texte", THEIRS, MINE)]
    assert "Quelqu’un a enregistré pendant que vous écriviez" in answer.text
    assert bodies(draft)["Financement"] == THEIRS
    again = sent_from(answer, "wording_form")
    assert again["articles-1-body"] == [MINE]
    assert back_office.post(address_of(draft), again).status_code == 302
    assert bodies(draft)["Financement"] == MINE


def test_an_article_left_untouched_is_not_told_as_changed(back_office, draft):
    """A browser sends line ends of its own; some articles were stored with them."""
    draft.articles.filter(title="Divers").update(body="Première ligne.\r\nTexte de Divers.")
    sent = read(back_office, draft) | {"articles-1-body": MINE}
    assert "\r\n" in sent["articles-0-body"][0]
    assert back_office.post(address_of(draft), sent).status_code == 302
    event = AuditEvent.objects.filter(action="admin.change_lines").last()
    assert [line["row"] for line in event.after["lines"]] == [str(draft.articles.get(title="Financement"))]


def test_the_journal_tells_the_article_changed_before_and_after(back_office, draft):
    sent = read(back_office, draft) | {"articles-1-body": MINE}
    back_office.post(address_of(draft), sent)
    event = AuditEvent.objects.get(action="admin.change_lines")
    said = [
        plain(dict(journal.spoken_fields(event.object_type, kept))["Lignes"]) for kept in (event.before, event.after)
    ]
    assert "Financement (Texte : Première ligne.\nTexte de Financement.)" in said[0]
    assert f"Financement (Texte : {MINE})" in said[1]


def test_an_article_in_which_nothing_was_typed_takes_what_is_stored(back_office, draft):
    sent = read(back_office, draft) | {"articles-0-body": MINE}
    draft.articles.filter(title="Financement").update(body=THEIRS)
    answer = back_office.post(address_of(draft), sent)
    (told,) = differences(answer)
    assert told[:2] == ("Article : Financement, Texte", THEIRS)
    assert "elle prend ce qui est enregistré" in answer.text
    assert back_office.post(address_of(draft), sent_from(answer, "wording_form")).status_code == 302
    assert (bodies(draft)["Objet"], bodies(draft)["Financement"]) == (MINE, THEIRS)


def test_an_article_that_both_changed_alike_is_no_conflict(back_office, draft):
    sent = read(back_office, draft) | {"articles-1-body": MINE}
    draft.articles.filter(title="Financement").update(body=MINE)
    assert back_office.post(address_of(draft), sent).status_code == 302


def test_an_article_added_meanwhile_is_told_and_kept(back_office, draft):
    sent = read(back_office, draft) | {"articles-2-body": MINE}
    draft.articles.create(position=2, title="Durée", body=THEIRS)  # before the one being written
    answer = back_office.post(address_of(draft), sent)
    assert differences(answer) == [("Article : Durée", "", "")] and "Ligne ajoutée entre-temps" in answer.text
    assert back_office.post(address_of(draft), sent_from(answer, "wording_form")).status_code == 302
    assert (bodies(draft)["Durée"], bodies(draft)["Divers"]) == (THEIRS, MINE)


def test_an_article_deleted_meanwhile_does_not_come_back_by_itself(back_office, draft):
    sent = read(back_office, draft) | {"articles-2-body": MINE}
    draft.articles.filter(title="Objet").delete()
    answer = back_office.post(address_of(draft), sent)
    assert differences(answer) == [("Article : Objet", "", "")] and "elle ne revient pas" in answer.text
    assert back_office.post(address_of(draft), sent_from(answer, "wording_form")).status_code == 302
    assert set(bodies(draft)) == {"Financement", "Divers"} and bodies(draft)["Divers"] == MINE


def test_what_was_typed_in_an_article_deleted_meanwhile_is_kept_as_a_new_one(back_office, draft):
    added = {"articles-TOTAL_FORMS": "4", "articles-3-position": "4", "articles-3-title": "Litiges"}
    sent = read(back_office, draft) | {"articles-0-body": MINE} | added | {"articles-3-body": "Un texte."}
    draft.articles.filter(title="Objet").delete()
    answer = back_office.post(address_of(draft), sent)
    assert "Votre saisie est gardée comme une nouvelle ligne" in answer.text and MINE in answer.text
    assert set(bodies(draft)) == {"Financement", "Divers"}
    assert back_office.post(address_of(draft), sent_from(answer, "wording_form")).status_code == 302
    assert set(bodies(draft)) == {"Objet", "Financement", "Divers", "Litiges"}
    assert (bodies(draft)["Objet"], bodies(draft)["Litiges"]) == (MINE, "Un texte.")


def test_an_article_changed_meanwhile_is_not_deleted_unread(back_office, draft):
    sent = read(back_office, draft) | {"articles-1-DELETE": "on"}
    draft.articles.filter(title="Financement").update(body=THEIRS)
    answer = back_office.post(address_of(draft), sent)
    assert "(à supprimer)" in answer.text and "Financement" in bodies(draft)
    assert back_office.post(address_of(draft), sent_from(answer, "wording_form")).status_code == 302
    assert set(bodies(draft)) == {"Objet", "Divers"}


def test_what_was_typed_while_someone_adopted_the_draft_is_not_lost(back_office, draft, world):
    draft.articles.filter(title="Divers").update(followed_by=WordingArticle.Follow.LOCAL)
    draft.articles.filter(title="Financement").update(followed_by=WordingArticle.Follow.FINANCING)
    sent = read(back_office, draft) | {"articles-0-body": MINE}
    actions.adopt_wording(actor=world.administrator.as_actor(), wording=draft)
    before = bodies(draft)
    answer = back_office.post(address_of(draft), sent)
    assert "a été adoptée pendant que vous écriviez" in answer.text and MINE in answer.text
    assert bodies(draft) == before


def test_a_member_changed_meanwhile_is_told_and_one_s_own_change_of_the_organisation_stays(back_office, world):
    cpts, treasurer = world.west.cpts, world.west.treasurer
    address = reverse("admin:accounts_organisation_change", args=[cpts.pk])
    sent = sent_from(back_office.get(address), "organisation_form") | {"name": ["CPTS du Lac"]}
    treasurer.role = Role.READER
    treasurer.save()
    answer = back_office.post(address, sent)
    (told,) = differences(answer)
    assert "trésorerie" not in told[0] and told[0].endswith(", Rôle") and told[1:] == ("lecture", "trésorerie")
    assert back_office.post(address, sent_from(answer, "organisation_form")).status_code == 302
    treasurer.refresh_from_db()
    cpts.refresh_from_db()
    assert (treasurer.role, cpts.name) == (Role.READER, "CPTS du Lac")


def test_what_changed_since_the_confirmation_is_shown_again_before_it_is_deleted(back_office, draft):
    address = reverse("admin:contracts_wording_delete", args=[draft.pk])
    confirmation = back_office.get(address, follow=True)
    (shown_at, _status), *_ = confirmation.redirect_chain
    draft.articles.create(position=4, title="Litiges", body=THEIRS)
    answer = back_office.post(shown_at, {"post": "yes"}, follow=True)
    assert Wording.objects.filter(pk=draft.pk).exists()
    assert "Quelqu’un a modifié entre-temps" in answer.text and "Litiges" in answer.text
    back_office.post(answer.redirect_chain[0][0], {"post": "yes"})
    assert not Wording.objects.filter(pk=draft.pk).exists()


def browser_of_another_administrator() -> Client:
    person, browser = UserFactory(is_staff=True, is_superuser=True), Client()
    give_second_factor(person)
    browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_instant_the_second_is_shown_both_texts():
    """On PostgreSQL, each in a session of its own: the comparison is made under lock."""
    load_agreements()
    load_national_indicators()
    cpts = make_world().west.cpts
    address = reverse("admin:accounts_organisation_change", args=[cpts.pk])
    answers = []

    def act(browser, **typed):
        sent = sent_from(browser.get(address), "organisation_form") | typed
        return lambda: answers.append(browser.post(address, sent))

    cpts.memberships.exclude(role=Role.TREASURER).delete()
    changes = [("address", "1 rue Neuve", "2 rue Neuve"), ("memberships-0-role", Role.READER, Role.COORDINATOR)]
    for field, *texts in changes:
        answers.clear()
        assert at_once(*[act(browser_of_another_administrator(), **{field: text}) for text in texts]) == []
        assert sorted(answer.status_code for answer in answers) == [200, 302], field
