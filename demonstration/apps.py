from django.apps import AppConfig
from django.conf import settings
from django.views import debug, defaults


class DemonstrationConfig(AppConfig):
    name = "demonstration"
    verbose_name = "Démonstration"

    def ready(self):
        """Show the portal's own page where nothing is found: DEBUG, which a demonstration asks, shows Django's."""
        if settings.DEMONSTRATION:
            debug.technical_404_response = defaults.page_not_found
