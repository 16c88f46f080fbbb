"""The kinds of intercommunalities."""

from django.db import models


class EpciKind(models.TextChoices):
    """The EPCI with their own taxes, as the source names them."""

    CC = "CC", "communauté de communes"
    CA = "CA", "communauté d’agglomération"
    CU = "CU", "communauté urbaine"
    METRO = "METRO", "métropole"
    MET69 = "MET69", "métropole de Lyon"
