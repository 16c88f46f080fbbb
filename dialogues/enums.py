"""Words of the dialogues room."""

from django.db import models

from core.enums import Status


class DialogueKind(models.TextChoices):
    """The kinds of dialogue de gestion (R16)."""

    SIGNATURE = "SIGNATURE", "Dialogue de signature"
    MISSION_START = "MISSION_START", "Dialogue de démarrage de mission"
    ANNUAL = "ANNUAL", "Dialogue annuel"
    EXTRAORDINARY = "EXTRAORDINARY", "Dialogue extraordinaire"


class DialogueStatus(Status):
    """The lifecycle of a dialogue (design §3)."""

    PLANNED = "PLANNED", "À convoquer"
    CONVENED = "CONVENED", "Convoqué"
    HELD = "HELD", "Tenu"
    MINUTES = "MINUTES", "Compte rendu à approuver"
    CLOSED = "CLOSED", "Clos"

    @property
    def tone(self) -> str:
        return {"CLOSED": "ok", "PLANNED": "off"}.get(self.value, "wait")


class AnnexStatus(Status):
    """The lifecycle of an annual annex: born at the closing of its dialogue."""

    SIGNING = "SIGNING", "En signature"
    REFUSED = "REFUSED", "Signature refusée"
    IN_FORCE = "IN_FORCE", "En vigueur"
    REPLACED = "REPLACED", "Remplacée"

    @property
    def tone(self) -> str:
        return {"IN_FORCE": "ok", "REFUSED": "stop", "REPLACED": "off"}.get(self.value, "wait")
