"""The fields of a PDF for signatures and time stamps. Plain names: what examines a file reads them without Django."""

import re
from collections.abc import Sequence

from core.wording import plural, spoken_list

# How a sentence names the party of a field, by its side in small letters.
PARTIES = {"cpts": "de la CPTS", "ars": "de l’ARS", "fund": "de la caisse"}
SIGNATURE_FIELD = re.compile(rf"signature_({'|'.join(PARTIES)})(?:_([2-9]|[1-9][0-9]))?")
# Prepared before the first signature: one added later is unknown to screen readers, and the file no longer PDF/UA.
TIMESTAMP_FIELD = "Horodatage"


def signature_field(side: str, number: int = 1) -> str:
    """Return the name of the field where the signatory `number` of a party signs: signature_cpts, signature_cpts_2."""
    return f"signature_{side.lower()}" + (f"_{number}" if number > 1 else "")


def is_signature_field(name: str) -> bool:
    """Return whether a field is one that the portal prepares for a signatory."""
    return SIGNATURE_FIELD.fullmatch(name) is not None


def timestamp_fields(signatories: int) -> tuple[str, ...]:
    """Return the fields prepared for time stamps: one for the archive, one more for each signature that may be late."""
    spare = tuple(f"{TIMESTAMP_FIELD}_{number}" for number in range(2, signatories + 2))
    return (TIMESTAMP_FIELD, *spare) if signatories else ()


def spoken_fields(fields: Sequence[str]) -> str:
    """Return « Signatures de la CPTS et de l’ARS »; a field that is not ours keeps its name."""
    return f"{plural(len(fields), 'Signature')} {spoken_list([_spoken(field) for field in fields])}"


def _spoken(field: str) -> str:
    """Return « de la CPTS », « de la CPTS (n° 2) »."""
    found = SIGNATURE_FIELD.fullmatch(field)
    if found is None:
        return f"« {field} »"
    party, number = PARTIES[found[1]], found[2]
    return f"{party} (n°\u00a0{number})" if number else party
