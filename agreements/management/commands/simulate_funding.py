"""`manage.py simulate_funding [file]`: what a contract would receive, as JSON. Touches no database."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agreements.simulation import simulate
from agreements.strict_json import Refused

BAD_INPUT = 2


class Command(BaseCommand):
    help = "Calcule ce que reçoit un contrat : un document JSON en entrée, un document JSON en sortie."
    requires_system_checks = []
    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = self.refuse_arguments
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", help="fichier JSON ; sans lui, ou avec « - », l’entrée standard"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.write_json(simulate(read_document(options["file"])))
        except Refused as refusal:
            self.refuse(refusal.message, refusal.field)

    def refuse_arguments(self, message: str) -> None:
        self.refuse("Les arguments de la commande sont illisibles : donnez un seul nom de fichier, ou aucun.", "")

    def refuse(self, message: str, field: str) -> None:
        self.write_json({"error": message, "field": field})
        sys.exit(BAD_INPUT)

    def write_json(self, document: dict[str, Any]) -> None:
        text = json.dumps(document, ensure_ascii=False, indent=2)
        try:
            text.encode(getattr(self.stdout, "encoding", None) or "utf-8")
        except UnicodeEncodeError:  # a terminal without accents, or half a character in a key of the input
            text = json.dumps(document, indent=2)
        self.stdout.write(text)


def read_document(name: str) -> str | bytes:
    """Return what a file, or standard input for « - », holds; Refused when it cannot be read."""
    try:
        if name == "-":
            return getattr(sys.stdin, "buffer", sys.stdin).read()
        return Path(name).read_bytes()
    except (OSError, ValueError, AttributeError) as error:
        raise Refused("Le fichier ne peut pas être lu.", "") from error
