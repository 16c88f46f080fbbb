"""The writes: who, in which state, what is kept."""

from datetime import date

import pytest
from django.core import mail

from core.errors import DomainError, NotAllowed, StaleForm, TransitionNotAllowed
from core.fingerprints import fingerprint
from core.models import AuditEvent
from health_projects import actions, jobs
from health_projects.assemblers import missing_items, project_content
from health_projects.enums import Decision, OppositionGround, ProjectStatus
from health_projects.models import HealthProject
from tests.health_projects.conftest import ENOUGH
from tests.utils.reading import plain

LAST_DAY, DAY_AFTER = date(2026, 5, 16), date(2026, 5, 17)


def trace(project) -> list[str]:
    return [row.transition for row in project.transitions.all()]


def last_event() -> AuditEvent:
    return AuditEvent.objects.latest("sequence")


# Drafting


def test_the_coordinator_opens_the_project_of_her_cpts(ours):
    project = actions.create_project(actor=ours.coordinator)
    assert (project.cpts, project.version_number, project.status) == (ours.cpts, 1, ProjectStatus.DRAFT)
    assert project.title == "Projet de santé de la CPTS des Trois Rives"
    assert trace(project) == ["create"]
    assert last_event().action == "health_project.create"


def test_a_cpts_has_one_project(ours, draft):
    with pytest.raises(DomainError, match="déjà un projet"):
        actions.create_project(actor=ours.coordinator)


@pytest.mark.parametrize("who", ["reader", "ars_officer", "fund_officer", "observer"])
def test_others_do_not_draft(ours, draft, who):
    actor = getattr(ours, who)
    with pytest.raises(NotAllowed):
        actions.set_communes(actor=actor, project=draft, codes=ENOUGH)
    with pytest.raises(NotAllowed):
        actions.save_section(actor=actor, project=draft, key="ASSESSMENT", text="x", version=0)


def test_another_cpts_does_not_write_our_project(theirs, ready):
    for action, values in (
        (actions.set_missions, {"missions": []}),
        (actions.save_section, {"key": "ASSESSMENT", "text": "x", "version": 1}),
        (actions.submit_project, {}),
    ):
        with pytest.raises(NotAllowed):
            action(actor=theirs.coordinator, project=ready, **values)


def test_a_section_counts_its_saves_and_names_its_author(ours, draft):
    section = actions.save_section(
        actor=ours.coordinator, project=draft, key="ASSESSMENT", text="Un.\r\nDeux.", version=0
    )
    assert (section.text, section.lock_version, section.updated_by_name) == ("Un.\nDeux.", 1, "Camille Fictif")
    section = actions.save_section(actor=ours.president, project=draft, key="ASSESSMENT", text="Trois.", version=1)
    assert (section.lock_version, section.updated_by_name) == (2, "Nadia Fictif")


def test_a_stale_section_is_not_overwritten(ours, draft):
    write = {"project": draft, "key": "ASSESSMENT"}
    actions.save_section(actor=ours.coordinator, text="Premier.", version=0, **write)
    with pytest.raises(StaleForm) as refusal:
        actions.save_section(actor=ours.president, text="Second.", version=0, **write)
    assert refusal.value.current == {"text": "Premier."}
    assert draft.sections.get().text == "Premier."


def test_the_same_text_saved_again_writes_nothing(ours, draft):
    write = {"actor": ours.coordinator, "project": draft, "key": "ASSESSMENT", "text": "Un."}
    actions.save_section(version=0, **write)
    events = AuditEvent.objects.count()
    assert actions.save_section(version=1, **write).lock_version == 1
    assert AuditEvent.objects.count() == events


def test_the_journal_keeps_the_length_and_the_hash_of_a_text(ours, draft):
    actions.save_section(actor=ours.coordinator, project=draft, key="ASSESSMENT", text="Un.", version=0)
    assert last_event().after["characters"] == 3
    assert "Un." not in str(last_event().after)


def test_r1_a_commune_and_its_arrondissement_do_not_stand_together(ours, draft):
    with pytest.raises(DomainError, match="Lyon"):
        actions.set_communes(actor=ours.coordinator, project=draft, codes=["69123", "69381"])
    actions.set_communes(actor=ours.coordinator, project=draft, codes=["69381"])
    with pytest.raises(DomainError, match="Lyon"):
        actions.add_communes(actor=ours.coordinator, project=draft, codes=["69123"])


def test_an_unknown_commune_is_named(ours, draft):
    with pytest.raises(DomainError, match="99999"):
        actions.set_communes(actor=ours.coordinator, project=draft, codes=["69027", "99999"])
    assert not draft.communes.exists()


def test_an_epci_comes_whole_and_communes_leave_one_by_one(ours, draft):
    actions.add_epci(actor=ours.coordinator, project=draft, siren="246900740")
    actions.remove_communes(actor=ours.coordinator, project=draft, codes=["69043"])
    assert list(draft.communes.values_list("code", flat=True)) == ["69027"]
    with pytest.raises(DomainError, match="n’existe pas"):
        actions.add_epci(actor=ours.coordinator, project=draft, siren="000000000")


def test_r2_missions_are_those_of_the_agreement_in_its_order(ours, draft):
    actions.set_missions(actor=ours.coordinator, project=draft, missions=["QUALITY", "ACCESS_TO_CARE"])
    draft.refresh_from_db()
    assert draft.missions == ["ACCESS_TO_CARE", "QUALITY"]
    with pytest.raises(DomainError, match="n’existe pas dans l’accord"):
        actions.set_missions(actor=ours.coordinator, project=draft, missions=["TRIAGE"])


def test_missions_chosen_meanwhile_are_not_overwritten(ours, draft):
    actions.set_missions(actor=ours.coordinator, project=draft, missions=["QUALITY"], version=1)
    with pytest.raises(StaleForm):
        actions.set_missions(actor=ours.president, project=draft, missions=[], version=1)


def test_r1_an_agreed_population_needs_a_source_and_a_reason(ours, draft):
    write = {"actor": ours.coordinator, "project": draft}
    for values, field in (
        ({"population": 30_000, "source": " ", "reason": "Saison."}, "source"),
        ({"population": 30_000, "source": "Étude 2025", "reason": ""}, "reason"),
        ({"population": 0, "source": "Étude 2025", "reason": "Saison."}, "population"),
    ):
        with pytest.raises(DomainError) as refusal:
            actions.set_agreed_population(**write, **values)
        assert refusal.value.field == field
    actions.set_agreed_population(**write, population=30_000, source="Étude 2025", reason="Saison.")
    draft.refresh_from_db()
    assert (draft.agreed_population, draft.agreed_population_source) == (30_000, "Étude 2025")
    actions.set_agreed_population(**write, population=None)
    draft.refresh_from_db()
    assert (draft.agreed_population, draft.agreed_population_reason) == (None, "")


def test_a_submitted_project_is_not_written(ours, submitted):
    with pytest.raises(DomainError, match="il ne se modifie pas"):
        actions.save_section(actor=ours.coordinator, project=submitted, key="ASSESSMENT", text="Autre.", version=1)


# From the draft to the decision


def test_an_incomplete_project_is_not_sent(ours, draft):
    with pytest.raises(DomainError, match="Choisissez les communes du territoire"):
        actions.submit_project(actor=ours.coordinator, project=draft)
    assert not draft.submissions.exists()


def test_r5_a_submission_is_frozen_and_starts_two_months(ours, ready):
    content = project_content(ready)
    submission = actions.submit_project(actor=ours.coordinator, project=ready)
    ready.refresh_from_db()
    assert (ready.status, ready.decision_due_on) == (ProjectStatus.SUBMITTED, LAST_DAY)
    assert ready.first_submitted_at == ready.submitted_at is not None
    assert submission.content == content
    assert submission.content_hash == fingerprint(content)
    assert (submission.number, submission.covered_population, submission.size) == (1, 37_500, 1)
    assert trace(ready) == ["create", "submit"]


def test_a_project_sent_twice_is_sent_once(ours, submitted):
    with pytest.raises(TransitionNotAllowed, match="n’est plus possible"):
        actions.submit_project(actor=ours.coordinator, project=submitted)
    assert submitted.submissions.count() == 1


def test_r5_each_submission_starts_another_clock(ours, submitted, on_day):
    on_day(date(2026, 4, 1))
    actions.send_back(actor=ours.ars_officer, project=submitted, reason="Précisez la gouvernance.")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.decision_due_on) == (ProjectStatus.CHANGES_REQUESTED, None)
    actions.resume(actor=ours.coordinator, project=submitted)
    on_day(date(2026, 4, 10))
    actions.save_section(actor=ours.coordinator, project=submitted, key="GOVERNANCE", text="Un bureau.", version=1)
    first_sent = submitted.first_submitted_at
    actions.submit_project(actor=ours.president, project=submitted)
    submitted.refresh_from_db()
    assert submitted.decision_due_on == date(2026, 6, 10)
    assert submitted.first_submitted_at == first_sent
    first, second = submitted.submissions.all()
    assert (second.number, first.content_hash != second.content_hash) == (2, True)
    assert trace(submitted) == ["create", "submit", "send_back", "resume", "submit"]


def test_r5_an_explicit_approval_says_so(ours, submitted):
    actions.approve(actor=ours.ars_officer, project=submitted)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.decision) == (ProjectStatus.APPROVED, Decision.EXPLICIT)
    assert submitted.decided_on == date(2026, 3, 16)


def test_r5_silence_approves_the_day_after_and_the_record_says_so(submitted, on_day):
    on_day(LAST_DAY)
    assert jobs.approve_tacitly() == 0
    on_day(date(2026, 5, 20))  # the job was down for three days
    assert jobs.approve_tacitly() == 1
    submitted.refresh_from_db()
    assert (submitted.status, submitted.decision) == (ProjectStatus.APPROVED, Decision.TACIT)
    assert submitted.decided_on == DAY_AFTER
    assert trace(submitted)[-1] == "approve_tacitly"
    assert jobs.approve_tacitly() == 0


def test_r5_nothing_is_approved_tacitly_before_its_day(submitted):
    with pytest.raises(DomainError, match="n’est pas écoulé"):
        actions.approve_tacitly(project=submitted)


def test_r5_the_ars_decides_on_the_last_day_and_not_after(ours, submitted, on_day):
    on_day(DAY_AFTER)
    decisions = (
        (actions.approve, {}),
        (actions.send_back, {"reason": "Trop tard."}),
        (actions.oppose, {"ground": OppositionGround.TERRITORY, "reason": "Trop tard."}),
    )
    for action, values in decisions:
        with pytest.raises(DomainError, match="approuvé tacitement"):
            action(actor=ours.ars_officer, project=submitted, **values)
    on_day(LAST_DAY)
    actions.oppose(actor=ours.ars_officer, project=submitted, ground=OppositionGround.TERRITORY, reason="Trop étroit.")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.opposition_ground) == (ProjectStatus.OPPOSED, "TERRITORY")


def test_r5_an_opposition_names_one_of_two_grounds_and_a_reason(ours, submitted):
    with pytest.raises(DomainError, match="motifs d’opposition"):
        actions.oppose(actor=ours.ars_officer, project=submitted, ground="OTHER", reason="Raison.")
    with pytest.raises(DomainError, match="Indiquez la raison"):
        actions.oppose(actor=ours.ars_officer, project=submitted, ground=OppositionGround.TERRITORY, reason=" ")


@pytest.mark.parametrize("who", ["ars_reader", "coordinator", "fund_officer", "observer"])
def test_r5_only_the_ars_decides(ours, submitted, who):
    with pytest.raises(NotAllowed):
        actions.approve(actor=getattr(ours, who), project=submitted)


def test_r5_the_ars_of_another_region_does_not_decide(theirs, submitted):
    with pytest.raises(NotAllowed):
        actions.approve(actor=theirs.ars_officer, project=submitted)


def test_a_version_that_follows_keeps_the_text(ours, submitted):
    actions.approve(actor=ours.ars_officer, project=submitted)
    version = actions.new_version(actor=ours.coordinator, project=submitted)
    assert (version.version_number, version.status) == (2, ProjectStatus.DRAFT)
    assert missing_items(version) == []
    assert set(version.communes.values_list("code", flat=True)) == set(ENOUGH)
    submitted.refresh_from_db()
    assert submitted.status == ProjectStatus.APPROVED
    with pytest.raises(DomainError, match="version 2"):
        actions.new_version(actor=ours.coordinator, project=submitted)


def test_a_version_does_not_follow_one_that_is_under_review(ours, submitted):
    with pytest.raises(TransitionNotAllowed):
        actions.new_version(actor=ours.coordinator, project=submitted)


# Comments


def test_the_three_parties_comment_and_readers_do_not(ours, submitted):
    for who in ("coordinator", "ars_officer", "fund_officer"):
        actions.comment_section(actor=getattr(ours, who), project=submitted, part="ASSESSMENT", text="À préciser.")
    assert submitted.comments.count() == 3
    for who in ("reader", "ars_reader", "fund_reader", "observer"):
        with pytest.raises(NotAllowed):
            actions.comment_section(actor=getattr(ours, who), project=submitted, part="ASSESSMENT", text="À préciser.")


def test_a_decided_project_is_not_commented(ours, submitted):
    actions.approve(actor=ours.ars_officer, project=submitted)
    with pytest.raises(DomainError, match="ne se commente plus"):
        actions.comment_section(actor=ours.ars_officer, project=submitted, part="ASSESSMENT", text="Oui.")


# Mails


def test_each_step_tells_those_whose_turn_it_is(ours, ready, django_capture_on_commit_callbacks, on_day):
    def sent_by(action, **values):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action(project=ready, **values)
        return {address for message in mail.outbox for address in message.to}

    ars, fund = "paul.ars-trois-rives@exemple.test", "anne.cpam-trois-rives@exemple.test"
    cpts = {"camille.trois-rives@exemple.test", "nadia.trois-rives@exemple.test"}
    assert sent_by(actions.submit_project, actor=ours.coordinator) == {ars, fund}
    assert "16 mai 2026" in mail.outbox[0].body
    assert f"/projets/{ready.pk}/" in mail.outbox[0].body
    assert sent_by(actions.send_back, actor=ours.ars_officer, reason="Précisez.") == cpts
    assert "Précisez." in mail.outbox[0].body
    actions.resume(actor=ours.coordinator, project=ready)
    actions.submit_project(actor=ours.coordinator, project=ready)
    on_day(DAY_AFTER)
    assert sent_by(actions.approve_tacitly) == {*cpts, ars}
    assert "approuvé tacitement depuis le 17 mai 2026" in plain(mail.outbox[0].body)


def test_scope_a_project_is_its_cpts_alone_until_first_sent(ours, theirs, ready):
    def sees(actor) -> bool:
        return HealthProject.objects.visible_to(actor).filter(pk=ready.pk).exists()

    assert sees(ours.reader)
    assert not any(sees(actor) for actor in (ours.ars_officer, ours.fund_officer, ours.observer))
    actions.submit_project(actor=ours.coordinator, project=ready)
    assert all(sees(actor) for actor in (ours.ars_officer, ours.fund_officer, ours.observer))
    assert not any(sees(actor) for actor in (theirs.coordinator, theirs.ars_officer, theirs.fund_officer))
