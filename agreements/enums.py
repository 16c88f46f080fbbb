"""Words of the national agreement: missions, lines, payments, scales. Their order here is the order shown."""

from django.db.models import TextChoices


class MissionCode(TextChoices):
    """Missions known today. An agreement version lists its own, with its own labels and order (R2)."""

    ACCESS_TO_CARE = "ACCESS_TO_CARE", "Accès aux soins"
    CARE_PATHWAYS = "CARE_PATHWAYS", "Parcours pluriprofessionnels"
    PREVENTION = "PREVENTION", "Prévention"
    HEALTH_CRISIS = "HEALTH_CRISIS", "Réponse aux crises sanitaires"
    QUALITY = "QUALITY", "Qualité et pertinence des soins"
    PROFESSIONAL_SUPPORT = "PROFESSIONAL_SUPPORT", "Accompagnement des professionnels de santé"


class LineKind(TextChoices):
    """Lines of what is owed for a contract year, in the order in which they are listed."""

    OPERATING = "OPERATING", "Fonctionnement"
    FIXED = "FIXED", "Volet fixe"
    VARIABLE = "VARIABLE", "Volet variable"
    TRIAGE = "TRIAGE", "Traitement et orientation des demandes"
    COMPENSATION = "COMPENSATION", "Compensation des professionnels"
    CRISIS_EVENT = "CRISIS_EVENT", "Crise déclarée"
    SIZE4_BONUS = "SIZE4_BONUS", "Majoration de taille 4"


class AmountKind(TextChoices):
    """Amounts that an agreement publishes. PLAN_* are the two amounts of the fixed part of R10."""

    OPERATING = "OPERATING", "Fonctionnement"
    FIXED = "FIXED", "Volet fixe"
    PLAN_WRITTEN = "PLAN_WRITTEN", "Volet fixe, année de rédaction du plan"
    PLAN_UPDATED = "PLAN_UPDATED", "Volet fixe, années de mise à jour du plan"
    VARIABLE = "VARIABLE", "Volet variable"
    TRIAGE = "TRIAGE", "Traitement et orientation des demandes (fléché)"
    COMPENSATION = "COMPENSATION", "Compensation des professionnels"
    CRISIS_EVENT = "CRISIS_EVENT", "Crise déclarée"


EARMARKED_KINDS = frozenset({LineKind.TRIAGE})
"""Money that may only be spent on its object (R9)."""


class PaymentKind(TextChoices):
    """Kinds of payments (R6, R7, R12)."""

    FULL = "FULL", "Versement en une fois"
    ADVANCE = "ADVANCE", "Avance"
    BALANCE = "BALANCE", "Solde"
    SETTLEMENT = "SETTLEMENT", "Régularisation"
    REPAYMENT = "REPAYMENT", "Reversement"


class Scale(TextChoices):
    """How a value earns money (R13c)."""

    ACHIEVED = "ACHIEVED", "Atteint ou non"
    LEVELS = "LEVELS", "Par paliers"
    LINEAR = "LINEAR", "Proportionnel"


class Direction(TextChoices):
    """Which way is better."""

    UP = "UP", "À la hausse"
    DOWN = "DOWN", "À la baisse"


class DataOwner(TextChoices):
    """The side that enters the values of an indicator (R15). Same codes as `core.enums.Side`."""

    CPTS = "CPTS", "CPTS"
    ARS = "ARS", "ARS"
    FUND = "FUND", "Caisse"
