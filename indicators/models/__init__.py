"""The programme of a contract year: missions, actions, indicators, deliverables; then values and evidence."""

from indicators.models.indicator import Indicator, IndicatorQuerySet, Level
from indicators.models.programme import (
    Deliverable,
    DeliverableQuerySet,
    MissionAction,
    MissionScopedQuerySet,
    Programme,
    ProgrammeMission,
    ProgrammeMissionQuerySet,
    ProgrammeQuerySet,
    ProgrammeScopedQuerySet,
)
from indicators.models.value import Evidence, IndicatorValue, IndicatorValueQuerySet, ValueTransition

__all__ = [
    "Deliverable",
    "DeliverableQuerySet",
    "Evidence",
    "Indicator",
    "IndicatorQuerySet",
    "IndicatorValue",
    "IndicatorValueQuerySet",
    "Level",
    "MissionAction",
    "MissionScopedQuerySet",
    "Programme",
    "ProgrammeMission",
    "ProgrammeMissionQuerySet",
    "ProgrammeQuerySet",
    "ProgrammeScopedQuerySet",
    "ValueTransition",
]
