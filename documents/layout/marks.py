"""What each page of a document bears so that anyone may verify it: a code, an address, a QR code that opens it."""

from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.urls import reverse


def verification_marks(code: str) -> dict[str, Any]:
    """Return what the page prints for a code: `document_code`, `verification_site`, `qr_code` (an SVG as data).

    The address is that of the portal when the document is laid out (PORTAL_URL). Empty without a code.
    """
    if not code:
        return {"document_code": "", "verification_site": "", "qr_code": ""}
    address = f"{settings.PORTAL_URL}{reverse('documents:verify_code', args=[code])}"
    site = urlsplit(f"{settings.PORTAL_URL}{reverse('documents:verify')}")
    return {
        "document_code": code,
        "verification_site": f"{site.netloc}{site.path}".rstrip("/"),
        "qr_code": segno.make(address, error="m", micro=False).svg_data_uri(border=0, omitsize=True),
    }
