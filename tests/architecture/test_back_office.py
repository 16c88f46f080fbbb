"""The back office: every page keeps a journal of what it writes, or writes nothing; no secret is shown."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import RequestFactory

from core.admin import AuditedAdmin, ReadOnlyAdmin
from tests.utils.factories import UserFactory

SECRETS = {"password", "token", "data", "secret", "key"}
PAGES = sorted(admin.site._registry.values(), key=str)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_page_is_audited_or_read_only(page):
    assert isinstance(page, AuditedAdmin | ReadOnlyAdmin)


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:The default scheme will be changed")  # Django's own, until 6.0
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_page_shows_a_secret(page):
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    shown = {*page.get_fields(request), *page.get_list_display(request)}
    assert not shown & SECRETS


@pytest.mark.django_db
def test_a_lost_second_factor_is_taken_away_and_never_made():
    page, request = admin.site._registry[Authenticator], RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    assert page.has_delete_permission(request)
    assert not page.has_add_permission(request) and not page.has_change_permission(request)
