"""Gateway to the PDF engine: a template and its context in, an archivable and accessible file out.

Nothing outside the template and the stylesheet beside it is ever read: no network, no file, no redirect (B4).
WeasyPrint, pikepdf and fontTools are imported when a document is rendered, so that the web process never loads them.
"""

import atexit
import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from threading import Lock
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.template.loader import get_template, render_to_string
from django.utils import timezone

from core.dates import format_date
from core.errors import DomainError
from documents.layout.attachment import DATA_NAME, AttachedData
from documents.layout.marks import page_squares, verification_marks
from documents.layout.typography import typeset
from documents.signing.fields import timestamp_fields

logger = logging.getLogger(__name__)

STYLESHEET = "documents/pdf/base.css"
REACHES_OUTSIDE = "Le document n’a pas été produit : sa mise en page fait appel à une image ou à un fichier extérieur."
FIELDS_DIFFER = "Le document n’a pas été produit : ses emplacements de signature ne sont pas ceux attendus."
NOT_LAID_OUT = (
    "Le document n’a pas pu être mis en page. Réessayez ; si l’erreur revient, signalez-la à l’administrateur."
)
# One at a time in a process: the text engine shares its font map, and layout holds the interpreter anyway.
_engine = Lock()


class RenderError(DomainError):
    """The document could not be laid out; the sentence is for the person who asked for it."""


@dataclass(frozen=True, kw_only=True)
class SignatureField:
    """The empty place where one signatory will sign.

    `name` identifies the field in the file (ASCII, unique in the document, for example « Signature_CPTS »), `party`
    is the organisation, `rank` which of its signatories (« signataire 1 sur 2 ») where it has several, `signatory` and
    `function` the person expected to sign and in what capacity.
    """

    name: str
    party: str
    rank: str = ""
    signatory: str = ""
    function: str = ""

    @property
    def label(self) -> str:
        """What a screen reader says of the field, in the words the stamp will use."""
        whose = f"Signature de {self.signatory}, pour" if self.signatory else "Signature pour"
        return ", ".join(filter(None, [f"{whose} {self.party}", self.rank]))


def render_pdf(
    *,
    template_name: str,
    context: dict[str, Any],
    title: str,
    issued_at: datetime,
    signature_fields: Sequence[SignatureField] = (),
    data: AttachedData | None = None,
) -> bytes:
    """Return a PDF/A-3a, tagged for PDF/UA-1, of a template that extends `documents/pdf/base.html`.

    The template finds `title`, `issued_at` (aware), `issued_on` (« 15 mars 2026 »), `signature_fields` and
    the marks of `document_code` (empty unless the context gives it; it goes into the metadata too) beside its own
    context; `data` is attached to the file, and its SHA-256 printed under the title. The same input gives the same
    bytes.
    Raises RenderError when the page cannot be laid out, or reaches for anything outside itself.
    """
    html = html_of(
        template_name=template_name,
        context=context,
        title=title,
        issued_at=issued_at,
        signature_fields=signature_fields,
        data=data,
    )
    return lay_out(html, signature_fields=signature_fields, code=context.get("document_code", ""), data=data)


def html_of(
    *,
    template_name: str,
    context: dict[str, Any],
    title: str,
    issued_at: datetime,
    signature_fields: Sequence[SignatureField] = (),
    data: AttachedData | None = None,
) -> str:
    """Return the whole HTML page that `render_pdf` lays out."""
    html = render_to_string(
        template_name,
        {
            **context,
            **verification_marks(context.get("document_code", "")),
            "title": title,
            "issued_at": issued_at,
            "issued_on": format_date(timezone.localdate(issued_at)),
            "issued_at_utc": issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "signature_fields": signature_fields,
            "data_name": DATA_NAME,
            "data_sha256": data.sha256 if data else "",
        },
    )
    return typeset(html)


def lay_out(
    html: str,
    *,
    signature_fields: Sequence[SignatureField] = (),
    code: str = "",
    data: AttachedData | None = None,
) -> bytes:
    """Return the PDF of a whole HTML page; each signature field must have its box (`<input>`) in it.

    `code` is the verification code, written in the metadata and in the QR code of each page; `data` is attached.
    """
    from weasyprint.urls import FatalURLFetchingError

    from documents.layout import tagging

    refused: list[str] = []
    try:
        with _engine, _cycles_left_alone():
            pdf = _write(html, refused, code, data)
        finished = tagging.finish(
            pdf,
            labels={field.name: field.label for field in signature_fields},
            stamps=timestamp_fields(len(signature_fields)),
            squares=partial(page_squares, code) if code else None,
        )
    except SoftTimeLimitExceeded:
        raise
    except FatalURLFetchingError as error:  # a BaseException: `except Exception` would miss it
        raise RenderError(REACHES_OUTSIDE) from error
    except tagging.FieldMismatch as error:
        raise RenderError(FIELDS_DIFFER) from error
    except Exception as error:
        logger.exception("document not rendered")
        raise RenderError(NOT_LAID_OUT) from error
    if refused:  # inside a drawing the engine swallows even fatal errors
        raise RenderError(REACHES_OUTSIDE)
    return finished


@contextmanager
def _cycles_left_alone() -> Iterator[None]:
    """Let the collector wait until the page is laid out: it would walk the same boxes again and again, a quarter of
    the time, and find nothing to free while all of them are in use."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write(html: str, refused: list[str], code: str, data: AttachedData | None) -> bytes:
    from weasyprint import HTML

    from documents.layout.tagging import declares

    stylesheet, font_config = _stylesheet()
    return HTML(string=html, url_fetcher=_fetcher(refused)).write_pdf(
        stylesheets=[stylesheet],
        font_config=font_config,
        pdf_variant="pdf/a-3a",
        pdf_forms=True,
        finisher=declares(code),
        attachments=[_attachment(data)] if data else None,
    )


def _attachment(data: AttachedData):
    from weasyprint import Attachment

    return Attachment(
        string=data.content,
        name=DATA_NAME,
        description="Données du document, en JSON",
        created=data.at,
        modified=data.at,
        relationship="Data",
    )


def _fetcher(refused: list[str]):
    """Return a fetcher that knows nothing but data inside the page, stops at any other request and notes it."""
    from weasyprint.urls import URLFetcher

    class ClosedFetcher(URLFetcher):
        def fetch(self, url, headers=None):
            if not url.lower().startswith("data:"):
                refused.append(url)
                logger.warning("document refused: it reaches outside itself")
            return super().fetch(url, headers)

    return ClosedFetcher(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)


@atexit.register  # before the interpreter takes down what removes their temporary folder
def _release_fonts() -> None:
    _stylesheet.cache_clear()


@cache
def _stylesheet():
    """Return the print stylesheet and the fonts it names, read once in the life of a worker."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    from documents.layout.fonts import font_faces

    font_config = FontConfiguration()
    rules = f"{font_faces()}\n{get_template(STYLESHEET).render()}"
    return CSS(string=rules, font_config=font_config, url_fetcher=_fetcher([])), font_config
