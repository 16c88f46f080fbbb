"""Rows of the contracts room: the contract, what ends it."""

from contracts.models.contract import (
    DURATION_YEARS,
    ENDING_ROWS,
    OPEN_STATUSES,
    Consent,
    Contract,
    ContractMission,
    ContractQuerySet,
    ContractScopedQuerySet,
    ContractTransition,
    ContractYear,
    CrisisDeclaration,
)
from contracts.models.ending import Termination, TerminationConsent, TerminationRate

__all__ = [
    "DURATION_YEARS",
    "ENDING_ROWS",
    "OPEN_STATUSES",
    "Consent",
    "Contract",
    "ContractMission",
    "ContractQuerySet",
    "ContractScopedQuerySet",
    "ContractTransition",
    "ContractYear",
    "CrisisDeclaration",
    "Termination",
    "TerminationConsent",
    "TerminationRate",
]
