"""`manage.py verify_document FILE`: the verdict of the public page, for a person or a program at a terminal."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError

from documents.enums import Verdict
from documents.verification.answers import Answer, answer_of, plain
from documents.verification.verdicts import judge_file


class Command(BaseCommand):
    """Write one JSON document on the standard output: `verdict`, `document`, `signatures`, `reasons`.

    Exit 0 for GENUINE, INCOMPLETE and SUPERSEDED; 1 for ALTERED, UNKNOWN, and a file that cannot be read; 1 too, with
    a sentence on the error output and no verdict, when the register does not answer.
    """

    help = "Dit si un fichier est un document du portail, complet et inchangé (JSON ; code 1 s’il ne l’est pas)."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FICHIER", type=Path)

    def handle(self, *args, file: Path, **options):
        try:
            answer = judged(file)
        except OperationalError as error:  # of a file that the register could not be asked about, nothing is said
            raise CommandError("La base du portail ne répond pas : réessayez quand elle répondra.") from error
        self.stdout.write(json.dumps(plain(answer), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        if not answer.verdict.is_ours:
            sys.exit(1)


def judged(file: Path) -> Answer:
    """Return the answer on a file; one that cannot be read is unknown, and the reason says why."""
    try:
        content = file.read_bytes()
    except OSError as error:
        name = str(file).encode(errors="replace").decode()  # a name may hold bytes that no JSON can
        reason = f"Le fichier {name} ne peut pas être lu : {_because(error)}."
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
            return "le système refuse de l’ouvrir"
