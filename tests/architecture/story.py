"""One story that gives every route an object in the state the route is for, and foreigners to try it.

`east` lives far from `west` and shares nothing with it: each word it wrote carries CANARY. The CPTS beside west
have the same ARS and fund; each is at another stage.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.apps import apps
from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat, Left

from accounts import actions as account_actions
from accounts.models import Delegation, Invitation, Membership
from agreements.actions import load_passes
from agreements.enums import MissionCode
from contracts import actions as contract_actions
from contracts.models import Amendment, Contract
from core import clock
from core.dates import add_months
from core.enums import Role, Side
from core.models import Signed
from dialogues import actions as dialogue_actions
from dialogues.enums import DialogueKind
from dialogues.models import AnnualAnnex, ManagementDialogue
from documents.models import StoredFile
from funding import actions as funding_actions
from funding.models import Payment, PaymentOrder, Statement, StatementLine
from health_projects import actions as project_actions
from health_projects.models import HealthProject
from indicators import actions as indicator_actions
from indicators.models import Deliverable, Evidence, Indicator, IndicatorValue, Programme
from simulator import actions as simulator_actions
from simulator.models import Scenario
from spending import actions as spending_actions
from spending.enums import Category, Envelope, Profession
from spending.models import Expense
from tests.utils import stories
from tests.utils.amendments import draft_amendment
from tests.utils.delegations import delegate
from tests.utils.factories import A_DAY, MembershipFactory, UserFactory
from tests.utils.world import Tenant, make_tenant

TODAY = A_DAY
SIGNED_ON = add_months(TODAY, -13)
CANARY = "Zibeline"
A_DAY_TO_COME = add_months(TODAY, 12 * 50)  # whatever the day of the run: a delegation that opens nothing yet
ROOMS = ("health_projects", "contracts", "indicators", "dialogues", "funding", "spending", "documents", "simulator")
SIMULATED = {
    "agreement": "aci-2021",
    "signed_on": SIGNED_ON.isoformat(),
    "population": 65_000,
    "years": 5,
    "missions": [{"mission": "PREVENTION", "starts_on": TODAY.isoformat(), "rates": {"2": "0.6"}}],
}
# Written words only: no code, no fingerprint, nothing a constraint reads.
KEPT_FIELDS = {"key", "code", "sha256", "content_hash", "agreed_hash", "template_name", "content_type", "mission"}


@dataclass(kw_only=True)
class Dossier:
    """A CPTS whose first year is evaluated, and what its second year has under way."""

    tenant: Tenant
    contract: Contract
    closed_programme: Programme
    open_programme: Programme
    indicator: Indicator
    fund_indicator: Indicator
    value: IndicatorValue
    deliverable: Deliverable
    evidence: StoredFile
    planned: ManagementDialogue
    held: ManagementDialogue
    at_approval: ManagementDialogue
    closed: ManagementDialogue
    annex: AnnualAnnex
    statement: Statement
    due: Payment
    ordered: Payment
    expense: Expense
    bare_expense: Expense
    order: PaymentOrder
    new_version: HealthProject
    scenario: Scenario
    invitation: Invitation
    delegation: Delegation
    revoked: Membership


@dataclass(kw_only=True)
class Story:
    """Everything the routes of the policy are about."""

    west: Dossier
    east: Dossier
    beside: dict[str, Tenant]
    revoked: dict[str, Membership]
    submitted: HealthProject
    overlapping: HealthProject
    sent_back: HealthProject
    approved: HealthProject
    draft: Contract
    negotiated: Contract
    to_sign: Contract
    ending: Contract
    amendment: Amendment
    amendment_to_sign: Amendment
    observer: Membership
    administrator: Membership
    outsider: object = field(default_factory=UserFactory)  # signed in, of no organisation

    @property
    def dossiers(self) -> tuple[Dossier, Dossier]:
        return self.west, self.east


def make_story(observer: Membership, administrator: Membership) -> Story:
    """Return the story, played on TODAY: about fifteen seconds, most of them for four PDF."""
    with stories.at(TODAY):
        east = dossier(make_tenant(CANARY))
        mark_every_word()
        west = dossier(make_tenant("Ouest"))
        names = ("Voisine", "Colline", "Rive", "Plateau", "Vallon", "Falaise", "Cime", "Lande", "Berge")
        beside = {name: make_tenant(name, beside=west.tenant) for name in names}
        submitted, overlapping = overlapping_projects(beside["Voisine"], beside["Colline"])
        ending = ending_contract(beside["Lande"])
        amended = stories.active_contract(beside["Berge"], signed_on=add_months(TODAY, -6))
        return Story(
            west=west,
            east=east,
            beside=beside,
            revoked={name: revoked_member(tenant) for name, tenant in beside.items()},
            submitted=submitted,
            overlapping=overlapping,
            sent_back=sent_back_project(beside["Falaise"]),
            approved=stories.approved_project(beside["Vallon"]),
            draft=stories.drafted_contract(beside["Rive"]),
            negotiated=stories.negotiated_contract(beside["Plateau"]),
            to_sign=contract_to_sign(beside["Cime"]),
            ending=ending,
            amendment=draft_amendment(beside["Lande"].coordinator, ending),
            amendment_to_sign=amendment_in_signature(beside["Berge"], amended),
            observer=observer,
            administrator=administrator,
        )


def dossier(tenant: Tenant) -> Dossier:
    """Return the dossier of a tenant: first year evaluated, second year begun."""
    contract = stories.evaluated_contract(tenant, signed_on=SIGNED_ON)
    first, second = (contract.years.get(number=number).programme for number in (1, 2))
    evidence = Evidence.objects.filter(value__indicator__programme_mission__programme=first).first()
    starts = {row.mission: row for row in contract.dialogues.filter(kind=DialogueKind.MISSION_START)}
    hold(tenant, starts[MissionCode.PREVENTION])
    send(tenant, starts[MissionCode.CARE_PATHWAYS])
    indicators = Indicator.objects.filter(  # only a mission that has started has values
        programme_mission__programme=second, programme_mission__mission=MissionCode.ACCESS_TO_CARE
    )
    indicator = indicators.results().get()
    payments = list(contract.payments.filter(status="DUE").order_by("due_on", "pk"))
    order = funding_actions.order_period(
        actor=tenant.accountant.as_actor(),
        first_day=SIGNED_ON,
        last_day=SIGNED_ON,
        seen_total=payments[0].net_amount,
    )
    return Dossier(
        tenant=tenant,
        contract=contract,
        closed_programme=first,
        open_programme=second,
        indicator=indicator,
        fund_indicator=indicators.filter(owner=Side.FUND).first(),
        value=entered_value(tenant, indicator),
        deliverable=Deliverable.objects.get(
            action__programme_mission=indicator.programme_mission,
        ),
        evidence=evidence.file,
        planned=starts[MissionCode.HEALTH_CRISIS],
        held=starts[MissionCode.PREVENTION],
        at_approval=starts[MissionCode.CARE_PATHWAYS],
        closed=contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1),
        annex=contract.annexes.get(),
        statement=contract.statements.get(),
        order=order,
        ordered=payments[0],
        due=payments[1],
        expense=entered_expense(tenant, contract, receipt=("facture.pdf", stories.PDF)),
        bare_expense=entered_expense(tenant, contract),
        new_version=project_actions.new_version(actor=tenant.coordinator.as_actor(), project=contract.health_project),
        scenario=simulator_actions.save_scenario(
            actor=tenant.coordinator.as_actor(), name="À soixante pour cent", note="Une note.", document=SIMULATED
        ),
        invitation=account_actions.invite(
            actor=tenant.president.as_actor(), email=f"invite@{tenant.cpts.code}.test", role=Role.READER
        ),
        delegation=delegate(tenant.president, tenant.treasurer, starts_on=A_DAY_TO_COME),
        revoked=revoked_member(tenant),
    )


def mark_every_word() -> None:
    """Put CANARY in each word written so far (by east, who is alone): a page of west that shows one has leaked."""
    for model in (model for room in ROOMS for model in apps.get_app_config(room).get_models()):
        if issubclass(model, Signed | Statement | StatementLine):  # never change; their names carry CANARY already
            continue
        for name in written_words(model):
            marked = Left(Concat(Value(f"{CANARY} "), name), model._meta.get_field(name).max_length or 10_000)
            model.objects.exclude(**{name: ""}).update(**{name: marked})


def written_words(model: type[models.Model]) -> list[str]:
    """Return the text fields of a model that a person filled, or that hold such words."""
    return [
        item.name
        for item in model._meta.concrete_fields
        if isinstance(item, models.CharField | models.TextField)
        and not (item.choices or item.unique or item.name in KEPT_FIELDS or isinstance(item, models.UUIDField))
    ]


def revoked_member(tenant: Tenant) -> Membership:
    """Return a coordinator whose place was closed."""
    return MembershipFactory(
        organisation=tenant.cpts,
        role=Role.COORDINATOR,
        is_active=False,
        user__last_name=tenant.coordinator.user.last_name,
    )


def overlapping_projects(one: Tenant, other: Tenant) -> tuple[HealthProject, HealthProject]:
    """Return two projects under review whose territories share a commune."""
    projects = []
    for tenant in (one, other):
        project = stories.draft_project(tenant)
        codes = [commune.code for commune in {*tenant.communes, one.communes[1]}]
        project_actions.set_communes(actor=tenant.coordinator.as_actor(), project=project, codes=codes)
        project = HealthProject.objects.get(pk=project.pk)
        project_actions.submit_project(actor=tenant.coordinator.as_actor(), project=project)
        projects.append(HealthProject.objects.get(pk=project.pk))
    return projects[0], projects[1]


def sent_back_project(tenant: Tenant) -> HealthProject:
    """Return a project that the ARS sent back for correction."""
    project = stories.draft_project(tenant)
    project_actions.submit_project(actor=tenant.coordinator.as_actor(), project=project)
    project_actions.send_back(actor=tenant.ars_officer.as_actor(), project=project, reason="Précisez le diagnostic.")
    return HealthProject.objects.get(pk=project.pk)


def contract_to_sign(tenant: Tenant) -> Contract:
    """Return a contract in signature whose PDF is still waited for: its pages do not need the bytes."""
    contract = stories.negotiated_contract(tenant)
    for actor in tenant.consenting:
        contract = contract_actions.consent(actor=actor, contract=contract)
    return Contract.objects.get(pk=contract.pk)


def ending_contract(tenant: Tenant) -> Contract:
    """Return a contract in force whose end the CPTS proposes to the two others, with a rate for the year cut short."""
    contract = stories.active_contract(tenant, signed_on=add_months(TODAY, -6))
    stories.start_mission(tenant, contract, MissionCode.ACCESS_TO_CARE, add_months(TODAY, -3))
    president = tenant.president.as_actor()
    contract_actions.notify_termination(
        actor=president,
        contract=contract,
        ground="COMMON_ACCORD",
        reason="Les deux communautés se rapprochent.",
        notified_on=TODAY,
        effective_on=add_months(TODAY, 2),
    )
    contract_actions.set_termination_rates(
        actor=president, contract=contract, rates={MissionCode.ACCESS_TO_CARE.value: Decimal("0.8")}
    )
    return Contract.objects.get(pk=contract.pk)


def amendment_in_signature(tenant: Tenant, contract: Contract) -> Amendment:
    """Return an amendment to which the three consented, its PDF still waited for."""
    amendment = draft_amendment(tenant.coordinator, contract)
    for actor in tenant.consenting:
        contract_actions.consent_to_amendment(actor=actor, amendment=amendment)
    return Amendment.objects.get(pk=amendment.pk)


def hold(tenant: Tenant, dialogue: ManagementDialogue) -> None:
    """Hold a dialogue of start and write its minutes."""
    actor = tenant.coordinator.as_actor()
    dialogue_actions.hold(actor=actor, dialogue=dialogue, held_on=clock.today(), participants="Les trois parties")
    dialogue.refresh_from_db()
    dialogue_actions.write_minutes(
        actor=actor,
        dialogue=dialogue,
        version=dialogue.lock_version,
        minutes="Les parties ont examiné le démarrage.",
        decisions="La mission démarre.",
        mission_starts_on=clock.today(),
    )


def send(tenant: Tenant, dialogue: ManagementDialogue) -> None:
    """Bring a dialogue of start to the approval of its minutes."""
    hold(tenant, dialogue)
    dialogue_actions.send_minutes(actor=tenant.coordinator.as_actor(), dialogue=dialogue)


def entered_value(tenant: Tenant, indicator: Indicator) -> IndicatorValue:
    """Return a value that waits for the confirmation of another party."""
    return indicator_actions.enter_value(
        actor=tenant.coordinator.as_actor(),
        indicator=indicator,
        achieved=True,
        period_start=clock.today() - timedelta(days=20),
        period_end=clock.today(),
        source="Compte rendu de réunion",
        files=[("compte-rendu.pdf", stories.PDF)],
    )


def entered_expense(tenant: Tenant, contract: Contract, receipt: tuple[str, bytes] | None = None) -> Expense:
    """Return an expense of the running year; the one with a receipt was paid to a professional."""
    actor = tenant.treasurer.as_actor()
    professional = None
    if receipt:
        load_passes()
        professional = spending_actions.add_professional(
            actor=actor, contract=contract, name=f"Camille {tenant.cpts.name}", profession=Profession.NURSE
        )
    return spending_actions.add_expense(
        actor=actor,
        contract=contract,
        receipt=receipt,
        spent_on=clock.today(),
        envelope=Envelope.ACCESS_TO_CARE,
        category=Category.INDEMNITIES if professional else Category.EQUIPMENT,
        label=f"Réunion, {tenant.cpts.name}" if professional else f"Tablettes, {tenant.cpts.name}",
        amount=Decimal("250.00"),
        professional=professional,
    )
