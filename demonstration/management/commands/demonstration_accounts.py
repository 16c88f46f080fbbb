"""Print the accounts of the demonstration, as `make run` shows them."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from demonstration import people

COLUMNS = ("Adresse", "Qui", "Rôle", "Pour")


class Command(BaseCommand):
    help = "Affiche les comptes de la démonstration."

    def handle(self, *args, **options):
        if not settings.DEMONSTRATION:
            raise CommandError("La démonstration est refusée sur ce portail : elle demande DEBUG.")
        groups = people.accounts()
        rows = [_row(account) for group in ("main", "also") for account in groups[group]]
        if not rows:
            raise CommandError("La démonstration n’est pas chargée : lancez manage.py load_demonstration.")
        self.stdout.write("Comptes de démonstration (personnes et chiffres inventés)")
        self.stdout.write(_table([COLUMNS, *rows]))
        self.stdout.write(f"Mot de passe de tous : {people.password()}")
        address = f"{settings.PORTAL_URL}{reverse('demonstration:tools')}"
        self.stdout.write(f"Codes du moment, {len(groups['others'])} autres comptes, courriels et date : {address}")


def _row(account: people.Account) -> tuple[str, ...]:
    return account.email, account.name, " / ".join(_short(place) for place in account.places), account.use


def _short(place: str) -> str:
    """« coordination, CPTS des Trois Rives (fictive) » -> « coordination, CPTS des Trois Rives »."""
    return place.replace(" (fictive)", "")


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[index]) for row in rows) for index in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["  " + lines[0], *(f"  {line}" for line in lines[1:])])
