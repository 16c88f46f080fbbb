"""From rows to values: what the arithmetic, the pages, the documents and the rooms above read of a programme."""

from indicators.assemblers.checks import check_period_of, check_value_of
from indicators.assemblers.content import (
    printed_results,
    programme_content,
    programme_results,
)
from indicators.assemblers.inputs import (
    definition_of,
    indicator_input,
    indicator_inputs,
    result_inputs,
    with_decision,
)
from indicators.assemblers.missing import (
    missing_items,
    missing_of,
    missing_results,
    missing_sentences,
)
from indicators.assemblers.sheets import (
    ActionCard,
    IndicatorLine,
    MissionSheet,
    earned_now,
    history_of,
    indicator_figure,
    mission_sheet,
    mission_sheets,
    programme_to_copy,
    rights_on,
    turn_of,
    usual_period,
)

__all__ = [
    "ActionCard",
    "IndicatorLine",
    "MissionSheet",
    "check_period_of",
    "check_value_of",
    "definition_of",
    "earned_now",
    "history_of",
    "indicator_figure",
    "indicator_input",
    "indicator_inputs",
    "missing_items",
    "missing_of",
    "missing_results",
    "missing_sentences",
    "mission_sheet",
    "mission_sheets",
    "printed_results",
    "programme_content",
    "programme_results",
    "programme_to_copy",
    "result_inputs",
    "rights_on",
    "turn_of",
    "usual_period",
    "with_decision",
]
