"""How the writes of this room take their rows: programme first, then what hangs on it, in the version that was read."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from core.actor import Actor
from core.errors import StaleForm, TransitionNotAllowed
from indicators import permissions
from indicators.models import Indicator, Level, Programme, ProgrammeMission

STALE = "Quelqu’un a enregistré pendant que vous lisiez cette page : relisez avant de continuer."
FROZEN = "Ce programme est convenu : son contenu ne change plus."
INDICATOR_FIELDS = [
    "label",
    "unit",
    "calculation",
    "usage",
    "nature",
    "owner",
    "counts_patients",
    "scale",
    "direction",
    "baseline",
    "target",
    "maximum_amount",
]


def lock(model, row):
    """Read a row again under lock: what the action decides on is what is stored."""
    return model.objects.select_for_update(of=("self",)).get(pk=row.pk)


def stored(row, *names: str) -> dict[str, Any]:
    """Return these fields of a row, as a stale form or the journal shows them."""
    return {name: getattr(row, name) for name in names}


def check_version(row, version: int | str | None, current: dict[str, Any]) -> None:
    """Refuse to write over what someone else saved since `version` was read; None asks nothing."""
    if version not in (None, "") and str(version) != str(row.lock_version):
        raise StaleForm(STALE, current=current)


def touch(programme: Programme) -> None:
    """Count a change of content, for whoever holds an older one."""
    programme.lock_version += 1
    programme.save(update_fields=["lock_version", "updated_at"])


def writable(actor: Actor, programme: Programme) -> Programme:
    """Lock a programme that the actor may write; raise NotAllowed otherwise."""
    programme = lock(Programme, programme)
    permissions.check_may_write(actor, programme)
    return programme


def writable_mission(actor: Actor, mission: ProgrammeMission) -> ProgrammeMission:
    """Lock the programme first: two people who spread the same euros do it one after the other."""
    programme = writable(actor, mission.programme)
    mission = lock(ProgrammeMission, mission)
    mission.programme = programme
    if not mission.is_editable:
        raise TransitionNotAllowed(FROZEN)
    return mission


def why_values_wait(mission: ProgrammeMission) -> str:
    """Return the sentence that says why the values of a mission do not move now; empty when they do."""
    if not mission.programme.is_open:
        return "Ce programme n’est pas en cours : ses valeurs ne changent pas."
    if not mission.is_agreed:
        return "Cette mission n’est pas encore convenue : ses valeurs attendent."
    if mission.active_from is None:
        return "Cette mission n’a pas démarré : ses valeurs s’entrent après son dialogue de démarrage."
    return ""


def running_mission(mission: ProgrammeMission) -> ProgrammeMission:
    """Lock the programme, so that no value moves while it is being closed; refuse one that does not run."""
    programme = lock(Programme, mission.programme)
    mission = ProgrammeMission.objects.get(pk=mission.pk)
    mission.programme = programme
    if reason := why_values_wait(mission):
        raise TransitionNotAllowed(reason)
    return mission


def next_position(rows) -> int:
    """Return the rank after the last of these rows."""
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1


def set_levels(indicator: Indicator, levels: Sequence) -> None:
    """Replace the levels of an indicator, from the easiest to the hardest (R13d)."""
    indicator.levels.all().delete()
    Level.objects.bulk_create(
        Level(indicator=indicator, position=position, threshold=level.threshold, amount=level.amount)
        for position, level in enumerate(levels, start=1)
    )
