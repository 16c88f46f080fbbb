"""Words of the indicators room."""

from django.db import models

from core.enums import Status


class ProgrammeStatus(Status):
    """The lifecycle of the programme of a contract year (design §3)."""

    DRAFT = "DRAFT", "En préparation"
    AGREED = "AGREED", "Convenu"
    OPEN = "OPEN", "En cours"
    CLOSED = "CLOSED", "Clos"

    @property
    def tone(self) -> str:
        return {"OPEN": "ok", "CLOSED": "off"}.get(self.value, "wait")


class Usage(models.TextChoices):
    """Whether an indicator carries money (R13a)."""

    FOLLOW_UP = "FOLLOW_UP", "Suivi"
    RESULT = "RESULT", "Résultat"


class Nature(models.TextChoices):
    """What an indicator measures (R13a)."""

    MEANS = "MEANS", "Moyens"
    OUTCOME = "OUTCOME", "Résultats"


class Settlement(models.TextChoices):
    """What the three parties decided on an indicator at the annual dialogue (R13e)."""

    NONE = "", "Selon sa valeur"
    NEUTRALISED = "NEUTRALISED", "Neutralisé"
    RETAINED = "RETAINED", "Montant retenu"


class ValueStatus(Status):
    """The lifecycle of an indicator value (design §3)."""

    ENTERED = "ENTERED", "Saisie, à confirmer"
    CONFIRMED = "CONFIRMED", "Confirmée"
    CONTESTED = "CONTESTED", "Contestée"

    @property
    def tone(self) -> str:
        return {"CONFIRMED": "ok", "CONTESTED": "stop"}.get(self.value, "wait")
