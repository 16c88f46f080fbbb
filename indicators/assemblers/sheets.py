"""What the pages show of a programme: missions, actions and indicators, and whose turn it is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from agreements.scales import IndicatorInput, earned_by_value, left_to_spread, multiplier
from agreements.scales_told import explain_earned, scale_terms, with_unit
from core.actor import Actor
from core.enums import PARTIES
from core.errors import DomainError
from core.face import HistoryEntry, Turn, latest_first
from core.figures import Figure
from core.wording import counted
from indicators import lifecycle, permissions
from indicators.assemblers.inputs import indicator_input, result_inputs
from indicators.enums import ProgrammeStatus, ValueStatus
from indicators.explanations import payout_curve, target_words
from indicators.lifecycle import VALUE_WORDS, ValueStep
from indicators.models import (
    Deliverable,
    Evidence,
    Indicator,
    IndicatorValue,
    MissionAction,
    Programme,
    ProgrammeMission,
)
from indicators.rules import MISSIONS_WITHOUT_RESULT, WHO


@dataclass(frozen=True, kw_only=True)
class IndicatorLine:
    """An indicator as a page shows it. `earned` is exact, None while nothing says what it earns."""

    indicator: Indicator
    value: IndicatorValue | None
    evidence: list[Evidence]
    terms: list[str]
    baseline: str
    target: str
    value_words: str
    earned: Fraction | None
    maximum: Fraction
    reason: str
    rights: frozenset[str] = frozenset()

    @property
    def can_enter(self) -> bool:
        return "enter" in self.rights

    @property
    def can_confirm(self) -> bool:
        return "confirm" in self.rights

    @property
    def can_contest(self) -> bool:
        return "contest" in self.rights

    @property
    def can_settle(self) -> bool:
        return "settle" in self.rights


@dataclass(frozen=True, kw_only=True)
class ActionCard:
    """An action with its indicators and its deliverables; `action` is None for what belongs to none."""

    action: MissionAction | None
    lines: list[IndicatorLine]
    deliverables: list[Deliverable]


@dataclass(frozen=True, kw_only=True)
class MissionSheet:
    """A mission of the year: its actions, what is left to spread (R13b), what its results earn now (R13f)."""

    mission: ProgrammeMission
    cards: list[ActionCard]
    allocated: Decimal
    left: Decimal
    earned: Fraction

    @property
    def excess(self) -> Decimal:
        return -self.left

    @property
    def rate(self) -> Fraction:
        variable = Fraction(self.mission.variable_amount)
        return self.earned / variable if variable else Fraction(0)

    @property
    def carries_money(self) -> bool:
        return self.mission.mission not in MISSIONS_WITHOUT_RESULT

    @property
    def is_spread(self) -> bool:
        return self.carries_money and not self.left

    @property
    def lines(self) -> list[IndicatorLine]:
        return [line for card in self.cards for line in card.lines]

    @property
    def results(self) -> int:
        """How many indicators carry money."""
        return sum(1 for line in self.lines if line.indicator.is_result)

    @property
    def known(self) -> int:
        """How many of them are confirmed or settled."""
        return sum(1 for line in self.lines if line.indicator.is_result and not line.indicator.is_waiting)


def mission_sheets(programme: Programme, actor: Actor | None = None) -> list[MissionSheet]:
    """Return the missions of a programme brought by `with_content`, as the pages show them to `actor`."""
    return [mission_sheet(mission, actor) for mission in programme.missions.all()]


def mission_sheet(mission: ProgrammeMission, actor: Actor | None = None) -> MissionSheet:
    """Return a mission with its cards, its sums, what each value earns now, and what `actor` may do there."""
    inputs = result_inputs(mission)
    factor = _multiplier(mission, inputs)
    lines = [_line(item, inputs.get(item), factor, actor) for item in mission.indicators.all()]
    left = left_to_spread(mission.variable_amount, list(inputs.values()))
    return MissionSheet(
        mission=mission,
        cards=_cards(mission, lines),
        allocated=mission.variable_amount - left,
        left=left,
        earned=sum((line.earned for line in lines if line.earned is not None), Fraction(0)),
    )


def indicator_figure(indicator: Indicator) -> Figure | None:
    """Return the drawing of what each value of a result indicator earns, None where there is nothing to draw."""
    return payout_curve(indicator_input(indicator), indicator.unit) if indicator.is_result else None


def _multiplier(mission: ProgrammeMission, inputs: dict[Indicator, IndicatorInput]) -> Fraction:
    try:
        return multiplier(mission.variable_amount, list(inputs.values()))
    except DomainError:  # a draft whose sums do not hold yet: shown as written
        return Fraction(1)


def _cards(mission: ProgrammeMission, lines: list[IndicatorLine]) -> list[ActionCard]:
    cards = [
        ActionCard(
            action=action,
            lines=[line for line in lines if line.indicator.action_id == action.pk],
            deliverables=list(action.deliverables.all()),
        )
        for action in mission.actions.all()
    ]
    others = [line for line in lines if line.indicator.action_id is None]
    return [*cards, ActionCard(action=None, lines=others, deliverables=[])] if others else cards


def _line(
    indicator: Indicator, definition: IndicatorInput | None, factor: Fraction, actor: Actor | None
) -> IndicatorLine:
    value, unit = indicator.current_value, indicator.unit
    variable_part = indicator.programme_mission.variable_amount
    earned = earned_now(definition, factor) if definition else None
    return IndicatorLine(
        indicator=indicator,
        value=value,
        evidence=list(value.evidence.all()) if value else [],
        terms=scale_terms(definition, unit) if definition else [],
        baseline=with_unit(indicator.baseline, unit),
        target=target_words(definition, unit) if definition else with_unit(indicator.target, unit),
        value_words=_value_words(value, unit),
        earned=earned,
        maximum=_maximum(definition, factor),
        reason=explain_earned(definition, unit, variable_part, factor) if earned is not None else "",
        rights=rights_on(indicator, actor) if actor else frozenset(),
    )


def rights_on(indicator: Indicator, actor: Actor) -> frozenset[str]:
    """Return what `actor` may do to an indicator now: enter, confirm, contest, settle."""
    if not indicator.programme_mission.is_running:
        return frozenset()
    value = indicator.current_value
    steps = lifecycle.value_steps(value.status if value else None, actor.side)
    judges = value is not None and permissions.may_judge(actor, value)
    found = {str(step.value) for step in steps if step != ValueStep.ENTER and judges}
    if ValueStep.ENTER in steps and permissions.may_enter(actor, indicator):
        found.add("enter")
    if permissions.may_settle(actor, indicator):
        found.add("settle")
    return frozenset(found)


def turn_of(programme: Programme, sheets: list[MissionSheet], actor: Actor) -> Turn | None:
    """Return what waits on this programme: for `actor`, otherwise for another party."""
    if not programme.is_open:
        return None
    running = [sheet for sheet in sheets if sheet.mission.is_running]
    lines = [line for sheet in running for line in sheet.lines if not line.indicator.is_settled]
    to_enter = [line for line in lines if line.value is None or line.value.status == ValueStatus.CONTESTED]
    mine = sum(1 for line in to_enter if line.can_enter)
    to_confirm = sum(1 for line in lines if line.can_confirm)
    if mine or to_confirm:
        tasks = [_count(mine, "à saisir"), _count(to_confirm, "à confirmer")]
        return Turn(text=f"À vous : {' et '.join(task for task in tasks if task)}.")
    if not to_enter:
        return None
    waited = [(WHO[side], sum(1 for line in to_enter if line.indicator.owner == side)) for side in PARTIES]
    text = ", ".join(f"{_count(count, 'à saisir')} par {who}" for who, count in waited if count)
    return Turn(text=f"On attend {text}.", is_mine=False)


def _count(number: int, what: str) -> str:
    return f"{counted(number, 'valeur')} {what}" if number else ""


def programme_to_copy(programme: Programme, actor: Actor) -> Programme | None:
    """Return the programme of the year before, while nothing is written yet in this draft."""
    if programme.status != ProgrammeStatus.DRAFT or programme.year == 1:
        return None
    rows = Programme.objects.visible_to(actor).filter(cpts=programme.cpts_id, year=programme.year - 1)
    return rows.order_by("-created_at").first()


def usual_period(indicator: Indicator) -> dict[str, date]:
    """Return the period that other values of the programme already have, to type it once."""
    values = IndicatorValue.objects.filter(
        indicator__programme_mission__programme=indicator.programme_mission.programme_id
    )
    latest = values.order_by("-entered_at").first()
    return {"period_start": latest.period_start, "period_end": latest.period_end} if latest else {}


def history_of(value: IndicatorValue | None) -> list[HistoryEntry]:
    """Return who did what to a value."""
    steps = value.transitions.all() if value else []
    return latest_first(HistoryEntry.of(step, VALUE_WORDS[step.transition], comment=step.comment) for step in steps)


def _maximum(definition: IndicatorInput | None, factor: Fraction) -> Fraction:
    """R13e: return what an indicator may earn once multiplied; 0 for one that left the sum or carries no money."""
    if definition is None or definition.neutralised:
        return Fraction(0)
    return Fraction(definition.amount) * factor


def _value_words(value: IndicatorValue | None, unit: str) -> str:
    if value is None or value.achieved is not None:
        return value.words if value else ""
    return with_unit(value.number, unit)


def earned_now(definition: IndicatorInput, factor: Fraction) -> Fraction | None:
    """R13c, R13e: return what an indicator earns as things stand; None without a value or a decision."""
    if definition.neutralised:
        return Fraction(0)
    if definition.retained is not None:
        return Fraction(definition.retained)
    if definition.value is None and definition.achieved is None:
        return None
    return earned_by_value(definition) * factor
