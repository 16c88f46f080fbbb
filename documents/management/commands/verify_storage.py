"""Take the inventory of the store now, to its end."""

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.wording import counted
from documents.inventory import Outcome, take_inventory
from documents.models import Inventory

SLICE = 3600  # seconds


class Command(BaseCommand):
    help = (
        "Relit tous les fichiers conservés et recalcule leur empreinte ; reprend l’inventaire interrompu s’il y en a "
        "un. Code 1 si un fichier manque, est modifié ou n’appartient à personne."
    )

    def handle(self, *args, **options):
        try:
            outcome = take_inventory(seconds=SLICE)
            while outcome == Outcome.UNFINISHED:
                outcome = take_inventory(seconds=SLICE)
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from error
        if outcome == Outcome.BUSY:
            raise CommandError("Un inventaire est déjà en cours : réessayez quand il sera terminé.", returncode=1)
        self.report(Inventory.objects.first())

    def report(self, inventory: Inventory) -> None:
        faults = list(inventory.faults.all())
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"{counted(len(faults), 'anomalie')} sur {_examined(inventory)}.", returncode=1)
        self.stdout.write(f"Stockage intact : {_examined(inventory)}.")


def _examined(inventory: Inventory) -> str:
    return counted(inventory.examined, "fichier examiné", "fichiers examinés")
