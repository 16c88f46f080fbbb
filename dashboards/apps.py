"""The room that tells whole stories: home, dossier, portfolio. It owns no row of the domain."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = "Tableaux de bord"
