"""Rows of the contracts room: the contract, what amends it, what ends it."""

from contracts.models.amendments import (
    OPEN_AMENDMENTS,
    Amendment,
    AmendmentConsent,
    AmendmentMission,
    AmendmentTransition,
)
from contracts.models.contract import (
    AMENDMENT_ROWS,
    DURATION_YEARS,
    ENDING_ROWS,
    OPEN_STATUSES,
    Consent,
    Contract,
    ContractQuerySet,
    ContractScopedQuerySet,
    ContractTransition,
    CrisisDeclaration,
)
from contracts.models.ending import Termination, TerminationConsent, TerminationRate
from contracts.models.wordings import Wording, WordingArticle
from contracts.models.years import ContractMission, ContractYear

__all__ = [
    "AMENDMENT_ROWS",
    "DURATION_YEARS",
    "ENDING_ROWS",
    "OPEN_AMENDMENTS",
    "OPEN_STATUSES",
    "Amendment",
    "AmendmentConsent",
    "AmendmentMission",
    "AmendmentTransition",
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
    "Wording",
    "WordingArticle",
]
