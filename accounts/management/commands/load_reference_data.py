"""Load what the portal knows of France and of the national agreement. Safe to run again, also in production."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import actions
from agreements.actions import load_agreements, load_national_indicators, load_passes
from territories.actions import load_territories

DATA = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    help = "Charge les communes, les accords nationaux, les ARS et les caisses. Peut être relancée sans risque."

    @transaction.atomic
    def handle(self, *args, **options):
        territories = load_territories()
        self.stdout.write(f"Territoires : {territories}")
        agreements = load_agreements()
        self.stdout.write(f"Accords nationaux : {', '.join(version.code for version in agreements)}")
        self.stdout.write(f"Indicateurs nationaux : {load_national_indicators()}")
        self.stdout.write(f"Plafonds de la sécurité sociale : {load_passes()}")
        bodies = actions.load_national_bodies(ars=self.rows("ars.json"), funds=self.rows("funds.json"))
        self.stdout.write(f"Organisations : {bodies}")

    def rows(self, name: str) -> list[dict]:
        """Return the rows of a data file of this room."""
        return json.loads((DATA / name).read_text(encoding="utf-8"))["bodies"]
