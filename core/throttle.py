"""So many requests an address, then 429 and when to come back: for the pages that anyone may ask."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_ratelimit.core import get_usage


def limited(group: str) -> Callable:
    """Decorate a view: an address that passes the rate of `group` (settings.PUBLIC_RATES) gets 429, and no more work.

    The count is in the cache, shared by all processes; without the cache nothing is answered.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            rate = settings.PUBLIC_RATES[group]
            usage = get_usage(request, group=group, key="ip", rate=rate, increment=True)
            if usage["should_limit"]:
                return _refused(request, usage["time_left"])
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def _refused(request: HttpRequest, seconds: int) -> HttpResponse:
    template = "components/too_many.html" if request.htmx else "429.html"
    response = render(request, template, {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response
