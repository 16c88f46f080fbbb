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
