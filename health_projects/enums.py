"""Words of the health projects room."""

from django.db import models

from core.enums import Status


class ProjectStatus(Status):
    """The lifecycle of a health project (design §3)."""

    DRAFT = "DRAFT", "En rédaction"
    SUBMITTED = "SUBMITTED", "Chez l’ARS"
    CHANGES_REQUESTED = "CHANGES_REQUESTED", "À corriger"
    APPROVED = "APPROVED", "Approuvé"
    OPPOSED = "OPPOSED", "Opposition de l’ARS"

    @property
    def tone(self) -> str:
        return {"APPROVED": "ok", "OPPOSED": "stop", "DRAFT": "off"}.get(self.value, "wait")


class Decision(models.TextChoices):
    """How a project was decided (R5)."""

    EXPLICIT = "EXPLICIT", "Approbation expresse"
    TACIT = "TACIT", "Approbation tacite, deux mois sans opposition"


class OppositionGround(models.TextChoices):
    """The two grounds of an opposition (R5)."""

    REGIONAL_PROJECT = "REGIONAL_PROJECT", "Contraire au projet régional de santé"
    TERRITORY = "TERRITORY", "Pertinence du territoire"


class SectionKey(models.TextChoices):
    """The sections of a health project (facts, §5). The territory and the missions have pages of their own."""

    ASSESSMENT = "ASSESSMENT", "Diagnostic territorial"
    TERRITORY = "TERRITORY", "Territoire et liens avec les autres organisations"
    MEMBERS = "MEMBERS", "Acteurs et membres"
    GOVERNANCE = "GOVERNANCE", "Gouvernance"
    MISSIONS = "MISSIONS", "Objectifs des missions"
    ACTION_PLAN = "ACTION_PLAN", "Plan d’actions"
    INFORMATION_SYSTEMS = "INFORMATION_SYSTEMS", "Systèmes d’information"
    EVALUATION = "EVALUATION", "Budget, calendrier et évaluation"

    @property
    def guide(self) -> str:
        """Return what the section is expected to say (facts, §5)."""
        return GUIDES[self]


GUIDES = {
    SectionKey.ASSESSMENT: (
        "La méthode suivie, la population et ses besoins de santé, l’offre de soins, "
        "les points forts et les points faibles du territoire."
    ),
    SectionKey.TERRITORY: (
        "Pourquoi ces communes forment un territoire, et les liens avec les organisations voisines : "
        "autres CPTS, hôpitaux, contrats locaux de santé."
    ),
    SectionKey.MEMBERS: (
        "Les professionnels, les équipes de soins, les maisons et centres de santé, les établissements, "
        "le secteur médico-social et les usagers qui prennent part à la CPTS."
    ),
    SectionKey.GOVERNANCE: "Les statuts de l’association, ses instances, ses groupes de travail, la façon de décider.",
    SectionKey.MISSIONS: "Les objectifs de la CPTS pour chacune des missions choisies.",
    SectionKey.ACTION_PLAN: (
        "Les fiches actions : pour chacune, l’objectif, les actions, les partenaires, le calendrier et les indicateurs."
    ),
    SectionKey.INFORMATION_SYSTEMS: "L’annuaire partagé, les messageries sécurisées, les outils de coordination.",
    SectionKey.EVALUATION: "Le budget prévu, le calendrier, et la façon dont la CPTS mesurera ce qu’elle a fait.",
}
