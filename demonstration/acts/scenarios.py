"""The coordinator saves two simulations of the contract under way, to compare: as hoped, and with half the results."""

from agreements.enums import MissionCode
from contracts.models import DURATION_YEARS
from demonstration.cast import Dossier
from simulator import actions
from simulator.documents import Document, active_years

SCENARIOS = (
    ("Tous les résultats atteints", "1.00", "Chaque indicateur atteint, chaque année : ce que le contrat promet."),
    ("La moitié des résultats", "0.50", "Pour préparer le budget : la moitié du volet variable."),
)
WITHOUT_RATE = {MissionCode.HEALTH_CRISIS}  # R14: no result indicator


def save(dossier: Dossier) -> None:
    """Save both, as they stand on the day: the missions started, at the rates of each scenario."""
    for name, rate, note in SCENARIOS:
        actions.save_scenario(actor=dossier.coordinator, name=name, note=note, document=_document(dossier, rate))


def _document(dossier: Dossier, rate: str) -> Document:
    contract = dossier.contract
    missions = []
    for row in contract.missions.filter(started_on__isnull=False):
        mission: Document = {"mission": row.mission, "starts_on": row.started_on.isoformat()}
        if row.mission not in WITHOUT_RATE:
            years = active_years(row.started_on, signed_on=contract.signed_on, years=DURATION_YEARS)
            mission["rates"] = {str(year): rate for year in years}
        missions.append(mission)
    return {
        "agreement": contract.agreement_version.code,
        "signed_on": contract.signed_on.isoformat(),
        "population": contract.population,
        "years": DURATION_YEARS,
        "missions": missions,
    }
