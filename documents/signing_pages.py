"""What the pages that sign share, in each room whose documents are signed: a certificate of one's own."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled

from core.http import submit_form
from documents.forms import OutsideForm


def outside_form(request) -> OutsideForm:
    """Return the form that takes a file signed elsewhere."""
    is_sent = request.method == "POST"
    return OutsideForm(request.POST if is_sent else None, request.FILES if is_sent else None, user=request.user)


def submit_outside(request, form: OutsideForm, action: Callable, **arguments):
    """Sign with the file of a form; its refusal stands beside it. Return the action's result, or None."""
    if request.method != "POST" or not form.is_valid():
        return None
    form.save()  # the second factor was given for this signature
    return submit_form(request, form, action, **arguments)


def outside_context(request, form: OutsideForm, document) -> dict:
    """Return what the shared part of the page shows."""
    return {"form": form, "document": document, "has_second_factor": is_mfa_enabled(request.user)}
