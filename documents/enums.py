"""Words of the documents room."""

from django.db import models


class DocumentKind(models.TextChoices):
    """What the portal issues (design §4)."""

    CONTRACT = "CONTRACT", "Contrat"
    AMENDMENT = "AMENDMENT", "Avenant"
    ANNUAL_ANNEX = "ANNUAL_ANNEX", "Annexe annuelle"
    MINUTES = "MINUTES", "Compte rendu"
    STATEMENT = "STATEMENT", "Décompte annuel"
