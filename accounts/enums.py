"""Words of the accounts room."""

from django.db import models

from core.enums import Role, Side

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
