"""An amendment: proposed by the coordinator, consented to and signed by the three (R18)."""

from collections.abc import Iterable
from typing import Any

from agreements.enums import MissionCode
from agreements.models import AgreementVersion
from contracts import actions
from contracts.models import Amendment
from core.actor import Actor
from core.dates import add_months
from demonstration.acts.documents import press, render
from demonstration.cast import Dossier

ADDED_MISSION = MissionCode.PROFESSIONAL_SUPPORT
START_MONTHS = 6  # after the first day of the year from which the amendment counts
BLANK = {
    "new_size": None,
    "new_population": None,
    "agreement_version": None,
    "dropped": [],
    "rewrites_clauses": False,
    "local_clauses": "",
    "updates_parties": False,
}


def propose_mission(dossier: Dossier, *, year: int) -> None:
    """Propose an optional mission, and new local clauses, from the first day of a contract year to come."""
    _draft(
        dossier,
        year=year,
        reason="Les jeunes professionnels demandent à être accompagnés dans leur installation, et la CPTS y est prête.",
        added=[ADDED_MISSION],
        rewrites_clauses=True,
        local_clauses="Les parties se réunissent chaque trimestre pour suivre l’installation des professionnels.",
    )


def propose_agreement(dossier: Dossier, *, year: int) -> None:
    """Propose the second national agreement, and the mission that it makes part of the core (R2)."""
    _draft(
        dossier,
        year=year,
        reason="L’avenant 2 de l’accord national ajoute la réponse aux crises sanitaires, que la CPTS prépare.",
        added=[MissionCode.HEALTH_CRISIS],
        agreement_version=AgreementVersion.objects.get(code="aci-2021"),
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


def refuse(dossier: Dossier) -> None:
    """The signatory of the fund refuses to sign: it is a draft again, every consent withdrawn."""
    actions.refuse_amendment(
        actor=dossier.signatories[2],
        amendment=_amendment(dossier),
        reason="La répartition des montants de l’avenant 2 n’est pas confirmée : la caisse attend sa publication.",
    )


def abandon(dossier: Dossier) -> None:
    actions.abandon_amendment(
        actor=dossier.coordinator,
        amendment=_amendment(dossier),
        reason="Les trois parties gardent l’accord de 2019 jusqu’au terme du contrat.",
    )


def _draft(dossier: Dossier, *, year: int, reason: str, added: Iterable[str], **changes: Any) -> None:
    starts_on = add_months(dossier.contract.anniversary(year - 1), START_MONTHS)
    dossier.extra["amendment"] = actions.draft_amendment(
        actor=dossier.coordinator,
        contract=dossier.contract,
        reason=reason,
        takes_effect_year=year,
        added=dict.fromkeys(added, starts_on),
        **{**BLANK, **changes},
    )


def _amendment(dossier: Dossier) -> Amendment:
    return Amendment.objects.get(pk=dossier.extra["amendment"].pk)
