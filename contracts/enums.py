"""Words of the contracts room."""

from django.db import models

from core.enums import Status


class ContractStatus(Status):
    """The lifecycle of a contract (design §3)."""

    DRAFT = "DRAFT", "En rédaction"
    NEGOTIATION = "NEGOTIATION", "En négociation"
    AGREED = "AGREED", "Convenu"
    SIGNING = "SIGNING", "En signature"
    ACTIVE = "ACTIVE", "En vigueur"
    EXPIRED = "EXPIRED", "Échu"
    TERMINATED = "TERMINATED", "Résilié"
    ABANDONED = "ABANDONED", "Abandonné"

    @property
    def tone(self) -> str:
        tones = {"ACTIVE": "ok", "TERMINATED": "stop", "DRAFT": "off", "EXPIRED": "off", "ABANDONED": "off"}
        return tones.get(self.value, "wait")


class TerminationGround(models.TextChoices):
    """Why a contract ends before its term (R19)."""

    NOTICE = "NOTICE", "Décision d’une partie, avec préavis"
    BREACH = "BREACH", "Manquement, après une mise en demeure"
    COMMON_ACCORD = "COMMON_ACCORD", "Commun accord des trois parties"
    CLOSURE = "CLOSURE", "Fin de la CPTS"


class AmendmentStatus(Status):
    """The lifecycle of a local amendment (design §3)."""

    DRAFT = "DRAFT", "En rédaction"
    AGREED = "AGREED", "Convenu"
    SIGNING = "SIGNING", "En signature"
    IN_FORCE = "IN_FORCE", "En vigueur"
    ABANDONED = "ABANDONED", "Abandonné"

    @property
    def tone(self) -> str:
        return {"IN_FORCE": "ok", "ABANDONED": "off"}.get(self.value, "wait")
