"""A GET cannot write; an address that no database reads is refused."""

import pytest
from django.db import DatabaseError
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Organisation
from core.middleware import ReadOnlyGetMiddleware
from tests.utils.factories import CptsFactory

pytestmark = pytest.mark.django_db


def writing_view(request):
    Organisation.objects.update(address="écrit")


def through(method: str, view):
    request = getattr(RequestFactory(), method)("/")
    return ReadOnlyGetMiddleware(lambda request: None).process_view(request, view, (), {})


def test_the_database_refuses_the_write_of_a_get():
    CptsFactory()
    with pytest.raises(DatabaseError):
        through("get", writing_view)


def test_the_request_after_a_get_may_write():
    CptsFactory()
    through("get", lambda request: None)
    assert Organisation.objects.update(address="écrit") == 3


def test_a_post_is_left_to_its_view():
    assert through("post", writing_view) is None


def test_a_view_that_logs_what_it_shows_may_write_its_entry():
    def logging_view(request):
        raise AssertionError("the middleware leaves this view to Django")

    logging_view.logs_reads = True
    assert through("get", logging_view) is None


@pytest.mark.parametrize("query", ["?communes=&code=%00", "?epci=%00", "?q=a%00b"])
def test_an_address_with_a_character_that_the_database_refuses_is_refused_first(client, query):
    response = client.get(reverse("simulator:simulation") + query)
    assert response.status_code == 400
    assert "<h1" in response.content.decode()
