"""Documents that the past needs at once; the others are left to the worker."""

from core.errors import DomainError
from documents import jobs
from documents.models import Document


def render(document_id) -> Document:
    """Lay out a document now, unless it is: nobody signs what is not there."""
    if not Document.objects.get(pk=document_id).is_ready:
        jobs.render_document(str(document_id))
    document = Document.objects.get(pk=document_id)
    if not document.is_ready:
        raise DomainError(f"{document.title} : {document.error or 'la mise en page n’a pas abouti'}")
    return document
