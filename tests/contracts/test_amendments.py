"""Amendments of a contract: drafted, compared, consented to, signed, then counting from their day (R2, R5, R18)."""

import subprocess
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import AgreementVersion
from contracts import actions, amending, amendment_words, jobs
from contracts.enums import AmendmentStatus
from contracts.lifecycle import AMENDMENT_RULES, AMENDMENT_WORDS, AmendmentChange, amendment_target
from contracts.models import Amendment, Contract
from core.enums import PARTIES, Side
from core.errors import DomainError, NotAllowed, StaleForm, TransitionNotAllowed
from documents import storage
from documents.enums import Verdict
from documents.verification.verdicts import judge_code
from tests.utils import stories
from tests.utils.amendments import LARGER, SAME_SIZE, consent_all, draft_amendment, reload, sign_all
from tests.utils.locks import locked_after_the_journal
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)  # in the second year of a contract signed on 17 March 2025
THIRD_YEAR = date(2027, 3, 17)


@pytest.fixture(autouse=True)
def on_the_day():
    with stories.at(TODAY):
        yield


@pytest.fixture
def west(evaluated):
    return evaluated.world.west


@pytest.fixture
def contract(evaluated) -> Contract:
    """Taille 2 of aci-2021, 65 000 inhabitants, four core missions."""
    return evaluated.contract


def in_force(west, contract: Contract, **changes) -> Amendment:
    return sign_all(west, consent_all(west, draft_amendment(west.coordinator, contract, **changes)))


CLAUSES_ALONE = {
    "takes_effect_year": None,
    **SAME_SIZE,
    "rewrites_clauses": True,
    "local_clauses": "Une permanence est tenue chaque samedi.",
}
WITH_QUALITY = {**SAME_SIZE, "added": {"QUALITY": date(2027, 9, 1)}}


# What is refused when it is written


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"takes_effect_year": None}, "takes_effect_year"),
        ({"takes_effect_year": 2}, "takes_effect_year"),  # it has begun
        ({"new_size": 2, "new_population": 65_000}, "new_size"),
        ({"new_size": 5}, "new_size"),
        ({"new_population": None}, "new_population"),
        ({"new_population": 79_999}, "new_population"),  # taille 2 (R1)
        ({"new_size": None, "new_population": 80_000}, "new_population"),
        ({"added": {"PREVENTION": date(2027, 9, 1)}}, "add_PREVENTION"),
        ({"added": {"QUALITY": None}}, "start_QUALITY"),
        ({"added": {"QUALITY": date(2027, 3, 16)}}, "start_QUALITY"),
        ({"added": {"QUALITY": date(2030, 3, 17)}}, "start_QUALITY"),
        ({"dropped": ["PREVENTION"]}, "drop_PREVENTION"),  # core
        ({"dropped": ["QUALITY"]}, "drop_QUALITY"),  # not there
        ({**CLAUSES_ALONE, "takes_effect_year": 3}, "takes_effect_year"),
        ({**CLAUSES_ALONE, "local_clauses": "  "}, "local_clauses"),  # as they are
        (
            {**CLAUSES_ALONE, "local_clauses": "La {cpts} tient une permanence."},
            "local_clauses",
        ),
        ({"takes_effect_year": None, "new_size": None, "new_population": None, "updates_parties": True}, None),
    ],
)
def test_r18_what_an_amendment_may_not_say_is_refused_beside_its_field(contract, west, changes, field):
    with pytest.raises(DomainError) as refused:
        draft_amendment(west.coordinator, contract, **changes)
    assert refused.value.field == field
    assert not Amendment.objects.exists()


def test_one_amendment_is_open_at_a_time(contract, west):
    first = draft_amendment(west.coordinator, contract)
    with pytest.raises(TransitionNotAllowed, match="déjà en cours"):
        draft_amendment(west.fund_officer, contract)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.create(contract=contract, number=2, reason="Un autre")
    actions.abandon_amendment(actor=west.ars_officer.as_actor(), amendment=first, reason="À reprendre.")
    assert draft_amendment(west.fund_officer, contract).number == 2


def test_each_party_proposes_and_no_other_tenant(contract, west, evaluated):
    for member in (west.reader, west.treasurer, west.ars_signatory, west.accountant, evaluated.world.east.coordinator):
        with pytest.raises(NotAllowed):
            draft_amendment(member, contract)
    assert draft_amendment(west.ars_officer, contract)


def test_a_contract_that_ended_is_not_amended_and_its_open_amendment_lapses(contract, west):
    amendment = consent_all(west, draft_amendment(west.coordinator, contract))
    with stories.at(contract.ends_on):
        with CaptureQueriesContext(connection) as queries:
            actions.end_contract(contract=contract)
        assert locked_after_the_journal(queries.captured_queries) == set()
        amendment = reload(amendment)
        assert (amendment.status, amendment.document) == (AmendmentStatus.ABANDONED, None)
        with pytest.raises(TransitionNotAllowed, match="ne s’amende pas"):
            draft_amendment(west.coordinator, contract)


# The content: before and after


def test_the_comparison_says_what_changes_and_nothing_else(contract, west):
    """Taille 2 to taille 3 of aci-2021: an ordinary year goes from the amounts of one size to those of the other."""
    amendment = draft_amendment(west.coordinator, contract, added={"QUALITY": date(2027, 9, 1)})
    content = amending.amendment_content(amendment)
    assert [(row["key"], row["before"], row["after"]) for row in content["changes"]] == [
        ("size", "taille 2", "taille 3"),
        ("population", "65\u202f000 habitants", "82\u202f000 habitants"),
        ("mission:QUALITY", "non engagée", "engagée, démarrage prévu le 1er septembre 2027"),
    ]
    amounts = {(row["mission"], row["kind"]): (row["before"], row["after"]) for row in content["amounts"]}
    assert amounts[None, "OPERATING"] == ("60000.00", "75000.00")
    assert amounts["ACCESS_TO_CARE", "FIXED"] == ("70000.00", "90000.00")
    assert amounts["QUALITY", "FIXED"] == (None, "15000.00")
    assert content["takes_effect_on"] == "2027-03-17"
    # 60 000 + 100 000 + 70 000 + 30 000 + 35 000, then 75 000 + 125 000 + 90 000 + 35 000 + 45 000 + 30 000
    words = amendment_words.words_of(content)
    assert plain(words["total_before"]) == "295 000,00 €"
    assert plain(words["total_after"]) == "400 000,00 €"


def test_names_and_addresses_are_compared_with_those_that_were_signed(contract, west):
    west.cpts.address = "3 rue Neuve"
    west.cpts.save()
    changes = {"takes_effect_year": None, "new_size": None, "new_population": None, "updates_parties": True}
    amendment = draft_amendment(west.coordinator, contract, **changes)
    (row,) = amending.amendment_content(amendment)["changes"]
    assert (row["key"], row["after"]) == ("party:CPTS", "CPTS Ouest, 3 rue Neuve")


# Consents and signatures


def test_a_change_withdraws_the_consents_and_the_same_text_does_not(contract, west):
    amendment = draft_amendment(west.coordinator, contract)
    actions.consent_to_amendment(actor=west.president.as_actor(), amendment=amendment)
    edit = {"actor": west.fund_officer.as_actor(), "amendment": amendment}
    amendment = actions.update_amendment(**edit, version=1, **LARGER)
    assert amendment.consents.filter(withdrawn_at__isnull=True).count() == 1
    actions.update_amendment(**edit, version=2, **{**LARGER, "new_population": 83_000})
    assert amendment.consents.get().withdrawn_because == "le contenu a changé"
    with pytest.raises(StaleForm):
        actions.update_amendment(**edit, version=2, **LARGER)


def test_a_consent_is_to_what_was_read_once_a_party(contract, west):
    amendment = draft_amendment(west.coordinator, contract)
    president = west.president.as_actor()
    with pytest.raises(DomainError, match="relisez-le"):
        actions.consent_to_amendment(actor=president, amendment=amendment, seen_hash="0" * 64)
    actions.consent_to_amendment(actor=president, amendment=amendment)
    with pytest.raises(DomainError, match="déjà consenti"):
        actions.consent_to_amendment(actor=president, amendment=amendment)
    for member in (west.coordinator, west.ars_signatory, west.reader):
        with pytest.raises(NotAllowed):
            actions.consent_to_amendment(actor=member.as_actor(), amendment=amendment)


def test_r5_three_consents_then_three_signatures_put_it_in_force(contract, west, django_capture_on_commit_callbacks):
    amendment = consent_all(west, draft_amendment(west.coordinator, contract))
    assert amendment.status == AmendmentStatus.SIGNING
    assert amendment.document.payload["content"] == amending.amendment_content(amendment)
    with django_capture_on_commit_callbacks(execute=True):
        amendment = sign_all(west, amendment)
    assert (amendment.status, amendment.signed_on) == (AmendmentStatus.IN_FORCE, TODAY)
    assert amendment.takes_effect_on == THIRD_YEAR
    steps = list(amendment.transitions.values_list("transition", flat=True))
    assert steps == ["agree", "start_signing", "put_in_force"]
    assert amendment.document.is_signed
    assert "17 mars 2027" in mail.outbox[-1].body
    assert judge_code(contract.document.code).document.replacements == [amendment.document]
    assert judge_code(contract.document.code).verdict == Verdict.SUPERSEDED


def test_r18_an_amendment_signed_once_its_day_has_come_is_a_draft_again(contract, west):
    amendment = consent_all(west, draft_amendment(west.coordinator, contract))
    actions.sign_amendment(actor=west.president.as_actor(), amendment=amendment)
    with stories.at(THIRD_YEAR):
        amendment = actions.sign_amendment(actor=west.ars_signatory.as_actor(), amendment=amendment)
        assert (amendment.status, amendment.document) == (AmendmentStatus.DRAFT, None)
        assert "a déjà commencé" in amending.missing_items(reload(amendment))[0]
    last = amendment.transitions.last()
    assert (last.transition, last.side) == ("miss_the_day", Side.SYSTEM)
    assert "17 mars 2027" in last.comment


def test_a_refusal_reopens_it_and_a_new_round_starts_from_zero(contract, west):
    first = consent_all(west, draft_amendment(west.coordinator, contract))
    actions.sign_amendment(actor=west.president.as_actor(), amendment=first)
    with pytest.raises(DomainError) as refused:
        actions.refuse_amendment(actor=west.fund_signatory.as_actor(), amendment=first, reason=" ")
    assert refused.value.field == "reason"
    actions.refuse_amendment(actor=west.fund_signatory.as_actor(), amendment=first, reason="Population à vérifier.")
    again = reload(first)
    assert (again.status, again.document, again.agreed_hash) == (AmendmentStatus.DRAFT, None, "")
    again = consent_all(west, again)
    assert again.document_id != first.document_id and again.document.former_round_id == first.document_id
    assert not any(row.signed_at for row in again.document.signature_list)


def test_an_amendment_not_signed_in_time_is_a_draft_again(
    contract, west, mailoutbox, django_capture_on_commit_callbacks
):
    amendment = consent_all(west, draft_amendment(west.coordinator, contract))
    actions.sign_amendment(actor=west.president.as_actor(), amendment=amendment)
    last_day = amendment.document.expires_on
    assert last_day == min(amendment.agreed_on + timedelta(days=90), amendment.takes_effect_on - timedelta(days=1))
    with stories.at(last_day):
        jobs.follow_contracts()
        assert reload(amendment).status == AmendmentStatus.SIGNING
    mailoutbox.clear()
    with stories.at(last_day + timedelta(days=1)), django_capture_on_commit_callbacks(execute=True):
        jobs.follow_contracts()
        jobs.follow_contracts()
    assert reload(amendment).status == AmendmentStatus.DRAFT
    told = [mail for mail in mailoutbox if "n’a pas été signé à temps" in mail.subject]
    assert told and all(f"- {west.president.user}, pour la {west.cpts}" in mail.body for mail in told)
    assert len({mail.to[0] for mail in told}) == len(told)
    assert amendment.transitions.filter(transition="expire_signature").count() == 1


# What it changes, from its day


def test_r18_the_size_counts_from_the_first_day_of_its_year(contract, west):
    in_force(west, contract)
    contract = Contract.objects.get(pk=contract.pk)
    assert contract.amended_sizes() == {3: 3}
    assert contract.years.get(number=2).size == 2
    with stories.at(THIRD_YEAR):
        stories.follow_time(contract)
    year = contract.years.get(number=3)
    assert (year.opening_size, year.size) == (3, 3)
    assert amending.size_in(Contract.objects.get(pk=contract.pk), 4) == 3


def test_r18_a_mission_joins_with_its_planned_start_and_does_not_start_before_its_day(contract, west):
    in_force(west, contract, **WITH_QUALITY)
    row = contract.missions.get(mission="QUALITY")
    assert (row.planned_start, row.added_from, row.started_on) == (date(2027, 9, 1), THIRD_YEAR, None)
    actor = west.coordinator.as_actor()
    with pytest.raises(DomainError, match="cette année"):
        actions.prepare_mission(actor=actor, contract=contract, mission="QUALITY")
    with pytest.raises(DomainError, match="17 mars 2027"):
        actions.start_mission(actor=actor, contract=contract, mission="QUALITY", starts_on=date(2027, 3, 16))
    with stories.at(THIRD_YEAR):
        stories.follow_time(contract)
        assert contract.years.get(number=3).programme.missions.filter(mission="QUALITY").exists()


def test_r18_a_mission_leaves_the_programme_of_its_year(contract, west):
    in_force(west, contract, **WITH_QUALITY)
    in_force(west, contract, takes_effect_year=4, new_size=None, new_population=None, dropped=["QUALITY"])
    assert contract.missions.get(mission="QUALITY").withdrawn_from == date(2028, 3, 17)
    for day in (THIRD_YEAR, date(2028, 3, 17)):
        with stories.at(day):
            stories.follow_time(contract)
    missions = {
        year.number: set(year.programme.missions.values_list("mission", flat=True)) for year in contract.years.all()
    }
    assert "QUALITY" in missions[3]
    assert "QUALITY" not in missions[4]


def test_r2_a_newer_agreement_applies_from_the_year_of_the_amendment(contract, west):
    newer = newer_agreement()
    in_force(west, contract, new_size=None, new_population=None, agreement_version=newer)
    contract = Contract.objects.get(pk=contract.pk)
    codes = [contract.agreement_in(year).code for year in range(1, 6)]
    assert codes == ["aci-2021", "aci-2021", "aci-2026", "aci-2026", "aci-2026"]
    assert {year: agreement.code for year, agreement in contract.agreements_by_year().items()} == {3: "aci-2026"}


def test_clauses_alone_count_from_the_last_signature(contract, west):
    amendment = in_force(west, contract, **CLAUSES_ALONE)
    assert amendment.takes_effect_on == TODAY
    situation = amending.situation_of(Contract.objects.get(pk=contract.pk), 2)
    assert situation.clauses == "Une permanence est tenue chaque samedi."


def newer_agreement() -> AgreementVersion:
    """Put in force a version equal to the last one, a month ago."""
    version = AgreementVersion.objects.get(code="aci-2021")
    rows = {name: list(getattr(version, name).all()) for name in ("missions", "sizes")}
    lines = list(version.lines.select_related("mission"))
    version.pk, version.code, version.label = None, "aci-2026", "ACI modifié par un avenant 3"
    version.takes_effect_on = date(2026, 4, 1)
    version.save(force_insert=True)
    missions = {}
    for name, items in rows.items():
        for item in items:
            item.pk, item.version = None, version
            item.save(force_insert=True)
            if name == "missions":
                missions[item.code] = item
    for line in lines:
        line.pk, line.version = None, version
        line.mission = missions[line.mission.code] if line.mission_id else None
        line.save(force_insert=True)
    return AgreementVersion.objects.get(code="aci-2026")


# Document


def test_the_amendment_prints_before_and_after_and_says_that_the_rest_stands(contract, west, tmp_path):
    amendment = consent_all(west, draft_amendment(west.coordinator, contract, added={"QUALITY": date(2027, 9, 1)}))
    path = tmp_path / "amendment.pdf"
    path.write_bytes(storage.read(amendment.document.file))
    found = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    text = " ".join(found.split())
    for words in (
        "Avenant n° 1 au contrat tripartite",
        contract.number,
        "CPTS Ouest",
        "CPAM Ouest",
        "Le territoire a grandi.",
        "taille 2",
        "taille 3",
        "82 000 habitants",
        "60 000,00 €",
        "75 000,00 €",
        "17 mars 2027",
        "demeurent inchangés",
        amendment.document.code,
    ):
        assert words in text, words


# The table


def test_each_transition_has_its_words():
    assert set(AMENDMENT_WORDS) == set(AMENDMENT_RULES)


@pytest.mark.parametrize("change", list(AmendmentChange))
@pytest.mark.parametrize("status", list(AmendmentStatus))
def test_a_transition_is_refused_from_any_other_state_or_side(change, status):
    rule = AMENDMENT_RULES[change]
    for side in (*PARTIES, Side.NATIONAL, Side.SYSTEM):
        if status in rule.sources and side in rule.sides:
            assert amendment_target(change, status=status, side=side, comment="Une raison") == rule.target
        else:
            with pytest.raises(TransitionNotAllowed):
                amendment_target(change, status=status, side=side, comment="Une raison")


# Pages


def page(name: str, row) -> str:
    return reverse(f"contracts:{name}", args=[row.pk])


def words(response) -> str:
    return plain(response.content.decode())


def test_an_amendment_is_proposed_read_and_hidden_from_others(contract, west, evaluated, client_of):
    client = client_of(west.coordinator)
    data = {"reason": "Le territoire a grandi.", "takes_effect_year": "3", "new_size": "3", "new_population": "79000"}
    response = client.post(page("amendment_create", contract), data)
    assert "79 000 habitants font une taille 2" in words(response)
    assert 'value="79000"' in words(response)
    response = client.post(page("amendment_create", contract), {**data, "new_population": "82000"})
    amendment = Amendment.objects.get()
    assert response.url == page("amendment_detail", amendment)
    for member in (west.reader, west.ars_officer, west.accountant, evaluated.world.observer):
        assert "taille 3" in words(client_of(member).get(page("amendment_detail", amendment)))
        assert "Avenant n° 1" in words(client_of(member).get(page("contract_preview", contract)))
    for tenant in (evaluated.world.east, evaluated.world.neighbour):
        for name in ("amendment_detail", "amendment_edit", "amendment_sign", "amendment_abandon"):
            assert client_of(tenant.president).get(page(name, amendment)).status_code == 404


@pytest.mark.parametrize("lone", [{"start_QUALITY": "2028-04-03"}, {"local_clauses": "Une clause nouvelle."}])
def test_what_is_written_beside_an_empty_box_is_not_lost_without_a_word(contract, west, client_of, lone):
    data = {"reason": "Une mission de plus.", "takes_effect_year": "3", "new_size": ""} | lone
    answered = words(client_of(west.coordinator).post(page("amendment_create", contract), data))
    assert "Cochez cette case" in answered and next(iter(lone.values())) in answered
    assert not Amendment.objects.exists()


def test_an_amendment_tells_all_its_refusals_at_once(contract, west, client_of):
    """Of a field by itself, of its clauses, of its size (R1) and of each mission."""
    sent = {"reason": "", "takes_effect_year": "3", "new_size": "3", "new_population": "", "local_clauses": "{taille}"}
    sent |= {"rewrites_clauses": "on", "add_QUALITY": "on", "add_PROFESSIONAL_SUPPORT": "on"}
    sent["start_QUALITY"] = "2026-09-01"  # before the third year
    errors = client_of(west.coordinator).post(page("amendment_create", contract), sent).context["form"].errors
    missions = {"start_QUALITY", "start_PROFESSIONAL_SUPPORT"}
    assert set(errors) == {"reason", "local_clauses", "new_population", *missions}


def test_a_size_that_cannot_be_read_blames_no_other_field(contract, west, client_of):
    sent = {"reason": "Plus grande.", "takes_effect_year": "3", "new_size": "3", "new_population": "beaucoup"}
    errors = client_of(west.coordinator).post(page("amendment_create", contract), sent).context["form"].errors
    assert set(errors) == {"new_population"}


def test_a_changed_amendment_says_whose_consent_is_withdrawn_before_and_after(contract, west, client_of):
    amendment = draft_amendment(west.coordinator, contract)
    actions.consent_to_amendment(actor=west.president.as_actor(), amendment=amendment)
    client, address = client_of(west.coordinator), page("amendment_edit", amendment)
    assert "retire le consentement de la CPTS Ouest." in words(client.get(address))
    sent = {"reason": "Plus.", "takes_effect_year": "3", "new_size": "3", "new_population": "83000", "version": "1"}
    told = words(client.post(address, sent, follow=True))
    assert "Le consentement de la CPTS Ouest est retiré : cette partie devra consentir de nouveau." in told


def test_a_stale_form_shows_both_texts(contract, west, client_of):
    amendment = draft_amendment(west.coordinator, contract)
    actions.update_amendment(
        actor=west.ars_officer.as_actor(), amendment=amendment, version=1, **{**LARGER, "reason": "Le texte de l’ARS"}
    )
    data = {"reason": "Le mien", "takes_effect_year": "3", "new_size": "3", "new_population": "82000", "version": "1"}
    response = client_of(west.coordinator).post(page("amendment_edit", amendment), data)
    assert "Le texte de l’ARS" in words(response)
    assert "Le mien" in words(response)


def test_the_three_consent_from_the_page(contract, west, client_of):
    amendment = draft_amendment(west.coordinator, contract)
    for member in (west.president, west.ars_officer, west.fund_officer):
        client = client_of(member)
        digest = client.get(page("amendment_detail", amendment)).context["page"].digest
        client.post(page("amendment_consent", amendment), {"content_hash": digest})
    assert reload(amendment).status == AmendmentStatus.SIGNING
    assert client_of(west.president).get(page("amendment_sign", amendment)).status_code == 200
