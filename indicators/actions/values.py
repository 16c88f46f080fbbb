"""Values, their evidence, their confirmation, and what the three parties decide of a result (R13e, R15)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import islice

from django.db import transaction

from core import audit, clock
from core.actor import Actor
from core.errors import DomainError
from documents.actions import store_files
from documents.models import StoredFile
from indicators import lifecycle, permissions, rules
from indicators.actions.rows import check_version, lock, running_mission, stored
from indicators.assemblers import check_period_of, check_value_of, indicator_input, result_inputs, with_decision
from indicators.lifecycle import ValueStep
from indicators.models import (
    Deliverable,
    Evidence,
    Indicator,
    IndicatorValue,
    Programme,
    ProgrammeMission,
    ValueTransition,
)

EVIDENCE_KINDS = ("pdf", "png", "jpg", "xlsx", "csv", "docx")
VALUE_FIELDS = ["number", "achieved", "period_start", "period_end", "source", "status"]
DECISION_FIELDS = ["settlement", "retained_amount", "settlement_reason"]


@transaction.atomic
def enter_value(
    *,
    actor: Actor,
    indicator: Indicator,
    number: Decimal | None = None,
    achieved: bool | None = None,
    period_start: date,
    period_end: date,
    source: str,
    files: Iterable[tuple[str, bytes]] = (),
    version: int | str | None = None,
) -> IndicatorValue:
    """Enter the value of an indicator for its year, or enter it again: it then waits for another party (R15).

    Takes a `number`, or `achieved` for an indicator achieved or not; `files` (name, bytes) are its evidence.
    """
    permissions.check_may_enter(actor, indicator)
    running_mission(indicator.programme_mission)
    indicator = lock(Indicator, indicator)
    check_value_of(indicator, number, achieved)
    check_period_of(indicator, period_start, period_end)
    if not source.strip():
        raise DomainError("Indiquez d’où vient cette valeur.", "source")
    value = IndicatorValue.objects.filter(indicator=indicator).first() or IndicatorValue(indicator=indicator)
    before = None if value._state.adding else stored(value, *VALUE_FIELDS)
    if before is not None:
        check_version(value, version, before)
    comment = _what_changes(value, indicator, number, achieved)
    status, value.status = value.status, lifecycle.target_of(ValueStep.ENTER, status=value.status, side=actor.side)
    value.number, value.achieved = (None, achieved) if indicator.is_achieved_or_not else (number, None)
    value.period_start, value.period_end, value.source = period_start, period_end, source.strip()
    value.entered_by_side, value.entered_by_name, value.entered_at = actor.side, actor.user_name, clock.now()
    value.contest_reason = ""
    _save(value, is_new=before is None)
    evidence = _store(actor, indicator.programme_mission.programme, files)
    audit.log_transition(
        ValueTransition, actor, value, ValueStep.ENTER, source=status if before else "", comment=comment
    )
    audit.record(actor, "value.enter", value, before=before, after=stored(value, *VALUE_FIELDS))
    _add_evidence(actor, value, evidence)
    return value


@transaction.atomic
def add_evidence(*, actor: Actor, value: IndicatorValue, files: Iterable[tuple[str, bytes]]) -> list[Evidence]:
    """Add files (name, bytes) to the evidence of a value, read by the three parties. Its owner's side brings them."""
    permissions.check_may_enter(actor, value.indicator)
    running_mission(value.indicator.programme_mission)
    return _add_evidence(actor, value, _store(actor, value.indicator.programme_mission.programme, files))


@transaction.atomic
def deposit_deliverable(*, actor: Actor, deliverable: Deliverable, files: Iterable[tuple[str, bytes]]) -> Deliverable:
    """Deposit the file (name, bytes) of a deliverable; a later one takes its place. The CPTS does it."""
    mission = deliverable.action.programme_mission
    permissions.check_may_deposit(actor, mission)
    mission = running_mission(mission)
    deliverable = lock(Deliverable, deliverable)
    before = deliverable.file
    (deliverable.file,) = _store(actor, mission.programme, islice(files, 1))
    deliverable.save(update_fields=["file", "updated_at"])
    audit.record(actor, "deliverable.deposit", deliverable, before={"file": before}, after={"file": deliverable.file})
    return deliverable


@transaction.atomic
def confirm_value(*, actor: Actor, value: IndicatorValue, version: int | str | None = None) -> IndicatorValue:
    """ENTERED → CONFIRMED by another party; a result value has evidence first (R15)."""
    value = _value_to_judge(actor, value, version)
    status, value.status = value.status, lifecycle.target_of(ValueStep.CONFIRM, status=value.status, side=actor.side)
    rules.check_evidence(usage=value.indicator.usage, count=value.evidence.count())
    _check_other_person(actor, value)
    _save(value, confirmed_by=actor)
    audit.log_transition(ValueTransition, actor, value, ValueStep.CONFIRM, source=status)
    audit.record(actor, "value.confirm", value, before={"status": status}, after={"status": value.status})
    return value


@transaction.atomic
def contest_value(
    *, actor: Actor, value: IndicatorValue, reason: str, version: int | str | None = None
) -> IndicatorValue:
    """ENTERED or CONFIRMED → CONTESTED by another party, with the reason, until the closing (R15)."""
    value = _value_to_judge(actor, value, version)
    status, value.status = (
        value.status,
        lifecycle.target_of(ValueStep.CONTEST, status=value.status, side=actor.side, comment=reason),
    )
    value.contest_reason = reason.strip()
    _save(value)
    audit.log_transition(ValueTransition, actor, value, ValueStep.CONTEST, source=status, comment=value.contest_reason)
    after = {"status": value.status, "reason": value.contest_reason}
    audit.record(actor, "value.contest", value, before={"status": status}, after=after)
    return value


@transaction.atomic
def settle_indicator(
    *,
    actor: Actor,
    indicator: Indicator,
    settlement: str,
    retained_amount: Decimal | None = None,
    reason: str = "",
    version: int | str | None = None,
) -> Indicator:
    """Record what the three parties decided on a result indicator (R13e): neutralised, retained, or nothing.

    Takes the reason, and the euros for RETAINED. Recorded by one party; the approval of the minutes by the three
    makes it theirs.
    """
    permissions.check_may_settle(actor, indicator)
    mission = running_mission(indicator.programme_mission)
    indicator = lock(Indicator, indicator)
    before = stored(indicator, *DECISION_FIELDS)
    check_version(indicator, version, before)
    if not indicator.is_result:
        raise DomainError("Seul un indicateur de résultat se neutralise ou se retient.")
    _check_decision(mission, indicator, settlement, retained_amount, reason.strip())
    indicator.settlement = settlement
    indicator.retained_amount = retained_amount
    indicator.settlement_reason = reason.strip() if settlement else ""
    indicator.lock_version += 1
    indicator.save()
    audit.record(actor, "indicator.settle", indicator, before=before, after=stored(indicator, *DECISION_FIELDS))
    return indicator


def _value_to_judge(actor: Actor, value: IndicatorValue, version: int | str | None) -> IndicatorValue:
    permissions.check_may_judge(actor, value)
    running_mission(value.indicator.programme_mission)
    value = lock(IndicatorValue, value)
    check_version(value, version, stored(value, *VALUE_FIELDS))
    return value


def _check_decision(
    mission: ProgrammeMission,
    indicator: Indicator,
    settlement: str,
    retained_amount: Decimal | None,
    reason: str,
) -> None:
    rules.check_retained(settlement, retained_amount)
    inputs = result_inputs(mission)
    decided = with_decision(indicator_input(indicator), settlement, retained_amount, reason)
    inputs[indicator] = decided
    rules.check_settlement(mission.variable_amount, list(inputs.values()), decided)


def _what_changes(value: IndicatorValue, indicator: Indicator, number: Decimal | None, achieved: bool | None) -> str:
    """Return the sentence of the history: the value, and the one it replaces."""
    entered = IndicatorValue(indicator=indicator, number=None if indicator.is_achieved_or_not else number)
    entered.achieved = achieved if indicator.is_achieved_or_not else None
    if value._state.adding:
        return f"Valeur : {entered.words}."
    if entered.words == value.words:
        return f"Valeur : {entered.words}, sans changement."
    return f"Valeur : {entered.words}, au lieu de {value.words}."


def _save(value: IndicatorValue, *, is_new: bool = False, confirmed_by: Actor | None = None) -> None:
    """Save a value in its new state; only a confirmed one says who confirmed it."""
    value.confirmed_by_side = confirmed_by.side if confirmed_by else ""
    value.confirmed_by_name = confirmed_by.user_name if confirmed_by else ""
    value.confirmed_at = clock.now() if confirmed_by else None
    if not is_new:
        value.lock_version += 1
    value.save()


def _add_evidence(actor: Actor, value: IndicatorValue, files: Iterable[StoredFile]) -> list[Evidence]:
    """Join files to a value; the same bytes prove nothing twice, whatever their name."""
    joined = dict(value.evidence.values_list("sha256", "file__name"))
    added = []
    for file in files:
        if known := joined.get(file.sha256):
            named = f" sous le nom «\u00a0{known}\u00a0»" if known != file.name else ""
            raise DomainError(f"«\u00a0{file.name}\u00a0» est déjà joint à cette valeur{named}.", "files")
        joined[file.sha256] = file.name
        added.append(Evidence.objects.create(value=value, file=file, sha256=file.sha256, **audit.signed_by(actor)))
        audit.record(actor, "evidence.add", value, after={"file": file, "sha256": file.sha256})
    return added


def _store(actor: Actor, programme: Programme, files: Iterable[tuple[str, bytes]]) -> list[StoredFile]:
    """Store files that the three parties read."""
    return store_files(actor=actor, files=files, readers=programme.parties, kinds=EVIDENCE_KINDS)


def _check_other_person(actor: Actor, value: IndicatorValue) -> None:
    """One person never acts for two parties on one contract (design §1)."""
    entered = value.transitions.filter(transition=ValueStep.ENTER).last()
    if actor.user_id is not None and entered is not None and entered.user_id == actor.user_id:
        raise DomainError("Une même personne n’agit pas pour deux parties : vous avez saisi cette valeur.")
