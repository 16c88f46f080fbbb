"""Sides, roles and the base of every status."""

from django.db import models


class Side(models.TextChoices):
    """The side a person acts for. The three first are the parties of a contract."""

    CPTS = "CPTS", "CPTS"
    ARS = "ARS", "ARS"
    FUND = "FUND", "Caisse"
    NATIONAL = "NATIONAL", "National"
    BACK_OFFICE = "BACK_OFFICE", "Administration du portail"
    SYSTEM = "SYSTEM", "Portail"


PARTIES = (Side.CPTS, Side.ARS, Side.FUND)


class Role(models.TextChoices):
    """What a person is in an organisation."""

    COORDINATOR = "COORDINATOR", "coordination"
    PRESIDENT = "PRESIDENT", "présidence"
    TREASURER = "TREASURER", "trésorerie"
    OFFICER = "OFFICER", "instruction"
    SIGNATORY = "SIGNATORY", "signataire"
    ACCOUNTANT = "ACCOUNTANT", "agence comptable"
    READER = "READER", "lecture"
    OBSERVER = "OBSERVER", "observation"
    ADMINISTRATOR = "ADMINISTRATOR", "administration"
    SYSTEM = "SYSTEM", "portail"


class Status(models.TextChoices):
    """Base of the lifecycles: each state has a word and a tone (ok, wait, stop, off), drawn as a pill."""

    @property
    def tone(self) -> str:
        return "wait"
