"""The fields of a PDF for signatures and time stamps. Plain names: what examines a file reads them without Django."""

from collections.abc import Sequence

from core.wording import plural, spoken_list

# The field of each party (documents.models.Signature.field_name), as a sentence names it.
PARTY_FIELDS = {"signature_cpts": "de la CPTS", "signature_ars": "de l’ARS", "signature_fund": "de la caisse"}
# Prepared before the first signature: one added later is unknown to screen readers, and the file no longer PDF/UA.
TIMESTAMP_FIELD = "Horodatage"


def timestamp_fields(signatories: int) -> tuple[str, ...]:
    """Return the fields prepared for time stamps: one for the archive, one more for each signature that may be late."""
    spare = tuple(f"{TIMESTAMP_FIELD}_{number}" for number in range(2, signatories + 2))
    return (TIMESTAMP_FIELD, *spare) if signatories else ()


def spoken_fields(fields: Sequence[str]) -> str:
    """Return « Signatures de la CPTS et de l’ARS »; a field that is not ours keeps its name."""
    names = [PARTY_FIELDS.get(field, f"« {field} »") for field in fields]
    return f"{plural(len(fields), 'Signature')} {spoken_list(names)}"
