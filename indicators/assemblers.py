"""From rows to values: what the arithmetic, the pages, the documents and the rooms above read of a programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from agreements.enums import Direction, Scale
from agreements.scales import (
    IndicatorInput,
    Level,
    check_spread,
    earned_by_value,
    left_to_spread,
    multiplier,
)
from core.actor import Actor
from core.charts import Figure
from core.enums import PARTIES, Side
from core.errors import DomainError
from core.face import HistoryEntry, Turn
from core.money import round_cents
from indicators import lifecycle, permissions
from indicators.enums import ProgrammeStatus, Settlement, ValueStatus
from indicators.explanations import explain_earned, payout_curve, scale_terms, target_words, with_unit
from indicators.lifecycle import ValueStep
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
        return sum(1 for line in self.lines if line.indicator.is_result and not _waits(line.indicator))


# What the arithmetic takes ------------------------------------------------------------------------------------


def definition_of(
    *,
    scale: str,
    maximum_amount: Decimal,
    direction: str,
    baseline: Decimal | None,
    target: Decimal | None,
    levels: Sequence[tuple[Decimal, Decimal]],
    number: Decimal | None = None,
    achieved: bool | None = None,
) -> IndicatorInput:
    """Return a result indicator as the arithmetic of R13 takes it."""
    return IndicatorInput(
        amount=maximum_amount,
        scale=Scale(scale),
        direction=None if scale == Scale.ACHIEVED else Direction(direction),
        levels=tuple(Level(threshold=threshold, amount=amount) for threshold, amount in levels),
        baseline=baseline if scale == Scale.LINEAR else None,
        target=target if scale == Scale.LINEAR else None,
        value=number,
        achieved=achieved,
    )


def indicator_input(indicator: Indicator) -> IndicatorInput:
    """Return a result indicator with its value and what was decided about it."""
    value = indicator.current_value
    definition = definition_of(
        scale=indicator.scale,
        maximum_amount=indicator.maximum_amount,
        direction=indicator.direction,
        baseline=indicator.baseline,
        target=indicator.target,
        levels=[(level.threshold, level.amount) for level in indicator.levels.all()],
        number=value.number if value else None,
        achieved=value.achieved if value else None,
    )
    return with_decision(definition, indicator.settlement, indicator.retained_amount, indicator.settlement_reason)


def with_decision(
    definition: IndicatorInput, settlement: str, retained_amount: Decimal | None, reason: str
) -> IndicatorInput:
    """Return `definition` with a decision of the three parties (R13e)."""
    return IndicatorInput(
        **{
            **vars(definition),
            "neutralised": settlement == Settlement.NEUTRALISED,
            "retained": retained_amount,
            "reason": reason,
        }
    )


def result_inputs(mission: ProgrammeMission) -> dict[Indicator, IndicatorInput]:
    """Return the result indicators of a mission, in order, as the arithmetic takes them."""
    return {item: indicator_input(item) for item in mission.indicators.all() if item.is_result}


def indicator_inputs(programme: Programme) -> dict[str, tuple[IndicatorInput, ...]]:
    """Return mission code -> result indicators, for the missions whose every result is known (R13f).

    A mission with a result neither confirmed nor settled is absent, and so is one without result: the engine
    then says that its variable line is pending.
    """
    programme = _fresh(programme)
    return {
        mission.mission: tuple(inputs.values())
        for mission in programme.missions.all()
        if (inputs := result_inputs(mission)) and not any(_waits(item) for item in inputs)
    }


# What is missing ----------------------------------------------------------------------------------------------


def missing_items(programme: Programme) -> list[str]:
    """Return what keeps a programme from being agreed, as French sentences (R13b, R14)."""
    return missing_sentences(_fresh(programme))


def missing_sentences(programme: Programme) -> list[str]:
    """Return the same of a programme as it was read, for a page."""
    missions = list(programme.missions.all())
    if not missions:
        return ["Le programme n’a pas de mission."]
    return [sentence for mission in missions if (sentence := missing_of(mission))]


def missing_of(mission: ProgrammeMission) -> str:
    """Return the sentence that says what a mission lacks; empty when it lacks nothing."""
    if mission.mission in MISSIONS_WITHOUT_RESULT:
        if any(action.deliverables.all() for action in mission.actions.all()):
            return ""
        return f"{mission.label} : indiquez au moins un livrable attendu (le plan, puis sa mise à jour)."
    try:
        check_spread(mission.variable_amount, list(result_inputs(mission).values()))
    except DomainError as error:
        return f"{mission.label} : {error.message[0].lower()}{error.message[1:]}"
    return ""


def missing_results(programme: Programme) -> list[str]:
    """Return the result indicators neither confirmed nor settled, and what each waits for (design §3).

    A mission that has not started has no result to give.
    """
    return [
        f"{mission.label}, « {indicator.label} » : {_what_it_waits_for(indicator)}."
        for mission in _fresh(programme).missions.all()
        for indicator in mission.indicators.all()
        if mission.active_from and indicator.is_result and _waits(indicator)
    ]


def _waits(indicator: Indicator) -> bool:
    value = indicator.current_value
    return not indicator.is_settled and (value is None or value.status != ValueStatus.CONFIRMED)


def _what_it_waits_for(indicator: Indicator) -> str:
    value = indicator.current_value
    owner = WHO[Side(indicator.owner)]
    if value is None:
        return f"valeur à saisir par {owner}"
    if value.status == ValueStatus.CONTESTED:
        return f"valeur contestée, à revoir par {owner}"
    return "valeur à confirmer par une autre partie"


# What the pages show ------------------------------------------------------------------------------------------


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
        return Turn(text=f"À vous : {' et '.join(task for task in tasks if task)}.")
    if not to_enter:
        return None
    waited = [(WHO[side], sum(1 for line in to_enter if line.indicator.owner == side)) for side in PARTIES]
    text = ", ".join(f"{_count(count, 'à saisir')} par {who}" for who, count in waited if count)
    return Turn(text=f"On attend {text}.", is_mine=False)


def _count(number: int, what: str) -> str:
    return f"{number} valeur{'s' if number > 1 else ''} {what}" if number else ""


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
    """Return who did what to a value, the latest first."""
    if value is None:
        return []
    return [
        HistoryEntry(
            at=entry.at,
            who=entry.user_name,
            what=ValueStep(entry.transition).label,
            organisation=entry.organisation_name,
            side=entry.side,
            comment=entry.comment,
        )
        for entry in reversed(value.transitions.all())
    ]


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


# What documents print and what consents are given to ----------------------------------------------------------


def programme_content(programme: Programme) -> dict[str, Any]:
    """Return what the parties commit to, as plain ordered JSON: hashed for consents, printed in documents.

    Amounts are texts in euros and cents; values and decisions of the year are not part of it.
    """
    programme = _fresh(programme)
    return {
        "year": programme.year,
        "missions": [_mission_content(mission) for mission in programme.missions.all()],
    }


def programme_results(programme: Programme) -> dict[str, Any]:
    """Return what the year gave, indicator by indicator, as plain ordered JSON for the annual annex.

    `earned` is in euros and cents; `rate` is the exact rate of the mission-year (R13f), a fraction in text.
    """
    programme = _fresh(programme)
    return {
        "year": programme.year,
        "missions": [_mission_results(sheet) for sheet in mission_sheets(programme) if sheet.mission.active_from],
    }


def _mission_content(mission: ProgrammeMission) -> dict[str, Any]:
    indicators = list(mission.indicators.all())
    return {
        "mission": mission.mission,
        "label": mission.label,
        "variable_amount": _money(mission.variable_amount),
        "actions": [
            {
                "title": action.title,
                "lead": action.lead,
                "indicators": [_indicator_content(item) for item in indicators if item.action_id == action.pk],
                "deliverables": [deliverable.label for deliverable in action.deliverables.all()],
            }
            for action in mission.actions.all()
        ],
        "indicators": [_indicator_content(item) for item in indicators if item.action_id is None],
    }


def _indicator_content(indicator: Indicator) -> dict[str, Any]:
    return {
        "national_code": indicator.national_code,
        "label": indicator.label,
        "unit": indicator.unit,
        "calculation": indicator.calculation,
        "usage": indicator.usage,
        "nature": indicator.nature,
        "owner": str(indicator.owner),
        "scale": indicator.scale,
        "direction": indicator.direction,
        "baseline": _number(indicator.baseline),
        "target": _number(indicator.target),
        "maximum_amount": _money(indicator.maximum_amount),
        "levels": [[_number(level.threshold), _money(level.amount)] for level in indicator.levels.all()],
        "terms": scale_terms(indicator_input(indicator), indicator.unit) if indicator.is_result else [],
    }


def _mission_results(sheet: MissionSheet) -> dict[str, Any]:
    return {
        "mission": sheet.mission.mission,
        "label": sheet.mission.label,
        "variable_amount": _money(sheet.mission.variable_amount),
        "earned": _money(round_cents(sheet.earned)),
        "rate": str(sheet.rate),
        "indicators": [_line_results(line) for line in sheet.lines],
    }


def _line_results(line: IndicatorLine) -> dict[str, Any]:
    indicator, value = line.indicator, line.value
    return {
        "label": indicator.label,
        "usage": indicator.usage,
        "baseline": line.baseline,
        "target": line.target,
        "value": line.value_words,
        "source": value.source if value else "",
        "status": value.status.label if value else "",
        "evidence": len(line.evidence),
        "settlement": Settlement(indicator.settlement).label if indicator.is_settled else "",
        "settlement_reason": indicator.settlement_reason,
        "maximum_amount": _money(indicator.maximum_amount),
        "earned": None if line.earned is None else _money(round_cents(line.earned)),
        "reason": line.reason,
    }


def _fresh(programme: Programme) -> Programme:
    """Read the programme again, whole: what is hashed or refused is what is stored, never what a page held."""
    return Programme.objects.with_content().get(pk=programme.pk)


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _number(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
