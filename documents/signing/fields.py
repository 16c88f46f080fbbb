"""The fields of a PDF that hold document time stamps. Plain names: what examines a file reads them without Django."""

# Prepared before the first signature: one added later is unknown to screen readers, and the file no longer PDF/UA.
TIMESTAMP_FIELD = "Horodatage"


def timestamp_fields(signatories: int) -> tuple[str, ...]:
    """Return the fields prepared for time stamps: one for the archive, one more for each signature that may be late."""
    spare = tuple(f"{TIMESTAMP_FIELD}_{number}" for number in range(2, signatories + 2))
    return (TIMESTAMP_FIELD, *spare) if signatories else ()
