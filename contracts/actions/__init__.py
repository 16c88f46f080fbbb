"""Writes of the contracts room: draft, negotiate, consent, sign; then missions, years and crises; amend; end."""

from contracts.actions.amendments import (
    abandon_amendment,
    consent_to_amendment,
    draft_amendment,
    expire_amendment,
    refuse_amendment,
    sign_amendment,
    update_amendment,
)
from contracts.actions.ending import (
    agree_termination,
    end_contract,
    notify_termination,
    record_settlement,
    set_termination_rates,
    withdraw_termination,
)
from contracts.actions.negotiation import (
    abandon_contract,
    consent,
    draft_contract,
    form_values,
    open_negotiation,
    record_planning,
    update_contract,
)
from contracts.actions.signature import (
    follow_signing,
    refuse_signature,
    sign_contract,
)
from contracts.actions.unscheduled import declare_compensation, start_line
from contracts.actions.wordings import adopt_wording, copy_current_wording, validate_wording
from contracts.actions.years import (
    declare_crisis,
    open_year,
    prepare_mission,
    set_year_members,
    set_year_size,
    start_mission,
)

__all__ = [
    "abandon_amendment",
    "abandon_contract",
    "adopt_wording",
    "agree_termination",
    "consent",
    "consent_to_amendment",
    "copy_current_wording",
    "declare_compensation",
    "declare_crisis",
    "draft_amendment",
    "draft_contract",
    "end_contract",
    "expire_amendment",
    "follow_signing",
    "form_values",
    "notify_termination",
    "open_negotiation",
    "open_year",
    "prepare_mission",
    "record_planning",
    "record_settlement",
    "refuse_amendment",
    "refuse_signature",
    "set_termination_rates",
    "set_year_members",
    "set_year_size",
    "sign_amendment",
    "sign_contract",
    "start_line",
    "start_mission",
    "update_amendment",
    "update_contract",
    "validate_wording",
    "withdraw_termination",
]
