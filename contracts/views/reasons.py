"""What is done with a reason that the three parties read: refused, abandoned, taken back."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from contracts.forms import ReasonForm
from core.http import posted, show, submit_form


def act_with_reason(
    request: HttpRequest,
    action: Callable,
    template_name: str,
    *,
    context: dict,
    page: str,
    is_possible: bool,
    success: str,
    page_after: str = "",
    **subject,
) -> HttpResponse:
    """Ask for the reason, then act on `subject`.

    Leads to `page` when it cannot be done any more, and once it is done unless `page_after` is another one.
    """
    form = ReasonForm(posted(request), actor=request.actor)
    if request.method == "POST":
        if submit_form(request, form, action, success=success, **subject):
            return redirect(page_after or page)
    elif not is_possible:
        return redirect(page)
    return show(request, template_name, {**context, "form": form})
