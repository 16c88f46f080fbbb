"""What a template shows of a document, as the person who reads it may act on it."""

from django import template

from documents.models import Document
from documents.permissions import offered

register = template.Library()


@register.inclusion_tag("documents/partials/document_card.html", takes_context=True)
def document_card(context, document: Document):
    """Show a document: its link and signatures once laid out, its progress before; what may be done to who may."""
    return {
        "document": document,
        **offered(context["actor"], document),
        "csrf_token": context.get("csrf_token"),
    }
