"""What the pages that sign share, in each room whose documents are signed: here, with one's certificate, on paper."""

from collections.abc import Callable

from core.http import posted, posted_files, submit_form
from documents.forms import OutsideForm, PaperForm, SigningForm
from documents.models import Document


def signing_form(request, document: Document | None) -> SigningForm:
    """Return the form that asks for the second factor again, to sign `document`."""
    return SigningForm(posted(request), request=request, document=document)


def outside_form(request, document: Document) -> OutsideForm:
    """Return the form that takes a file signed elsewhere."""
    return OutsideForm(posted(request), posted_files(request), request=request, document=document)


def paper_form(request, document: Document) -> PaperForm:
    """Return the form that takes the copy of a paper signed by hand."""
    return PaperForm(posted(request), posted_files(request), request=request, document=document)


def submit_outside(request, form: SigningForm, action: Callable, **arguments):
    """Sign with what a form brings; its refusal stands beside it. Return the action's result, or None."""
    if request.method != "POST" or not form.is_valid():
        return None
    form.save()  # the second factor was given for this signature
    result = submit_form(request, form, action, **arguments)
    if result is None:
        form.forget_code()
    return result


def outside_context(form: SigningForm) -> dict:
    """Return what the shared part of the page shows."""
    return {"form": form, "document": form.document}
