"""The back office: every page keeps a journal of what it writes, or writes nothing; no secret is shown."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from core.admin import AuditedAdmin, ReadOnlyAdmin
from core.rows import LineForm, LineFormSet, RowForm
from tests.utils.factories import UserFactory

SECRETS = {"password", "token", "data", "secret", "key"}
PAGES = sorted(admin.site._registry.values(), key=str)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_page_is_audited_or_read_only(page):
    assert isinstance(page, AuditedAdmin | ReadOnlyAdmin)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_form_that_writes_tells_what_someone_else_saved_meanwhile(page):
    """The row of the page, and the rows edited inside it."""
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    inlines = [row for row in page.get_inline_instances(request) if row.has_change_permission(request)]
    assert all(issubclass(row.form, LineForm) and issubclass(row.formset, LineFormSet) for row in inlines)
    assert page.list_editable == () and (isinstance(page, ReadOnlyAdmin) or issubclass(page.form, RowForm))


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_rows_are_deleted_one_by_one_each_read_again(page):
    """A deletion of many rows compares none of them with what was read."""
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    assert "delete_selected" not in page.get_actions(request)


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:The default scheme will be changed")  # Django's own, until 6.0
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_page_shows_a_secret(page):
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    shown = {*page.get_fields(request), *page.get_list_display(request)}
    assert not shown & SECRETS


SAME_IN_FRENCH = {"action", "code", "commune", "licence", "mission", "organisation", "source", "version"}


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:The default scheme will be changed")  # Django's own, until 6.0
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_page_speaks_french(page):
    """What nobody named is shown by its name in the code, which is English."""
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    sheets = [(page.model, {*page.get_fields(request), *page.get_list_display(request)})]
    sheets += [(inline.model, {*inline.get_fields(request)}) for inline in page.get_inline_instances(request)]
    for model, shown in sheets:
        fields = [field for field in model._meta.fields if field.name in shown - SAME_IN_FRENCH]
        assert [field.name for field in fields if field.verbose_name == field.name.replace("_", " ")] == []
        assert model.__module__.split(".")[0] not in {"allauth", "django"}
