"""The wording of a contract is data: written in the back office, adopted, validated; what was agreed keeps its own."""

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import AgreementVersion
from contracts import actions, clauses, payload, wordings
from contracts.admin import ArticleForm
from contracts.assemblers import contract_content, terms_of
from contracts.consents import current_consents
from contracts.enums import SigningOrder
from contracts.models import Wording, WordingArticle
from contracts.models.wordings import TO_VALIDATE
from core.errors import DomainError
from core.models import AuditEvent
from tests.utils import stories
from tests.utils.locks import locked_after_the_journal
from tests.utils.reading import sent_from

# The plain text


def test_the_portal_s_own_wording_names_only_what_a_contract_has():
    text = clauses.built_in()
    keys = [article.key for article in text.articles]
    assert len(keys) == len(set(keys)) and {"financing", "local"} <= set(keys)
    assert "Trame à valider" in text.status


@pytest.mark.parametrize("article", clauses.built_in().articles, ids=lambda article: article.key)
def test_an_article_read_back_from_its_plain_text_is_the_same(article):
    assert clauses.parse_body(clauses.body_of(article.blocks)) == article.blocks


def test_plain_text_has_titles_lists_paragraphs_and_conditions():
    body = "## Objet\n\nUn texte\nde deux lignes.\n\n- une ;\n- deux.\n\n[si crise] Un plan est écrit.\r\n\r\n"
    assert clauses.parse_body(body) == (
        clauses.Block(kind="title", lines=("Objet",)),
        clauses.Block(kind="text", lines=("Un texte", "de deux lignes.")),
        clauses.Block(kind="list", lines=("une ;", "deux.")),
        clauses.Block(kind="text", lines=("Un plan est écrit.",), when="crise"),
    )


def test_mentions_are_filled_and_blocks_without_their_condition_left_out():
    article = clauses.Article(key="", title="A", blocks=clauses.parse_body("Taille {taille}.\n\n[si crise] Un plan."))
    text = clauses.Text(version="x", status="", articles=(article,))
    (kept,) = clauses.filled(text, {"taille": "2"}, frozenset())
    assert kept.blocks == (clauses.Block(kind="text", lines=("Taille 2.",)),)
    (whole,) = clauses.filled(text, {"taille": "2"}, frozenset({"crise"}))
    assert len(whole.blocks) == 2


def test_french_punctuation_never_begins_a_line():
    assert clauses.typeset("« Un » : deux ; trois !") == "«\u00a0Un\u00a0»\u00a0: deux\u00a0; trois\u00a0!"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("La {taile} de la CPTS", "« {taile} » n’est pas une mention connue"),
        ("Une {} vide", "« {} » n’est pas une mention connue"),
        ("{taille.__class__}", "n’est pas une mention connue"),
        ("[si canicule] Un plan.", "« canicule » n’est pas une condition connue"),
    ],
)
def test_an_unknown_mention_or_condition_is_refused_with_the_known_ones(body, sentence):
    with pytest.raises(DomainError) as refused:
        clauses.parse_body(body)
    assert sentence in refused.value.message and (
        "{population}" in refused.value.message or "[si crise]" in refused.value.message
    )


# Local clauses


def edited(tenant, contract, text):
    return actions.update_contract(
        actor=tenant.coordinator.as_actor(),
        contract=contract,
        version=contract.lock_version,
        local_clauses=text,
        signing_order=SigningOrder.TOGETHER,
        member_count=contract.member_count,
        missions=[(row.mission, row.planned_start) for row in contract.missions.all()],
    )


@pytest.mark.django_db
def test_a_local_clause_takes_the_values_of_its_contract(world):
    contract = edited(world.west, stories.drafted_contract(world.west), "La {cpts} compte {communes}.")
    content = contract_content(contract)
    count = len(content["territory"]["communes"])
    assert content["local_clauses"] == f"La {world.west.cpts.name} compte {count} communes."


@pytest.mark.django_db
def test_an_unknown_mention_of_a_local_clause_is_said_beside_its_field_and_nothing_typed_is_lost(world, client_of):
    contract = stories.drafted_contract(world.west)
    typed = "La taille est {tailel}."
    plan = {f"start_{row.mission}": row.planned_start or "" for row in contract.missions.all()}
    data = {
        "version": contract.lock_version,
        "local_clauses": typed,
        "member_count": "12",
        "signing_order": "TOGETHER",
        **plan,
    }
    page = client_of(world.west.coordinator).post(reverse("contracts:contract_edit", args=[contract.pk]), data)
    assert page.status_code == 200 and typed in page.text
    assert "n’est pas une mention connue" in str(page.context["form"].errors["local_clauses"])
    contract.refresh_from_db()
    assert typed not in contract.local_clauses


# The back office


@pytest.fixture
def version(db) -> AgreementVersion:
    return AgreementVersion.objects.get(code="aci-2021")


def prepared(client, version) -> Wording:
    client.post(reverse("admin:contracts_wording_add"), {"agreement_version": version.pk})
    return Wording.objects.get(adopted_on__isnull=True)


def done(client, action, wording):
    address = reverse("admin:contracts_wording_changelist")
    return client.post(address, {"action": action, "_selected_action": [wording.pk]}, follow=True)


def article_of(client, wording, **values) -> dict:
    """Return what the page of a draft posts, its second article changed."""
    page = client.get(reverse("admin:contracts_wording_change", args=[wording.pk]))
    return sent_from(page, "wording_form") | {f"articles-1-{name}": value for name, value in values.items()}


def test_a_draft_begins_with_the_text_in_use_and_is_shown_before_anything_binds(back_office, version):
    wording = prepared(back_office, version)
    assert [row.title for row in wording.articles.all()] == [row.title for row in clauses.built_in().articles]
    page = back_office.get(reverse("admin:contracts_wording_change", args=[wording.pk]))
    assert "Article 1<sup>er</sup> – Objet du contrat" in page.text and "[population du territoire]" in page.text
    assert wordings.current_version(version) == clauses.BUILT_IN
    assert AuditEvent.objects.filter(action="admin.add", object_id=str(wording.pk)).exists()


def test_an_unknown_mention_is_refused_beside_the_article_that_names_it(back_office, version):
    wording = prepared(back_office, version)
    address = reverse("admin:contracts_wording_change", args=[wording.pk])
    page = back_office.post(address, article_of(back_office, wording, body="La {tailel}."))
    assert page.status_code == 200 and "« {tailel} » n’est pas une mention connue" in page.text
    assert "La {tailel}." in page.text
    assert not wording.articles.filter(body="La {tailel}.").exists()
    assert "body" in ArticleForm({"position": 1, "title": "A", "body": "[si neige] Rien."}).errors


def test_an_adopted_wording_is_that_of_the_contracts_to_come_and_never_changes(back_office, version):
    wording = prepared(back_office, version)
    address = reverse("admin:contracts_wording_change", args=[wording.pk])
    sent = article_of(back_office, wording, body="La communauté est de taille {taille}, à Redon.")
    back_office.post(address, sent)
    done(back_office, "adopt", wording)
    assert wordings.current_version(version) == "aci-2021/1"
    text = wordings.text_of("aci-2021/1")
    assert text.status == TO_VALIDATE and "à Redon" in text.articles[1].blocks[0].lines[0]
    back_office.post(address, sent | {"articles-1-body": "Autre chose."})
    assert wordings.text_of("aci-2021/1") == text
    assert back_office.post(reverse("admin:contracts_wording_delete", args=[wording.pk])).status_code == 403
    assert "déjà adoptée" in done(back_office, "adopt", wording).text


def test_validating_says_who_and_when(back_office, version):
    wording = prepared(back_office, version)
    assert "Adoptez la trame avant" in done(back_office, "validate", wording).text
    done(back_office, "adopt", wording)
    done(back_office, "validate", wording)
    status = wordings.text_of("aci-2021/1").status
    assert status.startswith("Trame validée le ") and status.endswith("par Ada Martin.")
    assert AuditEvent.objects.filter(action="wording.validate", object_id=str(wording.pk)).count() == 1


def test_a_wording_without_the_place_of_the_amounts_is_not_adopted(back_office, version):
    wording = prepared(back_office, version)
    wording.articles.filter(followed_by=WordingArticle.Follow.FINANCING).update(followed_by="")
    assert "le tableau des montants" in done(back_office, "adopt", wording).text
    assert wordings.current_version(version) == clauses.BUILT_IN


def test_one_draft_at_a_time(back_office, version):
    prepared(back_office, version)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wording.objects.create(agreement_version=version, number=2)


def test_a_new_wording_withdraws_the_consents_given_to_the_former_one(back_office, version, world):
    contract = stories.negotiated_contract(world.west)
    actions.consent(actor=world.west.president.as_actor(), contract=contract)
    assert len(current_consents(contract)) == 1
    wording = prepared(back_office, version)
    with CaptureQueriesContext(connection) as queries:
        done(back_office, "adopt", wording)
    assert current_consents(contract) == []
    assert locked_after_the_journal(queries.captured_queries) == set()
    assert contract_content(contract)["clauses_version"] == "aci-2021/1"


def test_what_is_agreed_keeps_the_words_it_was_issued_with(back_office, version, world):
    contract = stories.contract_to_sign(world.west)
    before = contract.document.payload["articles"]
    done(back_office, "adopt", prepared(back_office, version))
    contract.refresh_from_db()
    assert contract.document.payload["articles"] == before
    assert payload.article_texts(contract_content(contract), terms_of(contract).agreement) == before


def test_the_back_office_is_the_only_door(world, client_of):
    assert admin.site.is_registered(Wording)
    response = client_of(world.west.coordinator).get(reverse("admin:contracts_wording_changelist"))
    assert response.status_code in (302, 403, 404)
