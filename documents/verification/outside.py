"""A file that a signatory signed elsewhere, with a certificate of her own: what the portal accepts of it, and why not.

Accepted: our current bytes, untouched, followed by one more valid signature in the place that was expected, and nothing
else. Her certificate is shown as it is, recognised or not: who she is was proved by her account and its second factor.
"""

import hashlib
from dataclasses import dataclass

from core import files
from core.errors import DomainError
from documents.models import Document, Signature
from documents.signing.authority import current_authority
from documents.verification.checking import examine
from documents.verification.reader import PdfReport, SignatureReport

MAX_BYTES = 20 * files.MEGABYTE
FIELD = "file"


@dataclass(frozen=True, kw_only=True)
class OutsideFile:
    """The bytes received, and what their signatures are worth."""

    content: bytes
    report: PdfReport


def read_upload(content: bytes) -> OutsideFile:
    """Return a file received with the report on its signatures, made in a process of its own before any row is locked.

    Raises DomainError when the file cannot be examined.
    """
    files.check_size(len(content), max_bytes=MAX_BYTES)
    report = examine(content, trusted_roots=current_authority().trusted_roots())
    if report is None:
        raise DomainError("Ce fichier n’a pas pu être examiné à temps : réessayez dans un moment.", FIELD)
    return OutsideFile(content=content, report=report)


def accepted_signature(
    document: Document, signature: Signature, current: bytes, upload: OutsideFile
) -> SignatureReport:
    """Return the signature that a file received adds in the place of `signature`.

    `current` are the bytes of the document as they are now, under lock. Raises DomainError, beside the file, with what
    is to be done about it.
    """
    _check_continues(document, current, upload.content)
    added = _added(document, upload.report)
    if added.field != signature.field_name:
        raise DomainError(
            "La signature n’est pas dans l’emplacement de votre organisation, le premier qui est libre si elle en a "
            "plusieurs : dans votre logiciel, cliquez sur cet emplacement du document pour signer, sans en créer un "
            "autre.",
            FIELD,
        )
    if not upload.report.is_intact:
        reasons = " ".join(upload.report.reasons)
        raise DomainError(f"Votre signature ne suffit pas à rendre le fichier valide. {reasons}".strip(), FIELD)
    return added


def _check_continues(document: Document, current: bytes, content: bytes) -> None:
    """Our bytes as they are now, then something more."""
    if not document.is_certified:
        raise DomainError(
            "La première signature se fait dans le portail : elle certifie le fichier, et n’y permet plus que des "
            "signatures. Vous signerez avec votre certificat dès qu’une autre partie y aura signé.",
            FIELD,
        )
    if content == current:
        raise DomainError(
            "Ce fichier est celui que vous avez téléchargé : il ne porte pas de signature de plus. "
            "Signez-le dans votre logiciel, enregistrez, puis déposez-le.",
            FIELD,
        )
    if content.startswith(current):
        return
    if _continues_a_former_state(document, content):
        raise DomainError(
            "Le document a reçu une signature ou un horodatage depuis votre téléchargement : téléchargez-le "
            "de nouveau, signez-le et déposez-le. Rien de ce que les autres ont signé n’est perdu.",
            FIELD,
        )
    raise DomainError(
        "Ce fichier n’est pas celui du portail avec une signature de plus. Téléchargez le document, signez-le sans "
        "l’imprimer ni l’enregistrer autrement, puis déposez-le.",
        FIELD,
    )


def _continues_a_former_state(document: Document, content: bytes) -> bool:
    return any(
        hashlib.sha256(content[: state.size]).hexdigest() == state.sha256
        for state in document.revisions.all()
        if state.size <= len(content)
    )


def _added(document: Document, report: PdfReport) -> SignatureReport:
    """Return the one signature of a file that the register does not know."""
    known = {row.field_name for row in document.signature_list if row.file_id}
    added = [item for item in report.signatures if item.field not in known]
    if not added:
        raise DomainError(
            "Aucune signature de plus ne se lit dans ce fichier. S’il a été signé, il a été coupé ou complété depuis : "
            "enregistrez-le de nouveau depuis votre logiciel, sans rien y ajouter.",
            FIELD,
        )
    if len(added) != 1 or len(report.signatures) != len(known) + 1:
        raise DomainError(
            f"Le fichier doit porter une signature de plus, et une seule : il en porte {len(added)} de plus.", FIELD
        )
    return added[0]
