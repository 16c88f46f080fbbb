"""A dossier brought to a state by the actions of the rooms, as people would: nothing is written behind their back."""

from datetime import date

import time_machine

from agreements.enums import MissionCode, Scale
from agreements.models import AgreementVersion
from contracts import actions as contract_actions
from contracts.assemblers import first_programme
from contracts.enums import AmendmentStatus, SigningOrder
from contracts.models import Amendment, Contract
from core import clock
from core.dates import add_months
from dialogues import actions as dialogue_actions
from dialogues.enums import DialogueKind
from dialogues.models import ManagementDialogue
from documents import jobs as document_jobs
from health_projects import actions as project_actions
from health_projects.enums import SectionKey
from health_projects.models import HealthProject
from indicators import actions as indicator_actions
from indicators.enums import Usage
from indicators.models import Indicator, Programme
from tests.utils.world import Tenant

SIGNED_ON = date(2025, 3, 17)
PDF = b"%PDF-1.7\n% piece justificative\n"


def at(day: date):
    """Return the context in which the portal's day is `day`, at noon."""
    return time_machine.travel(f"{day.isoformat()}T12:00:00+00:00", tick=False)


def draft_project(tenant: Tenant) -> HealthProject:
    """Return a project that its coordinator may submit."""
    actor = tenant.coordinator.as_actor()
    project = project_actions.create_project(actor=actor)
    for key in SectionKey:
        section = project.sections.filter(key=key).first()
        project_actions.save_section(
            actor=actor,
            project=project,
            key=key,
            text=f"Texte de la section « {key.label} ».",
            version=section.lock_version if section else 0,
        )
    project_actions.set_communes(actor=actor, project=project, codes=[commune.code for commune in tenant.communes])
    core = [MissionCode.ACCESS_TO_CARE, MissionCode.CARE_PATHWAYS, MissionCode.PREVENTION, MissionCode.HEALTH_CRISIS]
    project_actions.set_missions(actor=actor, project=project, missions=core)
    return HealthProject.objects.get(pk=project.pk)


def approved_project(tenant: Tenant) -> HealthProject:
    """Return a project approved by the ARS."""
    project = draft_project(tenant)
    project_actions.submit_project(actor=tenant.coordinator.as_actor(), project=project)
    return project_actions.approve(actor=tenant.ars_officer.as_actor(), project=project)


def drafted_contract(tenant: Tenant) -> Contract:
    """Return a draft contract whose programme is fully spread, with a planned start for each mission."""
    actor = tenant.coordinator.as_actor()
    contract = contract_actions.draft_contract(actor=actor, health_project=approved_project(tenant))
    planned = add_months(clock.today(), 3)
    contract_actions.update_contract(
        actor=actor,
        contract=contract,
        version=contract.lock_version,
        local_clauses="",
        signing_order=SigningOrder.TOGETHER,
        member_count=40,
        missions=[(mission.mission, planned) for mission in contract.missions.all()],
    )
    contract = Contract.objects.get(pk=contract.pk)
    spread(tenant, first_programme(contract))
    return contract


def spread(tenant: Tenant, programme: Programme) -> None:
    """Give each mission an action and one indicator that carries the whole of its variable part."""
    actor = tenant.coordinator.as_actor()
    for mission in programme.missions.all():
        action = indicator_actions.save_action(
            actor=actor,
            programme_mission=mission,
            title=f"Action de {mission.label}",
            deliverables=["Compte rendu"],
        )
        if mission.mission == MissionCode.HEALTH_CRISIS:
            continue
        indicator_actions.save_indicator(
            actor=actor,
            programme_mission=mission,
            action=action,
            label=f"Réunions tenues, {mission.label}",
            usage=Usage.RESULT,
            scale=Scale.ACHIEVED,
            maximum_amount=mission.variable_amount,
        )


def negotiated_contract(tenant: Tenant) -> Contract:
    """Return a contract in negotiation whose SIGNATURE dialogue is closed: consents may be given."""
    contract = drafted_contract(tenant)
    dialogue_actions.open_negotiation(actor=tenant.coordinator.as_actor(), contract=contract)
    close_dialogue(tenant, contract.dialogues.get(kind=DialogueKind.SIGNATURE))
    return Contract.objects.get(pk=contract.pk)


def contract_to_sign(tenant: Tenant) -> Contract:
    """Return a contract to which the three consented, its PDF ready."""
    contract = negotiated_contract(tenant)
    for actor in tenant.consenting:
        contract = contract_actions.consent(actor=actor, contract=contract)
    document_jobs.render_document(str(contract.document_id))
    return Contract.objects.get(pk=contract.pk)


def active_contract(tenant: Tenant, *, signed_on: date) -> Contract:
    """Return a contract signed by the three on `signed_on`, with its calendar of dialogues."""
    with at(signed_on):
        contract = contract_to_sign(tenant)
        for actor in tenant.signing:
            contract = contract_actions.sign_contract(actor=actor, contract=contract)
        follow_time(contract)
    return Contract.objects.get(pk=contract.pk)


def follow_time(contract: Contract) -> None:
    """Do what the day calls for: dialogues of the calendar, payments that fall due."""
    from funding import actions as funding_actions

    dialogue_actions.follow_calendar(contract=contract)
    funding_actions.follow_schedule(contract=contract)


def start_mission(tenant: Tenant, contract: Contract, mission: str, starts_on: date) -> None:
    """Start a mission by its dialogue, on the day itself."""
    with at(starts_on):
        dialogue = contract.dialogues.get(kind=DialogueKind.MISSION_START, mission=mission)
        close_dialogue(tenant, dialogue, mission_starts_on=starts_on)


def close_dialogue(tenant: Tenant, dialogue: ManagementDialogue, **decided) -> ManagementDialogue:
    """Hold a dialogue today, write its minutes, and have the three approve them."""
    return approve_dialogue(tenant, write_dialogue(tenant, dialogue, **decided))


def write_dialogue(tenant: Tenant, dialogue: ManagementDialogue, **decided) -> ManagementDialogue:
    """Hold a dialogue today and write its minutes."""
    actor = tenant.coordinator.as_actor()
    dialogue_actions.hold(actor=actor, dialogue=dialogue, held_on=clock.today(), participants="Les trois parties")
    dialogue = ManagementDialogue.objects.get(pk=dialogue.pk)
    return dialogue_actions.write_minutes(
        actor=actor,
        dialogue=dialogue,
        version=dialogue.lock_version,
        minutes="Les parties ont examiné l’ordre du jour.",
        decisions="",
        **decided,
    )


def approve_dialogue(tenant: Tenant, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Send the minutes to the three, who approve them: the dialogue is closed."""
    dialogue_actions.send_minutes(actor=tenant.coordinator.as_actor(), dialogue=dialogue)
    for approver in tenant.consenting:
        dialogue_actions.approve_minutes(actor=approver, dialogue=dialogue)
    return ManagementDialogue.objects.get(pk=dialogue.pk)


def confirm_results(tenant: Tenant, programme: Programme, *, achieved: bool = True) -> None:
    """Enter each result with a piece of evidence, and have the fund confirm it."""
    started = Indicator.objects.results().filter(programme_mission__active_from__isnull=False)
    for indicator in started.filter(programme_mission__programme=programme):
        value = indicator_actions.enter_value(
            actor=tenant.coordinator.as_actor(),
            indicator=indicator,
            achieved=achieved,
            period_start=clock.today().replace(month=1, day=1),
            period_end=clock.today(),
            source="Compte rendu de réunion",
            files=[("compte-rendu.pdf", PDF)],
        )
        indicator_actions.confirm_value(actor=tenant.fund_officer.as_actor(), value=value)


def evaluated_contract(tenant: Tenant, *, signed_on: date) -> Contract:
    """Return a contract whose first year is closed: one mission started at mid-year, statement issued, annex ready."""
    contract = active_contract(tenant, signed_on=signed_on)
    start_mission(tenant, contract, MissionCode.ACCESS_TO_CARE, add_months(signed_on, 6))
    with at(add_months(signed_on, 13)):
        follow_time(contract)
        confirm_results(tenant, contract.years.get(number=1).programme)
        spread(tenant, contract.years.get(number=2).programme)
        close_dialogue(tenant, contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1))
        document_jobs.render_document(str(contract.annexes.get().document_id))
    return Contract.objects.get(pk=contract.pk)


def amend_agreement(contract: Contract, code: str, *, from_year: int) -> None:
    """Write an amendment in force that brings another version of the national agreement (R2).

    Straight to the table: what reads it is tested, not how the parties sign it.
    """
    Amendment.objects.create(
        contract=contract,
        number=1,
        status=AmendmentStatus.IN_FORCE,
        reason="Nouvel accord national",
        takes_effect_year=from_year,
        agreement_version=AgreementVersion.objects.get(code=code),
        agreed_on=contract.signed_on,
        agreed_hash="0" * 64,
        document=contract.document,
        signed_on=contract.signed_on,
    )
