"""`manage.py recompute_statements`: every issued statement computed again, to the cent."""

import sys

from django.core.management.base import BaseCommand

from core.wording import counted
from funding.models import Statement
from funding.statements import differences

STEP = 100  # statements read at once, and between two drawings of the bar
BAR = 30


class Command(BaseCommand):
    """Compute each statement again from the data kept with it; exit 1 when one differs, naming each difference."""

    help = "Recalcule tous les décomptes émis et signale le moindre écart (code 1)."

    def add_arguments(self, parser):
        parser.add_argument("--contract", help="numéro d’un contrat : ses décomptes seulement")

    def handle(self, *args, contract=None, **options):
        statements = Statement.objects.select_related("contract").prefetch_related("lines").order_by("pk")
        if contract:
            statements = statements.filter(contract__number=contract)
        total, wrong = statements.count(), 0
        for position, statement in enumerate(statements.iterator(chunk_size=STEP), start=1):
            found = differences(statement)
            wrong += bool(found)
            for sentence in found:
                self.stdout.write(f"{statement}, révision {statement.revision} : {sentence}")
            if position % STEP == 0 or position == total:
                self._draw(position, total)
        read = counted(total, "décompte recalculé", "décomptes recalculés")
        self.stdout.write(f"{read} : {f'{wrong} en écart' if wrong else 'aucun écart'}.")
        if wrong:
            sys.exit(1)

    def _draw(self, position: int, total: int) -> None:
        """Draw the bar on a terminal; a log keeps only the sentences."""
        if self.stderr.isatty():
            done = BAR * position // total
            end = "\n" if position == total else ""
            self.stderr.write(f"\r[{'#' * done}{'.' * (BAR - done)}] {position}/{total}", ending=end)
