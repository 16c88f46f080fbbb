"""Words of the spending room. Their order here is the order shown."""

from django.db.models import TextChoices

from agreements.enums import EARMARKED_KINDS, LineKind, MissionCode
from core.enums import Status


class Envelope(TextChoices):
    """What the money of a contract year is for: the operating grant, each mission, what is earmarked (R9)."""

    OPERATING = LineKind.OPERATING.value, "Fonctionnement"
    ACCESS_TO_CARE = MissionCode.ACCESS_TO_CARE.value, MissionCode.ACCESS_TO_CARE.label
    CARE_PATHWAYS = MissionCode.CARE_PATHWAYS.value, MissionCode.CARE_PATHWAYS.label
    PREVENTION = MissionCode.PREVENTION.value, MissionCode.PREVENTION.label
    HEALTH_CRISIS = MissionCode.HEALTH_CRISIS.value, MissionCode.HEALTH_CRISIS.label
    QUALITY = MissionCode.QUALITY.value, MissionCode.QUALITY.label
    PROFESSIONAL_SUPPORT = MissionCode.PROFESSIONAL_SUPPORT.value, MissionCode.PROFESSIONAL_SUPPORT.label
    TRIAGE = LineKind.TRIAGE.value, "Traitement et orientation (fléché)"

    @property
    def is_earmarked(self) -> bool:
        """R9: this money may only be spent on its object."""
        return self.value in EARMARKED_KINDS


class Category(TextChoices):
    """What is bought or paid."""

    SALARIES = "SALARIES", "Salaires de coordination"
    INDEMNITIES = "INDEMNITIES", "Indemnités des professionnels"
    PREMISES = "PREMISES", "Locaux"
    EQUIPMENT = "EQUIPMENT", "Matériel et logiciels"
    COMMUNICATION = "COMMUNICATION", "Communication"
    TRAINING = "TRAINING", "Formation"
    OTHER = "OTHER", "Autres"


class Profession(TextChoices):
    """Professions of those who receive something from the CPTS."""

    GENERAL_PRACTITIONER = "GENERAL_PRACTITIONER", "Médecin généraliste"
    SPECIALIST = "SPECIALIST", "Médecin d’une autre spécialité"
    NURSE = "NURSE", "Infirmier ou infirmière"
    PHARMACIST = "PHARMACIST", "Pharmacien ou pharmacienne"
    PHYSIOTHERAPIST = "PHYSIOTHERAPIST", "Masseur-kinésithérapeute"
    MIDWIFE = "MIDWIFE", "Sage-femme"
    DENTIST = "DENTIST", "Chirurgien-dentiste"
    SPEECH_THERAPIST = "SPEECH_THERAPIST", "Orthophoniste"
    OTHER = "OTHER", "Autre profession de santé"


class ExpenseState(Status):
    """An expense counts from its entry; cancelled, it is kept with its reason and counts no more."""

    COUNTED = "COUNTED", "Comptée"
    CANCELLED = "CANCELLED", "Annulée"

    @property
    def tone(self) -> str:
        return "ok" if self == ExpenseState.COUNTED else "off"
