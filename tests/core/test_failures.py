"""What a person reads when nothing caught an exception."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from core.failures import answer_failure

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def test_what_needs_redis_says_that_it_does_not_answer_and_when_to_come_back(client, settings):
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    answers = [
        client.get(reverse("documents:verify_code", args=["K7QF-2MXW-9RTA"])),
        client.post(reverse("account_login"), {"login": "jeanne@exemple.fr", "password": "secret"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        assert "n’est pas allée à son terme" in answer.text and "ce qui a été fait" in answer.text
    assert client.get(reverse("account_login")).status_code == 200  # what does without it goes on


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (ValueError, 500)])
def test_the_page_leans_on_nothing(error, status, django_assert_num_queries):
    with django_assert_num_queries(0):
        try:
            raise error
        except error:
            answer = answer_failure(RequestFactory().get("/"))
    assert answer.status_code == status and "<h1>" in answer.text
