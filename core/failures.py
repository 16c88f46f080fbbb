"""What is answered when nothing caught an exception: a page that leans on nothing, neither database nor session."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import TimeoutError as Silent

RETRY_SECONDS = 60


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Answer 503, and when to come back, where the database or Redis is out of reach; 500 otherwise.

    Sign-in, second factors and public requests are counted in Redis: without it they are refused, never let through.
    """
    if not _is_out_of_reach(sys.exception()):
        return HttpResponse(render_to_string("500.html"), status=500)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_SECONDS)})


def _is_out_of_reach(error: BaseException | None) -> bool:
    return isinstance(error, (OperationalError, Unreachable, Silent))
