"""Words of the documents room."""

from django.db import models

from core.enums import Status


class DocumentKind(models.TextChoices):
    """What the portal issues (design §4)."""

    CONTRACT = "CONTRACT", "Contrat"
    AMENDMENT = "AMENDMENT", "Avenant"
    ANNUAL_ANNEX = "ANNUAL_ANNEX", "Annexe annuelle"
    MINUTES = "MINUTES", "Compte rendu"
    STATEMENT = "STATEMENT", "Décompte annuel"


class Verdict(Status):
    """What the portal answers about a file: the first three are its own bytes, unaltered."""

    GENUINE = "GENUINE", "Authentique"
    INCOMPLETE = "INCOMPLETE", "Authentique, incomplet"
    SUPERSEDED = "SUPERSEDED", "Authentique, remplacé"
    ALTERED = "ALTERED", "Modifié"
    UNKNOWN = "UNKNOWN", "Inconnu"

    @property
    def tone(self) -> str:
        return {"GENUINE": "ok", "ALTERED": "stop", "UNKNOWN": "off"}.get(self.value, "wait")

    @property
    def is_ours(self) -> bool:
        """The bytes are exactly some that the portal issued."""
        return self in (Verdict.GENUINE, Verdict.INCOMPLETE, Verdict.SUPERSEDED)


class FaultKind(models.TextChoices):
    """What is wrong with a file of the store."""

    MISSING = "MISSING", "Manquant"
    ALTERED = "ALTERED", "Modifié"
    ORPHAN = "ORPHAN", "Sans propriétaire"


class Stamp(Status):
    """What vouches for the time of a signature or of a document: nothing but the portal's clock, or an authority."""

    NONE = "NONE", "Sans horodatage"
    PENDING = "PENDING", "Horodatage en attente"
    STAMPED = "STAMPED", "Horodaté"

    @property
    def tone(self) -> str:
        return {"NONE": "off", "STAMPED": "ok"}.get(self.value, "wait")


class SigningState(Status):
    """Where a round of signature stands, as its signatures tell."""

    OPEN = "OPEN", "En signature"
    SIGNED = "SIGNED", "Signé"
    REFUSED = "REFUSED", "Signature refusée"
    EXPIRED = "EXPIRED", "Délai de signature dépassé"
    VOID = "VOID", "Sans effet"

    @property
    def tone(self) -> str:
        return {"OPEN": "wait", "SIGNED": "ok", "REFUSED": "stop"}.get(self.value, "off")
