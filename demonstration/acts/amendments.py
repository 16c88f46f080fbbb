"""An amendment: proposed by the coordinator, consented to and signed by the three (R18)."""

from contracts import actions
from contracts.models import Amendment
from core.actor import Actor
from core.dates import add_months
from demonstration.acts.documents import press, render
from demonstration.cast import Dossier

MISSION = "PROFESSIONAL_SUPPORT"
START_MONTHS = 6  # after the first day of the year from which the amendment counts


def draft(dossier: Dossier, *, year: int) -> None:
    """Propose an optional mission, and new local clauses, from the first day of a contract year to come."""
    starts_on = add_months(dossier.contract.anniversary(year - 1), START_MONTHS)
    dossier.extra["amendment"] = actions.draft_amendment(
        actor=dossier.coordinator,
        contract=dossier.contract,
        reason="Les jeunes professionnels demandent à être accompagnés dans leur installation, et la CPTS y est prête.",
        takes_effect_year=year,
        new_size=None,
        new_population=None,
        agreement_version=None,
        added={MISSION: starts_on},
        dropped=[],
        rewrites_clauses=True,
        local_clauses="Les parties se réunissent chaque trimestre pour suivre l’installation des professionnels.",
        updates_parties=False,
    )


def consent(dossier: Dossier, actor: Actor) -> None:
    amendment = actions.consent_to_amendment(actor=actor, amendment=_amendment(dossier))
    if amendment.document_id:
        press.order(amendment.document)


def sign(dossier: Dossier, actor: Actor) -> None:
    """Sign for a party, once the document is laid out."""
    amendment = _amendment(dossier)
    render(amendment.document_id)
    actions.sign_amendment(actor=actor, amendment=amendment)


def _amendment(dossier: Dossier) -> Amendment:
    return Amendment.objects.get(pk=dossier.extra["amendment"].pk)
