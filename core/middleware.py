"""What surrounds every request: a readable address, one date for all of it, and a GET that cannot write."""

from django.core.exceptions import BadRequest
from django.db import connection, transaction

from core import clock

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class ReadableAddressMiddleware:
    """Refuse (400) an address with a NUL character: nobody types one, and PostgreSQL takes none, even to search."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL character in the address")
        return self.get_response(request)


class RequestClockMiddleware:
    """Hold the portal's date for the whole request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with clock.held_offset():
            return self.get_response(request)


class ReadOnlyGetMiddleware:
    """Run each GET in a transaction in which the database refuses writes.

    A view that must log what was read says so with `core.http.logs_reads`. Sign-in pages and the back
    office are exempt: they renew sessions and counters of their own.
    """

    EXEMPT_APPS = {"allauth", "django.contrib.admin"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        exempt = getattr(view, "logs_reads", False) or view.__module__.startswith(tuple(self.EXEMPT_APPS))
        if request.method not in SAFE_METHODS or exempt:
            return None
        with transaction.atomic():
            set_read_only(True)
            try:
                response = view(request, *args, **kwargs)
                if hasattr(response, "render") and callable(response.render):
                    response.render()
            finally:
                set_read_only(False)
        return response


def set_read_only(on: bool) -> None:
    """Make the current transaction refuse writes (PostgreSQL), or the connection (SQLite)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if on:
                cursor.execute("SET TRANSACTION READ ONLY")
        else:
            cursor.execute(f"PRAGMA query_only = {'ON' if on else 'OFF'}")
