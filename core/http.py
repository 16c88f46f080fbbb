"""Small helpers of the views: methods, rule refusals shown on the page, pages with the portal's habits."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict

from core.errors import DomainError, NotAllowed


def http_methods(*methods: str) -> Callable:
    """Allow these methods only, and say so on a page to who opens the address otherwise; HEAD comes with GET."""
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.method in allowed:
                return view(request, *args, **kwargs)
            return HttpResponseNotAllowed(allowed, render_to_string("405.html", request=request))

        return wrapper

    return decorate


def require(allowed: bool) -> None:
    """Answer 403 unless `allowed`: for the pages that only some roles open."""
    if not allowed:
        raise PermissionDenied


def require_that(check: Callable, *arguments) -> None:
    """Answer 403, with its reason on the page, when a check of the domain says NotAllowed."""
    try:
        check(*arguments)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, even when nothing was filled in; None on a GET."""
    return request.POST if request.method == "POST" else None


def posted_files(request: HttpRequest) -> MultiValueDict | None:
    """Return the files sent with a form; None on a GET."""
    return request.FILES if request.method == "POST" else None


def logs_reads(view: Callable) -> Callable:
    """Mark a view that writes a journal entry about what it shows, even on GET."""
    view.logs_reads = True
    return view


def attempt(request: HttpRequest, action: Callable, *, success: str = "", **arguments):
    """Call an action of the domain for `request.actor` and tell the person how it went.

    Returns the action's result, or None when a rule refused: its sentence is shown as a message, and
    nothing of the attempt is kept. Raises PermissionDenied (403) on NotAllowed.
    """
    try:
        with transaction.atomic():
            result = action(actor=request.actor, **arguments)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        messages.error(request, str(error))
        return None
    if success:
        messages.success(request, success)
    return result if result is not None else True


def submit_form(request: HttpRequest, form, action: Callable, *, success: str = "", **arguments):
    """Call an action with the values of a valid form; a refusal becomes an error beside its field.

    Returns the action's result, or None when the form or the rule refused.
    """
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            result = action(actor=request.actor, **arguments, **form.cleaned_data)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        form.add_domain_error(error)
        return None
    if success:
        messages.success(request, success)
    return result if result is not None else True


def show(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    """Render a page, or the fragment of the same page for HTMX when `context` names one (`fragment`)."""
    if request.htmx and "fragment" in context:
        template = context["fragment"]
    return render(request, template, context, status=status)


def back_to(view_name: str) -> Callable:
    """Decorate a POST view: once it returns, go to `view_name` with the same URL arguments."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            return response if response is not None else redirect(view_name, *args, **kwargs)

        return wrapper

    return decorate
