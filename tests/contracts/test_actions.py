"""A contract from its draft to its signatures, through the actions (R2, R3, R5; design §3)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction

from agreements import catalogue
from agreements.models import AgreementVersion
from contracts import actions, assemblers, consents, jobs, transitions
from contracts.enums import ContractStatus
from contracts.models import Consent, Contract, ContractMission, ContractTransition
from contracts.panels import members_words
from core import clock
from core.dates import add_months, format_date
from core.errors import DomainError, NotAllowed, StaleForm, TransitionNotAllowed
from core.models import AuditEvent
from documents import jobs as document_jobs
from documents.enums import SigningState
from documents.models import Document, Signature
from indicators import actions as indicator_actions
from indicators.enums import ProgrammeStatus
from tests.contracts.conftest import activate, consent_all, negotiate, ready_to_consent
from tests.utils import stories
from tests.utils.delegations import delegate
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db


def reload(contract: Contract) -> Contract:
    return Contract.objects.get(pk=contract.pk)


def edited(tenant, contract, member=None, **changes) -> Contract:
    values = {
        "local_clauses": contract.local_clauses,
        "member_count": contract.member_count,
        "signing_order": contract.signing_order,
        "missions": [(row.mission, row.planned_start) for row in contract.missions.all()],
        "version": contract.lock_version,
        **changes,
    }
    actor = (member or tenant.coordinator).as_actor()
    return actions.update_contract(actor=actor, contract=contract, **values)


# Drafting


def test_a_draft_takes_the_territory_the_parties_and_the_missions_of_the_approved_project(world):
    project = stories.approved_project(world.west)
    contract = actions.draft_contract(actor=world.west.coordinator.as_actor(), health_project=project)
    department = world.west.communes[0].department_id
    assert contract.number == f"{clock.today().year}-{department.zfill(3)}-001"
    assert contract.parties == [world.west.cpts, world.west.ars, world.west.fund]
    assert [row.mission for row in contract.missions.all()] == [
        "ACCESS_TO_CARE",
        "CARE_PATHWAYS",
        "PREVENTION",
        "HEALTH_CRISIS",
    ]
    programme = assemblers.first_programme(contract)
    assert [row.mission for row in programme.missions.all()] == ["ACCESS_TO_CARE"]


def test_a_contract_comes_from_an_approved_project_of_ones_own_cpts(world):
    actor = world.west.coordinator.as_actor()
    with pytest.raises(DomainError, match="approuvé"):
        actions.draft_contract(actor=actor, health_project=stories.draft_project(world.west))
    with pytest.raises(DomainError, match="autre CPTS"):
        actions.draft_contract(actor=actor, health_project=stories.approved_project(world.east))
    with pytest.raises(NotAllowed):
        actions.draft_contract(
            actor=world.east.treasurer.as_actor(), health_project=world.east.cpts.health_projects.get()
        )


def test_a_cpts_has_one_contract_in_progress(world, draft):
    with pytest.raises(DomainError, match="déjà un contrat"):
        actions.draft_contract(actor=world.west.coordinator.as_actor(), health_project=draft.health_project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.create(
            number="2026-000-001",
            cpts=draft.cpts,
            ars=draft.ars,
            fund=draft.fund,
            health_project=draft.health_project,
        )


def test_after_an_abandoned_contract_another_takes_the_next_number(world, draft):
    actor = world.west.coordinator.as_actor()
    actions.abandon_contract(actor=actor, contract=draft, reason="Le territoire va changer.")
    again = actions.draft_contract(actor=actor, health_project=draft.health_project)
    assert int(again.number[-3:]) == int(draft.number[-3:]) + 1
    assert reload(draft).status == ContractStatus.ABANDONED


def test_a_stale_save_is_refused_with_what_is_stored(world, draft):
    edited(world.west, draft, local_clauses="Une permanence commune.")
    with pytest.raises(StaleForm) as refused:
        edited(world.west, draft, local_clauses="Autre texte")
    assert refused.value.current["local_clauses"] == "Une permanence commune."


def test_moving_a_start_keeps_what_was_written_in_the_programme(world, draft):
    far = add_months(clock.today(), 20)
    edited(world.west, draft, missions=[(row.mission, far) for row in draft.missions.all()])
    programme = assemblers.first_programme(draft)
    assert programme.missions.count() == 4
    assert programme.missions.get(mission="PREVENTION").actions.count() == 1


def test_an_optional_mission_is_added_then_dropped(world, draft):
    plan = [(row.mission, row.planned_start) for row in draft.missions.all()]
    contract = edited(world.west, draft, missions=[*plan, ("QUALITY", add_months(clock.today(), 2))])
    assert assemblers.first_programme(contract).missions.filter(mission="QUALITY").exists()
    contract = edited(world.west, contract, missions=plan)
    assert not contract.missions.filter(mission="QUALITY").exists()
    assert not assemblers.first_programme(contract).missions.filter(mission="QUALITY").exists()


# Consents


def test_what_is_missing_is_said_and_blocks_the_consent(world):
    contract = negotiate(world.west)
    assert assemblers.missing_items(contract) == [
        "Le dialogue de signature, qui arrête la taille et le calendrier, n’est pas clos."
    ]
    with pytest.raises(DomainError, match="n’est pas complet"):
        actions.consent(actor=world.west.president.as_actor(), contract=contract)


def test_each_thing_that_blocks_the_consent_has_its_sentence(world):
    project = stories.approved_project(world.west)
    contract = actions.draft_contract(actor=world.west.coordinator.as_actor(), health_project=project)
    found = " ".join(assemblers.missing_items(contract))
    for mission in ("Accès aux soins", "Parcours pluriprofessionnels", "Prévention", "crises sanitaires"):
        assert f"« {mission}" in found or mission in found
    assert "dialogue de signature" in found
    programme = assemblers.first_programme(contract)
    programme.missions.filter(mission="ACCESS_TO_CARE").update(variable_amount=25_000)
    assert "est de 30 000,00 €" in plain(" ".join(assemblers.missing_items(contract)))


def test_r1_an_overlap_that_the_ars_has_not_accepted_blocks_the_consent(world, negotiated):
    stories.approved_project(world.neighbour)
    other = world.neighbour.cpts.health_projects.get()
    other.communes.add(world.west.communes[1])
    assert any("Ouest bourg" in sentence for sentence in assemblers.missing_items(negotiated))


def test_r5_the_third_consent_fixes_the_content_and_sends_it_to_signature(world, negotiated):
    tenant = world.west
    contract = actions.consent(actor=tenant.president.as_actor(), contract=negotiated)
    contract = actions.consent(actor=tenant.ars_officer.as_actor(), contract=contract)
    assert contract.status == ContractStatus.NEGOTIATION
    assert contract.document is None
    contract = actions.consent(actor=tenant.fund_officer.as_actor(), contract=contract)
    assert contract.status == ContractStatus.SIGNING
    assert contract.agreement_version == AgreementVersion.objects.get(code="aci-2021")
    assert (contract.population, contract.population_year, contract.size) == (65_000, 2023, 2)
    assert contract.agreed_on == clock.today()
    assert contract.document.key == f"contract:{contract.pk}:{contract.agreed_hash}"
    assert [row.side for row in contract.document.signature_list] == ["CPTS", "ARS", "FUND"]
    assert contract.document.payload["content"] == assemblers.contract_content(contract)
    assert assemblers.first_programme(contract).status == ProgrammeStatus.AGREED
    steps = ContractTransition.objects.filter(subject=contract).values_list("transition", flat=True)
    assert list(steps) == ["open_negotiation", "agree", "start_signing"]


def test_a_party_consents_once_and_only_those_who_may(world, negotiated):
    president = world.west.president.as_actor()
    actions.consent(actor=president, contract=negotiated)
    with pytest.raises(DomainError, match="déjà consenti"):
        actions.consent(actor=president, contract=negotiated)
    for member in (world.west.coordinator, world.west.ars_signatory, world.west.accountant, world.west.reader):
        with pytest.raises(NotAllowed):
            actions.consent(actor=member.as_actor(), contract=negotiated)


def test_another_tenant_never_consents(world, negotiated):
    with pytest.raises(NotAllowed):
        actions.consent(actor=world.east.president.as_actor(), contract=negotiated)


def test_a_consent_is_to_what_was_read(world, negotiated):
    seen = assemblers.content_hash(negotiated)
    edited(world.west, negotiated, member_count=41)
    with pytest.raises(DomainError, match="relisez-le"):
        actions.consent(actor=world.west.president.as_actor(), contract=negotiated, seen_hash=seen)


def test_a_change_of_content_withdraws_the_consents_visibly(world, negotiated):
    actions.consent(actor=world.west.president.as_actor(), contract=negotiated)
    edited(world.west, negotiated, member=world.west.ars_officer, local_clauses="Une clause de plus.")
    consent = Consent.objects.get()
    assert consent.withdrawn_at is not None
    assert consent.withdrawn_because == "le contenu a changé"
    assert consents.standing_consents(negotiated) == []


def test_saving_the_same_content_withdraws_nothing(world, negotiated):
    actions.consent(actor=world.west.president.as_actor(), contract=negotiated)
    edited(world.west, negotiated)
    assert len(consents.standing_consents(reload(negotiated))) == 1


def test_a_change_of_the_programme_makes_a_consent_stale_until_given_again(world, negotiated):
    president = world.west.president.as_actor()
    actions.consent(actor=president, contract=negotiated)
    mission = assemblers.first_programme(negotiated).missions.get(mission="PREVENTION")
    indicator_actions.save_action(
        actor=world.west.coordinator.as_actor(), programme_mission=mission, title="Une action de plus"
    )
    assert consents.standing_consents(negotiated) == []
    actions.consent(actor=president, contract=negotiated)
    assert len(consents.standing_consents(negotiated)) == 1
    assert Consent.objects.filter(withdrawn_because="le contenu a changé").count() == 1


def test_nothing_is_edited_once_agreed(world, signing):
    with pytest.raises(TransitionNotAllowed):
        edited(world.west, signing, member_count=99)
    with pytest.raises(TransitionNotAllowed):
        actions.consent(actor=world.west.president.as_actor(), contract=signing)


# Nobody acts for two parties


def test_nobody_consents_for_two_parties(world, negotiated):
    president = world.west.president.as_actor()
    actions.consent(actor=president, contract=negotiated)
    double = replace(world.west.fund_officer.as_actor(), user_id=president.user_id)
    with pytest.raises(DomainError, match="jamais pour deux parties"):
        actions.consent(actor=double, contract=negotiated)


def test_nobody_signs_for_a_party_after_drafting_for_another(world, signing):
    coordinator = world.west.coordinator.as_actor()
    double = replace(world.west.ars_signatory.as_actor(), user_id=coordinator.user_id)
    with pytest.raises(DomainError, match="jamais pour deux parties"):
        actions.sign_contract(actor=double, contract=signing)


def test_the_database_refuses_a_person_who_consents_for_two(world, negotiated):
    actions.consent(actor=world.west.president.as_actor(), contract=negotiated)
    first = Consent.objects.get()
    first.pk, first.side, first.organisation = None, "ARS", world.west.ars
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


# Signatures


def test_r3_the_last_signature_puts_the_contract_in_force_for_five_years(world):
    contract = activate(world.west, date(2028, 2, 29))
    assert contract.status == ContractStatus.ACTIVE
    assert (contract.signed_on, contract.ends_on) == (date(2028, 2, 29), date(2033, 2, 28))
    assert contract.anniversary(4) == date(2032, 2, 29)
    assert contract.year_on(date(2029, 2, 27)) == 1
    assert contract.year_on(date(2029, 2, 28)) == 2
    year = contract.years.get()
    assert (year.number, year.opening_size, year.size, year.members) == (1, 2, 2, 40)
    assert (year.starts_on, year.ends_on) == (date(2028, 2, 29), date(2029, 2, 28))
    assert year.programme.status == ProgrammeStatus.OPEN


def test_r5_each_of_the_three_signs_once(world, signing):
    tenant = world.west
    president = tenant.president.as_actor()
    contract = actions.sign_contract(actor=president, contract=signing)
    assert contract.status == ContractStatus.SIGNING
    with pytest.raises(DomainError, match="déjà signé"):
        actions.sign_contract(actor=president, contract=contract)
    with pytest.raises(NotAllowed):
        actions.sign_contract(actor=tenant.ars_officer.as_actor(), contract=contract)
    with pytest.raises(NotAllowed):
        actions.sign_contract(actor=world.east.ars_signatory.as_actor(), contract=contract)


def test_a_document_that_is_not_ready_is_not_signed(world, negotiated):
    for actor in world.west.consenting:
        contract = actions.consent(actor=actor, contract=negotiated)
    with pytest.raises(DomainError, match="préparation"):
        actions.sign_contract(actor=world.west.president.as_actor(), contract=contract)


def test_a_refusal_reopens_the_negotiation_and_a_new_round_starts_from_zero(world, signing):
    tenant = world.west
    contract = actions.sign_contract(actor=tenant.president.as_actor(), contract=signing)
    first = contract.document
    with pytest.raises(DomainError, match="raison"):
        actions.refuse_signature(actor=tenant.ars_signatory.as_actor(), contract=contract, reason=" ")
    contract = actions.refuse_signature(
        actor=tenant.ars_signatory.as_actor(), contract=contract, reason="Calendrier trop serré."
    )
    assert contract.status == ContractStatus.NEGOTIATION
    assert (contract.document, contract.agreed_hash, contract.size) == (None, "", None)
    assert assemblers.first_programme(contract).status == ProgrammeStatus.DRAFT
    assert not consents.standing_consents(contract)
    contract = consent_all(tenant, contract)
    assert contract.document != first and contract.document.former_round == first
    assert not any(row.signed_at for row in contract.document.signature_list)
    refusal = Document.objects.get(pk=first.pk).refusal
    assert (refusal.organisation, refusal.refusal_reason) == (tenant.ars, "Calendrier trop serré.")
    assert Document.objects.filter(key__startswith=f"contract:{contract.pk}:").count() == 2


def newer_agreement() -> AgreementVersion:
    """Put in force a version equal to the last one, from tomorrow."""
    version = AgreementVersion.objects.get(code="aci-2021")
    rows = {name: list(getattr(version, name).all()) for name in ("missions", "sizes")}
    lines = list(version.lines.select_related("mission"))
    version.pk, version.code, version.label = None, "aci-2026", "ACI modifié par un avenant 3"
    version.takes_effect_on = clock.today() + timedelta(days=1)
    version.save()
    missions = {}
    for row in rows["missions"]:
        row.pk, row.version = None, version
        row.save()
        missions[row.code] = row
    for row in rows["sizes"]:
        row.pk, row.version = None, version
        row.save()
    for line in lines:
        line.mission = missions[line.mission.code] if line.mission else None
        line.pk, line.version = None, version
        line.save()
    return version


def test_r2_a_newer_agreement_before_the_last_signature_returns_to_negotiation(world, signing):
    newer = newer_agreement()
    actions.sign_contract(actor=world.west.president.as_actor(), contract=signing)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        contract = actions.sign_contract(actor=world.west.ars_signatory.as_actor(), contract=signing)
        assert contract.status == ContractStatus.NEGOTIATION
        assert not consents.standing_consents(contract)
        last = ContractTransition.objects.filter(subject=contract).latest("at")
        assert (last.transition, last.side) == ("newer_agreement", "SYSTEM")
        assert newer.label in last.comment
        contract = consent_all(world.west, contract)
        assert contract.agreement_version == newer


def test_r2_the_night_job_sends_back_what_a_newer_agreement_caught(world, signing):
    jobs.follow_contracts()
    assert reload(signing).status == ContractStatus.SIGNING
    newer_agreement()
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        jobs.follow_contracts()
        jobs.follow_contracts()
    assert reload(signing).status == ContractStatus.NEGOTIATION
    assert signing.transitions.filter(transition="newer_agreement").count() == 1


def test_the_night_job_reopens_a_contract_that_the_three_did_not_sign_in_time(world, signing):
    first = actions.sign_contract(actor=world.west.president.as_actor(), contract=signing).document
    last_day = signing.agreed_on + timedelta(days=90)
    assert first.expires_on == last_day
    with stories.at(last_day):
        jobs.follow_contracts()
        assert reload(signing).status == ContractStatus.SIGNING
    with stories.at(last_day + timedelta(days=1)):
        jobs.follow_contracts()
        jobs.follow_contracts()
        contract = reload(signing)
        assert contract.status == ContractStatus.NEGOTIATION and contract.document is None
        assert not consents.standing_consents(contract)
        second = consent_all(world.west, contract).document
    assert signing.transitions.filter(transition="expire_signature").count() == 1
    former = second.former_round
    assert former == first and former.signing_state == SigningState.VOID
    assert [row.signer_name for row in former.signature_list if row.signed_at] == [str(world.west.president.user)]


def test_the_mails_of_a_round_that_stops_name_the_signatures_that_are_void(
    world, signing, mailoutbox, django_capture_on_commit_callbacks
):
    """A refusal, a last day that passes: who signed, and her delegate, read that it binds nobody."""
    west = world.west
    delegate(west.president, west.treasurer)
    actions.sign_contract(actor=west.president.as_actor(), contract=signing)
    with django_capture_on_commit_callbacks(execute=True):
        contract = actions.refuse_signature(actor=west.ars_signatory.as_actor(), contract=signing, reason="Trop serré.")
    given = f"- {west.president.user}, pour la {west.cpts}, le {format_date(clock.today())}"
    assert mailoutbox and all(given in mail.body and "sans effet" in mail.body for mail in mailoutbox)
    assert f"L’{west.ars} refuse de signer" in mailoutbox[0].body
    assert west.treasurer.user.email in {mail.to[0] for mail in mailoutbox}
    contract = consent_all(west, contract)
    actions.sign_contract(actor=west.president.as_actor(), contract=contract)
    mailoutbox.clear()
    with stories.at(contract.agreed_on + timedelta(days=91)), django_capture_on_commit_callbacks(execute=True):
        jobs.follow_contracts()
    assert mailoutbox and all(given in mail.body for mail in mailoutbox)


def test_who_signs_too_late_is_told_and_nothing_is_signed(world, signing):
    with stories.at(signing.agreed_on + timedelta(days=91)):
        contract = actions.sign_contract(actor=world.west.president.as_actor(), contract=signing)
    assert contract.status == ContractStatus.NEGOTIATION
    assert not Signature.objects.filter(document=signing.document, signed_at__isnull=False).exists()


def test_r3_the_night_job_expires_a_contract_on_its_fifth_anniversary(world):
    contract = activate(world.west, date(2026, 3, 16))
    with stories.at(date(2031, 3, 15)):
        jobs.follow_contracts()
    assert reload(contract).status == ContractStatus.ACTIVE
    with stories.at(date(2031, 3, 16)):
        jobs.follow_contracts()
    assert reload(contract).status == ContractStatus.EXPIRED


# A contract in force


@pytest.fixture
def active(world) -> Contract:
    """A contract in force, without its PDF: what `sign_contract` does at the last signature, and only that."""
    with stories.at(date(2026, 3, 16)):
        contract = ready_to_consent(world.west)
        for actor in world.west.consenting:
            contract = actions.consent(actor=actor, contract=contract)
        transitions.activate(contract, world.west.fund_signatory.as_actor())
    return contract


def start(world, contract, mission="PREVENTION", **days) -> ContractMission:
    actor = world.west.fund_officer.as_actor()
    return actions.start_mission(actor=actor, contract=contract, mission=mission, **days)


def test_r4_a_mission_starts_once_and_not_before_the_running_year(world, active):
    with stories.at(date(2027, 4, 1)):
        with pytest.raises(DomainError, match="16 mars 2027"):
            start(world, active, starts_on=date(2027, 3, 15))
        row = start(world, active, starts_on=date(2027, 3, 16))
        assert row.started_on == date(2027, 3, 16)
        with pytest.raises(DomainError, match="déjà démarré"):
            start(world, active, starts_on=date(2027, 5, 1))
        with pytest.raises(DomainError, match="ne fait pas partie"):
            start(world, active, mission="QUALITY", starts_on=date(2027, 5, 1))


def test_r9_the_database_refuses_a_line_that_starts_before_its_mission(active):
    with pytest.raises(IntegrityError), transaction.atomic():
        active.missions.filter(mission="ACCESS_TO_CARE").update(triage_starts_on=date(2026, 9, 1))


def test_r13a_a_mission_that_starts_later_gets_its_programme_in_its_dialogue(world):
    tenant = world.west
    with stories.at(date(2026, 3, 16)):
        contract = stories.drafted_contract(tenant)
        plan = [(row.mission, row.planned_start) for row in contract.missions.all()]
        edited(tenant, contract, missions=[*plan, ("QUALITY", date(2027, 6, 1))])
        contract = actions.open_negotiation(actor=tenant.coordinator.as_actor(), contract=reload(contract))
        actions.record_planning(actor=tenant.coordinator.as_actor(), contract=contract, closed_on=clock.today())
        contract = consent_all(tenant, contract)
        for actor in tenant.signing:
            contract = actions.sign_contract(actor=actor, contract=contract)
        programme = contract.years.get().programme
        assert not programme.missions.filter(mission="QUALITY").exists()
        actor = tenant.coordinator.as_actor()
        actions.prepare_mission(actor=actor, contract=contract, mission="QUALITY")
        actions.prepare_mission(actor=actor, contract=contract, mission="QUALITY")
        row = programme.missions.get(mission="QUALITY")
        assert row.variable_amount == 10_000
        with pytest.raises(DomainError):
            start(world, contract, mission="QUALITY", starts_on=date(2026, 4, 1))
        indicator_actions.save_indicator(
            actor=actor,
            programme_mission=row,
            label="Groupes tenus",
            scale="ACHIEVED",
            maximum_amount=row.variable_amount,
        )
        start(world, contract, mission="QUALITY", starts_on=date(2026, 4, 1))
        row.refresh_from_db()
        assert row.is_agreed


def test_a_year_opens_once_with_the_size_and_the_members_of_the_one_before(world, active):
    actor = world.west.coordinator.as_actor()
    with pytest.raises(DomainError, match="ne suit pas"):
        actions.open_year(actor=actor, contract=active, number=3)
    year = actions.open_year(actor=actor, contract=active, number=2)
    assert actions.open_year(actor=actor, contract=active, number=2).pk == year.pk
    assert (year.opening_size, year.size, year.members) == (2, 2, 40)
    assert year.programme.status == ProgrammeStatus.DRAFT


def test_r18_a_review_changes_the_size_of_a_year_and_what_is_to_be_spread(world, active):
    actor = world.west.coordinator.as_actor()
    actions.open_year(actor=actor, contract=active, number=2)
    year = actions.set_year_size(actor=actor, contract=active, number=2, size=3)
    assert (year.opening_size, year.size) == (2, 3)
    assert year.programme.missions.get(mission="ACCESS_TO_CARE").variable_amount == 35_000
    with pytest.raises(DomainError, match="taille"):
        actions.set_year_size(actor=actor, contract=active, number=2, size=5)


def test_r11_the_members_of_a_year_are_a_snapshot(world, active):
    actor = world.west.coordinator.as_actor()
    year = actions.set_year_members(actor=actor, contract=active, number=1, members=112)
    assert year.members == 112
    assert reload(active).member_count == 40


def test_r10_the_ars_alone_declares_a_crisis(world, active):
    values = {"contract": active, "declared_on": date(2026, 3, 20), "label": "Canicule"}
    with stories.at(date(2026, 4, 1)):
        crisis = actions.declare_crisis(actor=world.west.ars_officer.as_actor(), **values)
        assert crisis.organisation == world.west.ars
        for member in (world.west.president, world.west.fund_officer):
            with pytest.raises(NotAllowed):
                actions.declare_crisis(actor=member.as_actor(), **values)
        with pytest.raises(NotAllowed):
            actions.declare_crisis(actor=world.east.ars_officer.as_actor(), **values)


def test_r10_a_crisis_before_the_mission_opens_no_right(world, active):
    active.missions.filter(mission="HEALTH_CRISIS").update(started_on=date(2026, 6, 1))
    assert not active.crisis_opens_right(date(2026, 5, 31))
    assert active.crisis_opens_right(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("count", "size", "version", "told"),
    [
        (100, 4, "aci-2021", "100, qui majorent de 10\u00a0% chaque ligne de mission, en plus des montants ci-dessous"),
        (99, 4, "aci-2021", "99"),
        (100, 3, "aci-2021", "100"),
        (100, 4, "aci-2019", "100"),
    ],
)
def test_r11_the_page_says_when_the_members_open_the_bonus(count, size, version, told):
    assert members_words(count, size, catalogue.agreement(version)) == told


# Traces and mails


def test_each_write_leaves_an_entry_in_the_journal(world, negotiated):
    actions.consent(actor=world.west.president.as_actor(), contract=negotiated)
    entries = AuditEvent.objects.filter(object_type="contracts.Contract", object_id=str(negotiated.pk))
    assert list(entries.values_list("action", flat=True)) == [
        "contract.draft",
        "contract.update",
        "contract.open_negotiation",
        "contract.record_planning",
        "contract.consent",
    ]


def test_the_parties_are_told_when_their_turn_comes(world, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with django_capture_on_commit_callbacks(execute=True):
        contract = negotiate(world.west)
    told = {address for message in mail.outbox for address in message.to if contract.number in message.subject}
    authorities = [world.west.ars_officer, world.west.fund_officer]
    colleagues = [world.neighbour.ars_officer, world.neighbour.fund_officer]
    assert told == {member.user.email for member in [*authorities, *colleagues]}
    assert any(str(contract.pk) in message.body for message in mail.outbox)


def test_every_mail_of_the_room_can_be_written(world, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tenant = world.west
    contract = ready_to_consent(tenant)
    with django_capture_on_commit_callbacks(execute=True):
        for actor in tenant.consenting:
            contract = actions.consent(actor=actor, contract=contract)
        document_jobs.render_document(str(contract.document_id))
        contract = actions.refuse_signature(
            actor=tenant.fund_signatory.as_actor(), contract=reload(contract), reason="Montants à revoir."
        )
        contract = consent_all(tenant, contract)
        for actor in tenant.signing:
            contract = actions.sign_contract(actor=actor, contract=contract)
    refused = next(message for message in mail.outbox if "Montants à revoir." in message.body)
    assert "sans effet" not in refused.body  # nobody had signed
    subjects = " ".join(message.subject for message in mail.outbox)
    for words in ("il reste à signer", "refuse de signer", "signé et en vigueur"):
        assert words in subjects
    assert any("Montants à revoir." in message.body for message in mail.outbox)
