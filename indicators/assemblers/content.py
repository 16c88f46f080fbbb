"""What documents print of a programme and what consents are given to: plain ordered JSON."""

from decimal import Decimal
from typing import Any

from agreements.scales_told import scale_terms
from core.money import format_euros, round_cents
from indicators.assemblers.inputs import fresh, indicator_input
from indicators.assemblers.sheets import IndicatorLine, MissionSheet, mission_sheets
from indicators.enums import Settlement
from indicators.models import Deliverable, Indicator, Programme, ProgrammeMission


def programme_content(programme: Programme) -> dict[str, Any]:
    """Return what the parties commit to, as plain ordered JSON: hashed for consents, printed in documents.

    Amounts are texts in euros and cents; values and decisions of the year are not part of it.
    """
    programme = fresh(programme)
    return {
        "year": programme.year,
        "missions": [_mission_content(mission) for mission in programme.missions.all()],
    }


def programme_results(programme: Programme) -> dict[str, Any]:
    """Return what the year gave, indicator by indicator, as plain ordered JSON for the annual annex.

    `earned` is in euros and cents; `rate` is the exact rate of the mission-year (R13f), a fraction in text.
    """
    programme = fresh(programme)
    return {
        "year": programme.year,
        "missions": [_mission_results(sheet) for sheet in mission_sheets(programme) if sheet.mission.active_from],
    }


def printed_results(programme: Programme) -> list[dict[str, Any]]:
    """Return the same as the annual annex prints them, mission by mission, with what became of the deliverables.

    A maximum is what the indicator could earn once others are neutralised (R13e): never less than what it earned.
    """
    sheets = [sheet for sheet in mission_sheets(fresh(programme)) if sheet.mission.active_from]
    return [
        {
            **_mission_results(sheet),
            "indicators": [{**_line_results(line), "maximum_amount": _printed_maximum(line)} for line in sheet.lines],
            "multiplied": _multiplied(sheet),
            "deposited": [item.label for item in _deliverables(sheet) if item.file_id],
            "undeposited": [item.label for item in _deliverables(sheet) if not item.file_id],
        }
        for sheet in sheets
    ]


def _printed_maximum(line: IndicatorLine) -> str | None:
    return _money(round_cents(line.maximum)) if line.indicator.is_result else None


def _deliverables(sheet: MissionSheet) -> list[Deliverable]:
    return [item for card in sheet.cards for item in card.deliverables]


def _multiplied(sheet: MissionSheet) -> str:
    """R13e: return by what the amounts of a mission are multiplied, in words; empty when nothing is neutralised."""
    total = sheet.mission.variable_amount
    neutralised = [line.indicator for line in sheet.lines if line.indicator.settlement == Settlement.NEUTRALISED]
    if not neutralised:
        return ""
    left = total - sum(indicator.maximum_amount for indicator in neutralised)
    return f"{format_euros(total)} ÷ {format_euros(left)}"


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


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _number(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
