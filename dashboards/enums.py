"""Words of the dashboards room."""

from django.db import models


class Subject(models.TextChoices):
    """What a thing to do is about: the choices of the filter of the home page."""

    PROJECT = "PROJECT", "Projet de santé"
    CONTRACT = "CONTRACT", "Contrat et signatures"
    DIALOGUE = "DIALOGUE", "Dialogues de gestion"
    INDICATORS = "INDICATORS", "Indicateurs"
    PAYMENT = "PAYMENT", "Versements"
    SPENDING = "SPENDING", "Budget et dépenses"
