"""A document printed, signed by hand, scanned: what the portal takes of it, and why not.

Taken: every page of our document, once, in order, each recognised by its own QR code. That the hand is the signatory's
is said by her organisation, and can be seen by the two others: no machine judges it here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import PurePath

from django.utils.timezone import localdate

from accounts.models import Membership
from core import clock, files
from core.dates import format_date
from core.errors import DomainError
from core.wording import spoken_list
from documents.models import Document
from documents.paper.scanning import PDF, Scan, ScannedPage, read_scan
from documents.verification.reader import codes_in

FIELD = "scan"
MAX_BYTES = 20 * files.MEGABYTE
KINDS = ("pdf", "jpg", "png")


@dataclass(frozen=True, kw_only=True)
class PaperSignature:
    """A PDF of the pages, what was read on them, who signed by hand and on what day."""

    name: str
    content: bytes
    scan: Scan
    signatory: Membership
    handwritten_on: date


def read_pages(document: bytes, uploads: Sequence[tuple[str, bytes]]) -> tuple[str, bytes, Scan]:
    """Return the name and the bytes of the PDF to keep, and what is read on its pages.

    `document` are the bytes of the document; `uploads` (name, bytes) are one PDF, kept as it is, or images, which the
    portal binds in the order of their pages.
    Read in a process of its own, before any row is locked. Raises DomainError, beside the file.
    """
    named = [(files.recognise(name, content, KINDS), files.clean_name(name), content) for name, content in uploads]
    files.check_size(sum(len(content) for *_, content in named), max_bytes=MAX_BYTES)
    kinds = [(PDF if kind is files.KINDS[PDF] else "image", name, content) for kind, name, content in named]
    if len(kinds) > 1 and any(kind == PDF for kind, *_ in kinds):
        raise DomainError(
            "Déposez un seul PDF qui réunit toutes les pages, ou seulement des images, une par page.", FIELD
        )
    if any(codes_in(content) for *_, content in kinds):
        raise DomainError(
            "Ce fichier est le document électronique lui-même : imprimez-le, signez-le à la main, puis numérisez-le.",
            FIELD,
        )
    scan = read_scan(document, kinds)
    if scan is None:
        raise DomainError("Ces pages n’ont pas pu être lues à temps : réessayez, ou réduisez leur définition.", FIELD)
    name = f"{PurePath(kinds[0][1]).stem}.pdf" if scan.bound else kinds[0][1]
    return name, scan.bound or kinds[0][2], scan


def check_paper(document: Document, paper: PaperSignature) -> None:
    """Raise DomainError, beside its field, unless the copy is that of the whole document, signed since it exists."""
    check_pages(paper.scan, code=document.code)
    check_day(document, paper.handwritten_on)


def check_day(document: Document, day: date) -> None:
    """Raise DomainError unless a hand may have signed a document on this day."""
    issued_on = localdate(document.issued_at)
    if not issued_on <= day <= clock.today():
        raise DomainError(
            f"Le document date du {format_date(issued_on)} : indiquez un jour entre celui-là et aujourd’hui.",
            "handwritten_on",
        )


def check_pages(scan: Scan, *, code: str) -> None:
    """Raise DomainError unless the pages received are those of the document of this code, each once and in order."""
    if scan.unreadable:
        raise DomainError(
            f"« {scan.unreadable} » ne s’ouvre pas : il est abîmé, ou protégé par un mot de passe.", FIELD
        )
    numbers = [_number_of(page, scan, code) for page in scan.pages]
    twice = [number for number, count in Counter(numbers).items() if count > 1]
    if twice:
        where = spoken_list([_spoken_place(page, scan) for page in scan.pages if page.marks[0][1] == twice[0]])
        raise DomainError(f"La page {twice[0]} du document est là deux fois ({where}) : n’en gardez qu’une.", FIELD)
    missing = sorted(set(range(1, scan.expected + 1)) - set(numbers))
    if missing:
        which = f"{'la page' if len(missing) == 1 else 'les pages'} {spoken_list([str(page) for page in missing])}"
        raise DomainError(
            f"Il manque {which} du document, qui en compte {scan.expected} : numérisez-les toutes.",
            FIELD,
        )
    for before, after in pairwise(numbers):
        if after < before:
            raise DomainError(
                f"Les pages ne sont pas dans l’ordre : la page {before} du document vient avant la page {after}. "
                "Remettez-les dans l’ordre, puis déposez de nouveau le fichier.",
                FIELD,
            )


def _number_of(page: ScannedPage, scan: Scan, code: str) -> int:
    """Return which page of the document a page received is. Raises DomainError when its code does not say it."""
    place = _spoken_place(page, scan)
    subject = f"{place[:1].upper()}{place[1:]}"
    if not page.marks:
        raise DomainError(
            f"{subject} n’a pas été reconnue : le code carré, en bas à droite, doit être entier et net. Numérisez-la "
            "de nouveau, à plat et à 200 points par pouce au moins ; si elle est blanche, retirez-la.",
            FIELD,
        )
    if len(page.marks) > 1:
        raise DomainError(f"{subject} montre plusieurs pages à la fois : numérisez-les une par une.", FIELD)
    ((found, number),) = page.marks
    if found != code:
        raise DomainError(
            f"{subject} vient d’un autre document, de code {found}. Le document à signer porte le code {code}.", FIELD
        )
    if number > scan.expected:
        raise DomainError(
            f"{subject} porte un numéro que ce document n’a pas : il compte {scan.expected} pages.", FIELD
        )
    return number


def _spoken_place(page: ScannedPage, scan: Scan) -> str:
    return f"l’image « {page.name} »" if scan.bound else f"la page {page.rank} du fichier"
