"""What a programme is made of: actions, deliverables, indicators and their scales (R13, R14)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction

from agreements.enums import Direction
from agreements.scales import IndicatorInput
from core import audit
from core.actor import Actor
from core.enums import Side
from core.errors import DomainError
from indicators import rules
from indicators.actions.rows import (
    INDICATOR_FIELDS,
    check_version,
    lock,
    next_position,
    set_levels,
    stored,
    touch,
    writable_mission,
)
from indicators.assemblers import definition_of
from indicators.enums import Nature, Usage
from indicators.models import (
    Deliverable,
    Indicator,
    IndicatorValue,
    MissionAction,
    ProgrammeMission,
)


@transaction.atomic
def save_action(
    *,
    actor: Actor,
    programme_mission: ProgrammeMission,
    mission_action: MissionAction | None = None,
    title: str,
    lead: str = "",
    deliverables: Iterable[str] = (),
    version: int | str | None = None,
) -> MissionAction:
    """Write an action and its expected deliverables, in that order (R13a); `version` is the one that was read."""
    mission = writable_mission(actor, programme_mission)
    if mission_action is None:
        action = MissionAction(programme_mission=mission, position=next_position(mission.actions))
    else:
        action = lock(MissionAction, mission_action)
        check_version(action, version, {"title": action.title, "lead": action.lead})
        action.lock_version += 1
    before = stored(action, "title", "lead")
    action.title, action.lead = title.strip(), lead.strip()
    if not action.title:
        raise DomainError("Donnez un nom à l’action.", "title")
    action.save()
    _set_deliverables(actor, action, [label.strip() for label in deliverables if label.strip()])
    touch(mission.programme)
    after = {**stored(action, "title", "lead"), "deliverables": list(deliverables)}
    audit.record(actor, "action.save", action, before=before, after=after)
    return action


@transaction.atomic
def delete_action(*, actor: Actor, mission_action: MissionAction) -> None:
    """Delete an action with its indicators and deliverables; a national indicator stays, outside of it (R14)."""
    mission = writable_mission(actor, mission_action.programme_mission)
    action = _row_to_delete(MissionAction, mission_action)
    action.indicators.exclude(national_code="").update(action=None)
    if IndicatorValue.objects.filter(indicator__action=action).exists():
        raise DomainError("Un indicateur de cette action a déjà une valeur : elle ne se supprime plus.")
    for indicator in action.indicators.all():
        audit.record(actor, "indicator.delete", indicator, before=stored(indicator, *INDICATOR_FIELDS))
    for deliverable in action.deliverables.all():
        audit.record(actor, "deliverable.delete", deliverable)
    audit.record(actor, "action.delete", action, before=stored(action, "title", "lead"))
    action.delete()
    touch(mission.programme)


@transaction.atomic
def save_indicator(
    *,
    actor: Actor,
    programme_mission: ProgrammeMission,
    indicator: Indicator | None = None,
    action: MissionAction | None = None,
    label: str,
    unit: str = "",
    calculation: str = "",
    usage: str = Usage.RESULT,
    nature: str = Nature.OUTCOME,
    owner: str = Side.CPTS,
    counts_patients: bool = False,
    scale: str = "",
    direction: str = Direction.UP,
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    maximum_amount: Decimal | None = None,
    levels: Sequence[tuple[Decimal, Decimal]] = (),
    version: int | str | None = None,
) -> Indicator:
    """Write an indicator, with its scale when it carries money (R13c, R13d); `levels` go from easy to hard.

    A national indicator keeps its code and its words (R14). The error names the field that R13 refuses.
    """
    mission = writable_mission(actor, programme_mission)
    indicator = _indicator_to_write(mission, indicator, version)
    before = stored(indicator, *INDICATOR_FIELDS)
    if not indicator.is_national:
        indicator.label, indicator.unit = label.strip(), unit.strip()
        indicator.owner, indicator.counts_patients = Side(owner), counts_patients
    indicator.action, indicator.calculation = action, calculation.strip()
    indicator.usage, indicator.nature, indicator.direction = usage, nature, direction
    indicator.scale = scale if indicator.is_result else ""
    indicator.maximum_amount = maximum_amount if indicator.is_result else None
    indicator.baseline, indicator.target = baseline, target
    definition = _checked_definition(mission, indicator, levels)
    indicator.save()
    set_levels(indicator, definition.levels if definition else ())
    touch(mission.programme)
    after = {**stored(indicator, *INDICATOR_FIELDS), "levels": list(levels) if definition else []}
    audit.record(actor, "indicator.save", indicator, before=before, after=after)
    return indicator


@transaction.atomic
def delete_indicator(*, actor: Actor, indicator: Indicator) -> None:
    """Delete an indicator. A national follow-up indicator cannot be removed (R14)."""
    mission = writable_mission(actor, indicator.programme_mission)
    indicator = _row_to_delete(Indicator, indicator)
    if indicator.is_national:
        raise DomainError("Cet indicateur national est dans tous les contrats : il ne se retire pas.")
    if IndicatorValue.objects.filter(indicator=indicator).exists():
        raise DomainError("Cet indicateur a déjà une valeur : il ne se supprime plus.")
    audit.record(actor, "indicator.delete", indicator, before=stored(indicator, *INDICATOR_FIELDS))
    indicator.delete()
    touch(mission.programme)


def _row_to_delete(model, row):
    try:
        return lock(model, row)
    except model.DoesNotExist as error:  # two people deleted it at once
        raise DomainError("Quelqu’un d’autre l’a supprimé juste avant vous.") from error


def _set_deliverables(actor: Actor, action: MissionAction, labels: list[str]) -> None:
    """Keep the rows whose words did not change, since a file may hang on them."""
    known = {deliverable.label: deliverable for deliverable in action.deliverables.all()}
    for label in sorted(known.keys() - set(labels)):
        if known[label].file_id:
            raise DomainError(f"Le livrable « {label} » est déjà déposé : il ne se retire plus.", "deliverables")
        audit.record(actor, "deliverable.delete", known[label])
        known[label].delete()
    for position, label in enumerate(dict.fromkeys(labels), start=1):
        row = known.get(label) or Deliverable(action=action, label=label)
        row.position = position
        row.save()


def _indicator_to_write(mission: ProgrammeMission, indicator: Indicator | None, version: int | str | None) -> Indicator:
    if indicator is None:
        return Indicator(programme_mission=mission, position=next_position(mission.indicators))
    indicator = lock(Indicator, indicator)
    check_version(indicator, version, stored(indicator, *INDICATOR_FIELDS))
    indicator.lock_version += 1
    return indicator


def _checked_definition(
    mission: ProgrammeMission, indicator: Indicator, levels: Sequence[tuple[Decimal, Decimal]]
) -> IndicatorInput | None:
    """Return the scale of a result indicator once R13 and R14 accept it, None for one that is only followed."""
    if not indicator.label:
        raise DomainError("Donnez un intitulé à l’indicateur.", "label")
    if indicator.action is not None and indicator.action.programme_mission_id != mission.pk:
        raise DomainError("Cette action n’est pas de la même mission.", "action")
    definition = None
    if indicator.scale and indicator.maximum_amount is not None:
        definition = definition_of(
            scale=indicator.scale,
            maximum_amount=indicator.maximum_amount,
            direction=indicator.direction,
            baseline=indicator.baseline,
            target=indicator.target,
            levels=levels,
        )
    rules.check_indicator(
        mission=mission.mission,
        usage=indicator.usage,
        scale=indicator.scale,
        maximum_amount=indicator.maximum_amount,
        definition=definition,
    )
    return definition
