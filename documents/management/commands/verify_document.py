"""`manage.py verify_document FILE`: the verdict of the public page, for a person or a program at a terminal."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from documents.enums import Verdict
from documents.verification.answers import Answer, answer_of, plain
from documents.verification.verdicts import judge_file


class Command(BaseCommand):
    """Write one JSON document on the standard output: `verdict`, `document`, `signatures`, `reasons`.

    Exit 0 for GENUINE, INCOMPLETE and SUPERSEDED; 1 for ALTERED, UNKNOWN, and a file that cannot be read.
    """

    help = "Dit si un fichier est un document du portail, complet et inchangé (JSON ; code 1 s’il ne l’est pas)."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FICHIER", type=Path)

    def handle(self, *args, file: Path, **options):
        answer = judged(file)
        self.stdout.write(json.dumps(plain(answer), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        if not answer.verdict.is_ours:
            sys.exit(1)


def judged(file: Path) -> Answer:
    """Return the answer on a file; one that cannot be read is unknown, and the reason says why."""
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = f"Le fichier {file} ne peut pas être lu : {_because(error)}."
        return Answer(verdict=Verdict.UNKNOWN, document=None, signatures=(), reasons=(reason,))
    return answer_of(judge_file(content))


def _because(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "il n’existe pas"
        case IsADirectoryError():
            return "c’est un dossier"
        case PermissionError():
            return "vous n’en avez pas le droit"
        case _:
            return "le disque ne répond pas"
