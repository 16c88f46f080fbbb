"""Load the demonstration: two départements, about twenty CPTS, contracts in every state."""

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from demonstration.loading import load


class Command(BaseCommand):
    help = "Charge la démonstration, si elle n’est pas déjà là. Refusée quand DEMONSTRATION est désactivé."

    def handle(self, *args, **options):
        try:
            loaded = load()
        except DomainError as error:
            raise CommandError(str(error)) from error
        if loaded is None:
            self.stdout.write("La démonstration est déjà là.")
        else:
            self.stdout.write(f"{loaded.cpts} CPTS, {loaded.acts} étapes jouées en {loaded.seconds:.0f} s.")
