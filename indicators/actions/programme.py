"""The programme of a year: made, copied, agreed, opened and closed.

The contract and the dialogues above decide when, and check who may: these actions only ask that the actor belongs
to one of the three parties.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.models import Organisation
from agreements.enums import MissionCode
from agreements.models import NationalIndicator
from core import audit, clock
from core.actor import Actor
from core.enums import Side
from core.errors import DomainError, TransitionNotAllowed
from indicators import lifecycle, permissions, rules
from indicators.actions.rows import FROZEN, INDICATOR_FIELDS, lock, next_position, set_levels, touch, writable
from indicators.assemblers import missing_items, missing_of, missing_results
from indicators.enums import ProgrammeStatus, Usage
from indicators.lifecycle import ProgrammeTransition
from indicators.models import Indicator, Programme, ProgrammeMission

CRISIS_ACTION = "Plan de réponse aux crises sanitaires"
CRISIS_DELIVERABLE = "Plan de réponse aux crises sanitaires, rédigé puis mis à jour chaque année"


@transaction.atomic
def create_programme(
    *,
    actor: Actor,
    cpts: Organisation,
    ars: Organisation,
    fund: Organisation,
    year: int,
    missions: Sequence[tuple[str, Decimal]],
) -> Programme:
    """Return the draft programme of a contract year, with its missions and their variable parts V in euros.

    ACCESS_TO_CARE comes with the national follow-up indicators, HEALTH_CRISIS with its deliverable (R14).
    """
    programme = Programme(cpts=cpts, ars=ars, fund=fund, year=year)
    permissions.check_party(actor, programme)
    programme.save()
    for code, variable_amount in missions:
        _add_mission(programme, code, variable_amount)
    audit.record(actor, "programme.create", programme, after={"year": year, "missions": dict(missions)})
    return programme


@transaction.atomic
def share_programme(*, actor: Actor, programme: Programme) -> Programme:
    """Let the ARS and the fund read and write the programme too. Idempotent."""
    programme = lock(Programme, programme)
    permissions.check_party(actor, programme)
    if programme.shared_at is None:
        programme.shared_at = clock.now()
        programme.save(update_fields=["shared_at", "updated_at"])
        audit.record(actor, "programme.share", programme, after={"shared_at": programme.shared_at})
    return programme


@transaction.atomic
def set_programme_missions(*, actor: Actor, programme: Programme, missions: Sequence[tuple[str, Decimal]]) -> Programme:
    """Make the missions of a programme those of `missions`, in that order, with their variable parts.

    A mission left out of a draft goes with all that was written for it. In a programme in progress none may be
    left out; one that is new (R13a) or whose V changes (R18) is to be written and agreed again.
    """
    programme = lock(Programme, programme)
    permissions.check_party(actor, programme)
    if programme.status not in (ProgrammeStatus.DRAFT, ProgrammeStatus.OPEN):
        raise TransitionNotAllowed(FROZEN)
    known = {mission.mission: mission for mission in programme.missions.all()}
    before = {code: mission.variable_amount for code, mission in known.items()}
    _drop_missions(actor, programme, [known[code] for code in known.keys() - dict(missions).keys()])
    for position, (code, variable_amount) in enumerate(missions, start=1):
        if code in known:
            _set_variable_amount(known[code], variable_amount or Decimal(0), position)
        else:
            _add_mission(programme, code, variable_amount, position)
    touch(programme)
    audit.record(actor, "programme.missions", programme, before=before, after=dict(missions))
    return programme


@transaction.atomic
def copy_programme(*, actor: Actor, source: Programme, target: Programme) -> Programme:
    """Copy actions, indicators, levels and deliverables of `source` into the missions of `target` still blank.

    A mission of `target` that has an action is left as it is. Amounts are copied as they were: what is left to
    spread of a new V shows. Raises DomainError when there is nothing to copy.
    """
    programme = writable(actor, target)
    permissions.check_party(actor, source)
    sources = {mission.mission: mission for mission in source.missions.all()}
    copied = [
        mission
        for mission in programme.missions.all()
        if mission.is_editable and not _is_written(mission) and _is_written(sources.get(mission.mission))
    ]
    for mission in copied:
        _copy_mission(sources[mission.mission], mission)
    if not copied:
        raise DomainError("Il n’y a rien à reprendre : chaque mission a déjà ses actions.")
    touch(programme)
    audit.record(
        actor,
        "programme.copy",
        programme,
        after={"source": source, "missions": [mission.mission for mission in copied]},
    )
    return programme


@transaction.atomic
def agree_programme(*, actor: Actor, programme: Programme) -> Programme:
    """DRAFT → AGREED: the content no longer changes. Refused while `missing_items` has a sentence."""
    programme = lock(Programme, programme)
    if missing := missing_items(programme):
        raise DomainError(" ".join(missing))
    return _move(actor, programme, ProgrammeTransition.AGREE, is_agreed=True)


@transaction.atomic
def reopen_programme(*, actor: Actor, programme: Programme) -> Programme:
    """AGREED → DRAFT: the negotiation starts again before the programme is open."""
    return _move(actor, lock(Programme, programme), ProgrammeTransition.REOPEN, is_agreed=False)


@transaction.atomic
def open_programme(*, actor: Actor, programme: Programme, starts_on: date, ends_on: date) -> Programme:
    """AGREED → OPEN: the year runs, from `starts_on` to `ends_on` excluded (R3), and values are entered."""
    programme = lock(Programme, programme)
    programme.starts_on, programme.ends_on = starts_on, ends_on
    programme.save(update_fields=["starts_on", "ends_on", "updated_at"])
    return _move(actor, programme, ProgrammeTransition.OPEN)


@transaction.atomic
def agree_mission(*, actor: Actor, programme: Programme, mission: str) -> ProgrammeMission:
    """Agree on a mission that joined a programme in progress (R13a), or whose V changed (R18)."""
    programme = lock(Programme, programme)
    permissions.check_party(actor, programme)
    row = programme.missions.filter(mission=mission).first()
    if row is None or not row.is_editable:
        raise TransitionNotAllowed("Cette mission n’attend pas d’être convenue.")
    if missing := missing_of(row):
        raise DomainError(missing)
    row.is_agreed = True
    row.save(update_fields=["is_agreed", "updated_at"])
    audit.record(actor, "programme.agree_mission", row)
    return row


@transaction.atomic
def start_mission(*, actor: Actor, programme: Programme, mission: str, active_from: date) -> ProgrammeMission:
    """Let the results of a mission count from `active_from` on: its start, or the first day of the year (R7)."""
    programme = lock(Programme, programme)
    permissions.check_party(actor, programme)
    row = programme.missions.get(mission=mission)
    before, row.active_from = row.active_from, active_from
    row.save(update_fields=["active_from", "updated_at"])
    audit.record(
        actor, "programme.start_mission", row, before={"active_from": before}, after={"active_from": active_from}
    )
    return row


@transaction.atomic
def close_programme(*, actor: Actor, programme: Programme, needs_results: bool = True) -> Programme:
    """OPEN → CLOSED: nothing changes any more. Refused while an amount is unspread or a result unknown.

    Without `needs_results`, a mission with an unknown result earns nothing by it: the contract ended (R19).
    """
    programme = lock(Programme, programme)
    if needs_results and (missing := [*missing_items(programme), *missing_results(programme)]):
        raise DomainError(" ".join(missing))
    return _move(actor, programme, ProgrammeTransition.CLOSE, is_agreed=True)


@transaction.atomic
def revise_programme(*, actor: Actor, programme: Programme) -> Programme:
    """R17: CLOSED → OPEN: results are corrected; the statement issued from the former ones stays as it was."""
    return _move(actor, lock(Programme, programme), ProgrammeTransition.REVISE)


def _move(
    actor: Actor, programme: Programme, transition: ProgrammeTransition, *, is_agreed: bool | None = None
) -> Programme:
    permissions.check_party(actor, programme)
    source = programme.status
    programme.status = lifecycle.target_of(transition, status=source, side=actor.side)
    programme.save(update_fields=["status", "updated_at"])
    if is_agreed is not None:
        programme.missions.update(is_agreed=is_agreed)
    audit.record(
        actor, f"programme.{transition.value}", programme, before={"status": source}, after={"status": programme.status}
    )
    return programme


def _add_mission(
    programme: Programme, code: str, variable_amount: Decimal | None, position: int | None = None
) -> ProgrammeMission:
    if code not in MissionCode.values:
        raise DomainError(f"La mission « {code} » n’existe pas.")
    mission = programme.missions.create(
        mission=code,
        variable_amount=variable_amount or Decimal(0),
        position=position or next_position(programme.missions),
    )
    if code == rules.MISSION_OF_NATIONAL_INDICATORS:
        _add_national_indicators(mission)
    if code in rules.MISSIONS_WITHOUT_RESULT:
        action = mission.actions.create(title=CRISIS_ACTION, position=1)
        action.deliverables.create(label=CRISIS_DELIVERABLE, position=1)
    return mission


def _add_national_indicators(mission: ProgrammeMission) -> None:
    known = list(NationalIndicator.objects.filter(mission_code=mission.mission).order_by("code"))
    if not known:
        raise DomainError("Les indicateurs nationaux ne sont pas chargés : prévenez l’administration du portail.")
    for position, national in enumerate(known, start=1):
        mission.indicators.create(
            national_code=national.code,
            label=national.label,
            unit=national.unit,
            calculation=national.data_source,
            usage=Usage.FOLLOW_UP,
            owner=Side(national.owner),
            counts_patients=national.counts_patients,
            direction=national.direction,
            position=position,
        )


def _drop_missions(actor: Actor, programme: Programme, missions: list[ProgrammeMission]) -> None:
    if missions and programme.status != ProgrammeStatus.DRAFT:
        raise DomainError("Une mission ne quitte pas un programme en cours.")
    for mission in missions:
        audit.record(actor, "programme_mission.delete", mission)
        mission.delete()


def _set_variable_amount(mission: ProgrammeMission, variable_amount: Decimal, position: int) -> None:
    if mission.variable_amount != variable_amount:
        mission.is_agreed = False
    mission.variable_amount, mission.position = variable_amount, position
    mission.save(update_fields=["variable_amount", "position", "is_agreed", "updated_at"])


def _is_written(mission: ProgrammeMission | None) -> bool:
    """Tell whether someone wrote something: the portal's own action and indicators do not count."""
    if mission is None:
        return False
    own_actions = mission.actions.exclude(title=CRISIS_ACTION, lead="")
    return own_actions.exists() or mission.indicators.filter(national_code="").exists()


def _copy_mission(source: ProgrammeMission, target: ProgrammeMission) -> None:
    target.actions.all().delete()
    actions = {None: None}
    for action in source.actions.prefetch_related("deliverables"):
        actions[action.pk] = target.actions.create(title=action.title, lead=action.lead, position=action.position)
        for deliverable in action.deliverables.all():
            actions[action.pk].deliverables.create(label=deliverable.label, position=deliverable.position)
    kept = {item.national_code: item for item in target.indicators.exclude(national_code="")}
    copied = [*INDICATOR_FIELDS, "national_code", "position"]
    for indicator in source.indicators.prefetch_related("levels"):
        copy = kept.get(indicator.national_code) if indicator.is_national else None
        copy = copy or Indicator(programme_mission=target)
        for name in copied:
            setattr(copy, name, getattr(indicator, name))
        copy.action = actions[indicator.action_id]
        copy.save()
        set_levels(copy, list(indicator.levels.all()))
