"""The calendar of dialogues (R16): planned, convened, called out of turn."""

from datetime import date
from functools import partial

from django.db import transaction

from accounts.permissions import Act, check
from agreements.rules import DIALOGUE_MONTHS, mission_calendar
from contracts import actions as contract_actions
from contracts import transitions as contract_transitions
from contracts.enums import ContractStatus
from contracts.models import Contract
from contracts.permissions import check_party
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.dates import add_months
from core.errors import DomainError
from core.fingerprints import check_unchanged
from dialogues import notifications, transitions
from dialogues.enums import DialogueKind
from dialogues.lifecycle import Transition
from dialogues.models import ManagementDialogue
from dialogues.rules import ANNOUNCED_MONTHS, agenda_of, check_convened_for, convening_words


@transaction.atomic
def open_negotiation(*, actor: Actor, contract: Contract) -> Contract:
    """Open the negotiation of a draft, with its SIGNATURE dialogue (R16)."""
    contract = contract_actions.open_negotiation(actor=actor, contract=contract)
    _plan(contract, kind=DialogueKind.SIGNATURE, window_opens_on=clock.today())
    return contract


@transaction.atomic
def follow_calendar(*, contract: Contract) -> list[ManagementDialogue]:
    """Create what the calendar calls for (R16): years, dialogues of start, annual dialogues. Safe to run again."""
    contract = contract_actions.end_contract(contract=contract)  # no year opens after an end that is due today
    if contract.signed_on is None:
        return []
    created = []
    if contract.status == ContractStatus.ACTIVE:
        for number in range(1, contract.year_on(clock.today()) + 1):  # a worker stopped for a year leaves none out
            contract_actions.open_year(actor=SYSTEM, contract=contract, number=number)
        created += _plan_mission_starts(contract)
    created += [_plan_annual(contract, number) for number in range(1, contract.last_year + 1)]
    return [dialogue for dialogue in created if dialogue]


@transaction.atomic
def convene(
    *,
    actor: Actor,
    dialogue: ManagementDialogue,
    convened_for: date,
    place: str,
    agenda: str,
    version: str | None = None,
) -> ManagementDialogue:
    """Convene the three parties, or convene them again for another day.

    Raises StaleForm when someone else convened them since `version` was read.
    """
    check(actor, Act.PREPARE_DIALOGUE)
    dialogue = transitions.lock(actor, dialogue)
    check_convened_for(convened_for, today=clock.today())
    check_unchanged(version, dialogue.convening())
    before = dialogue.convening()
    dialogue.convened_for, dialogue.place, dialogue.agenda = convened_for, place, agenda
    after = dialogue.convening()
    told = convening_words(before, after)
    transitions.move(actor, dialogue, Transition.CONVENE, comment=told, before=before, after=after)
    transaction.on_commit(partial(notifications.send_convening, dialogue, told if before["convened_for"] else ""))
    return dialogue


@transaction.atomic
def call_extraordinary(
    *, actor: Actor, contract: Contract, convened_for: date, place: str, agenda: str
) -> ManagementDialogue:
    """R16: any party of a contract in force convenes an extraordinary dialogue, outside the calendar."""
    check(actor, Act.PREPARE_DIALOGUE)
    contract = contract_transitions.lock(contract)
    check_party(actor, contract)
    if contract.status != ContractStatus.ACTIVE:
        raise DomainError("Un dialogue extraordinaire se convoque sur un contrat en vigueur.")
    dialogue = ManagementDialogue.objects.create(
        contract=contract, kind=DialogueKind.EXTRAORDINARY, window_opens_on=clock.today()
    )
    audit.record(actor, "dialogue.call", dialogue)
    return convene(actor=actor, dialogue=dialogue, convened_for=convened_for, place=place, agenda=agenda)


def _plan(contract: Contract, *, kind: DialogueKind, **fields) -> ManagementDialogue | None:
    """Create a dialogue unless it exists; return it when it is new."""
    identity = {name: fields.pop(name) for name in ("year", "mission") if name in fields}
    dialogue, created = ManagementDialogue.objects.get_or_create(
        contract=contract, kind=kind, **identity, defaults={"agenda": agenda_of(kind), **fields}
    )
    if created:
        audit.record(SYSTEM, "dialogue.plan", dialogue)
    return dialogue if created else None


def _plan_annual(contract: Contract, number: int) -> ManagementDialogue | None:
    """Plan the dialogue about a contract year; that of a year cut short opens on the day of the end (R19)."""
    opens_on = contract.end_of_year(number)
    window = {"window_opens_on": opens_on, "window_closes_on": add_months(opens_on, DIALOGUE_MONTHS)}
    if clock.today() < add_months(opens_on, -ANNOUNCED_MONTHS):
        return None
    if contract.is_cut_short(number):
        contract.dialogues.open().filter(kind=DialogueKind.ANNUAL, year=number).update(**window)
    return _plan(contract, kind=DialogueKind.ANNUAL, year=number, **window)


def _plan_mission_starts(contract: Contract) -> list[ManagementDialogue | None]:
    deadlines = {
        item.mission: item.start_by
        for item in mission_calendar(contract.agreement_version.as_value(), contract.signed_on)
    }
    return [
        _plan(
            contract,
            kind=DialogueKind.MISSION_START,
            mission=mission.mission,
            window_opens_on=contract.signed_on,
            window_closes_on=deadlines.get(mission.mission),
        )
        for mission in contract.missions.filter(started_on__isnull=True, withdrawn_from__isnull=True)
    ]
