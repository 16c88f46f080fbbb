"""What each page of a document bears so that anyone may verify it: a code, an address, a QR code that opens it.

The QR code of a page says its number too: a page printed, signed by hand and scanned finds its place again.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.urls import reverse

PAGE = "p"  # the parameter of the address that says the number of the page


def verification_marks(code: str) -> dict[str, Any]:
    """Return what the page prints for a code: `document_code` and `verification_site`. Empty without a code.

    The address is that of the portal when the document is laid out (PORTAL_URL).
    """
    if not code:
        return {"document_code": "", "verification_site": ""}
    site = urlsplit(f"{settings.PORTAL_URL}{reverse('documents:verify')}")
    return {"document_code": code, "verification_site": f"{site.netloc}{site.path}".rstrip("/")}


def page_address(code: str, page: int) -> str:
    """Return the address that the QR code of a page (from 1) opens."""
    return f"{settings.PORTAL_URL}{reverse('documents:verify_code', args=[code])}?{PAGE}={page}"


def page_squares(code: str, page: int) -> Sequence[Sequence[int]]:
    """Return the QR code of a page as rows from the top, 1 for a dark square."""
    return segno.make(page_address(code, page), error="m", micro=False).matrix
