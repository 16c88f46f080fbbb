"""Check the journal from its first entry to its last."""

from django.core.management.base import BaseCommand, CommandError

from core.audit import first_bad_entry
from core.models import AuditEvent


class Command(BaseCommand):
    help = "Vérifie la chaîne du journal ; code 1 et numéro de la première entrée fausse sinon."

    def handle(self, *args, **options):
        events = AuditEvent.objects.order_by("sequence")
        bad = first_bad_entry(events.iterator(chunk_size=2000))
        if bad:
            raise CommandError(f"Le journal est rompu à l’entrée {bad[0]} : {bad[1]}.", returncode=1)
        self.stdout.write(f"Journal intact : {events.count()} entrées.")
