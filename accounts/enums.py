"""Words of the accounts room."""

from django.db import models

from core.enums import Role, Side, Status

ROLES_OF = {
    Side.CPTS: (Role.COORDINATOR, Role.PRESIDENT, Role.TREASURER, Role.READER),
    Side.ARS: (Role.OFFICER, Role.SIGNATORY, Role.READER),
    Side.FUND: (Role.OFFICER, Role.SIGNATORY, Role.ACCOUNTANT, Role.READER),
    Side.NATIONAL: (Role.OBSERVER,),
    Side.BACK_OFFICE: (Role.ADMINISTRATOR,),
}


class FundKind(models.TextChoices):
    """The local bodies of the Assurance Maladie (facts, §6)."""

    CPAM = "CPAM", "CPAM"
    CGSS = "CGSS", "CGSS"
    CCSS = "CCSS", "CCSS"
    CSS = "CSS", "CSS"


class Power(models.TextChoices):
    """What a president or a signatory may delegate."""

    CONSENT = "CONSENT", "consentir et approuver"
    SIGN = "SIGN", "signer"


class DelegationState(Status):
    """Where a delegation stands today, as its dates tell."""

    TO_COME = "TO_COME", "À venir"
    IN_FORCE = "IN_FORCE", "En cours"
    OVER = "OVER", "Terminée"

    @property
    def tone(self) -> str:
        return {"IN_FORCE": "ok", "OVER": "off"}.get(self.value, "wait")
