"""What the pages that sign share, in each room whose documents are signed."""

from collections.abc import Callable

from core.http import submit_form
from documents.forms import OutsideForm, SigningForm
from documents.models import Document


def signing_form(request, document: Document | None) -> SigningForm:
    """Return the form that asks for the second factor again, to sign `document`."""
    return SigningForm(request.POST if request.method == "POST" else None, request=request, document=document)


def outside_form(request, document: Document | None) -> OutsideForm:
    """Return the form that takes a file signed elsewhere."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return OutsideForm(data, files, request=request, document=document)


def submit_outside(request, form: OutsideForm, action: Callable, **arguments):
    """Sign with the file of a form; its refusal stands beside it. Return the action's result, or None."""
    if request.method != "POST" or not form.is_valid():
        return None
    form.save()  # the second factor was given for this signature
    return submit_form(request, form, action, **arguments)


def outside_context(form: OutsideForm) -> dict:
    """Return what the shared part of the page shows."""
    return {"form": form, "document": form.document}
