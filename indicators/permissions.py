"""Who may do what in this room: asked by the views, the pages and the actions alike."""

from accounts.permissions import Act, check, may
from core.actor import Actor
from core.enums import PARTIES, Side
from core.errors import NotAllowed
from indicators.models import Indicator, IndicatorValue, Programme, ProgrammeMission
from indicators.rules import check_other_side, check_owner

OTHER_PROGRAMME = "Votre organisation n’est pas partie à ce programme."


def check_party(actor: Actor, programme: Programme) -> None:
    """Raise NotAllowed unless the actor's organisation is one of the three parties; the portal itself passes."""
    if actor.side == Side.SYSTEM:
        return
    if actor.side not in PARTIES or programme.party(actor.side).pk != actor.organisation_id:
        raise NotAllowed(OTHER_PROGRAMME)


def check_may_write(actor: Actor, programme: Programme) -> None:
    """The coordinator and the president of the CPTS write the programme; officers of ARS and fund propose changes."""
    check_party(actor, programme)
    check(actor, Act.PROPOSE_CONTRACT_CHANGE)


def check_may_enter(actor: Actor, indicator: Indicator) -> None:
    """R15: the side that owns the indicator enters its value."""
    check_party(actor, indicator.programme_mission.programme)
    check(actor, Act.ENTER_VALUE)
    check_owner(actor.side, Side(indicator.owner))


def check_may_deposit(actor: Actor, mission: ProgrammeMission) -> None:
    """The CPTS, which owes the deliverables, deposits them."""
    check_party(actor, mission.programme)
    check(actor, Act.ENTER_VALUE)
    check_owner(actor.side, Side.CPTS)


def check_may_judge(actor: Actor, value: IndicatorValue) -> None:
    """R15: another party confirms or contests it, never one's own side."""
    check_party(actor, value.indicator.programme_mission.programme)
    check(actor, Act.CONFIRM_VALUE)
    check_other_side(actor.side, Side(value.entered_by_side))


def check_may_settle(actor: Actor, indicator: Indicator) -> None:
    """R13e: those who speak for their party retain or neutralise an indicator."""
    check_party(actor, indicator.programme_mission.programme)
    check(actor, Act.SETTLE_INDICATOR)


def can_write(actor: Actor, mission: ProgrammeMission) -> bool:
    """Its writers, while it is written."""
    return may(actor, Act.PROPOSE_CONTRACT_CHANGE) and mission.is_editable


def may_enter(actor: Actor, indicator: Indicator) -> bool:
    """The owner's side."""
    return actor.side == indicator.owner and may(actor, Act.ENTER_VALUE)


def may_deposit(actor: Actor) -> bool:
    """Who enters values for the CPTS."""
    return actor.side == Side.CPTS and may(actor, Act.ENTER_VALUE)


def may_judge(actor: Actor, value: IndicatorValue) -> bool:
    """Another party than the one that entered the value."""
    is_other = actor.side in PARTIES and actor.side != value.entered_by_side
    return is_other and may(actor, Act.CONFIRM_VALUE)


def may_settle(actor: Actor, indicator: Indicator) -> bool:
    """Those who speak for their party, on a result."""
    return indicator.is_result and may(actor, Act.SETTLE_INDICATOR)
