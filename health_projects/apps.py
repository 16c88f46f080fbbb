from django.apps import AppConfig


class HealthProjectsConfig(AppConfig):
    name = "health_projects"
    verbose_name = "Projets de santé"
