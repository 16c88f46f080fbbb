"""Every page as each of its people: nothing of another tenant, no undefined variable, headers that hold."""

import io
import re
import zipfile
from collections import Counter

import pytest
from django.forms import ModelChoiceField
from django.test import Client
from django.urls import reverse

from tests.architecture.markup import Page
from tests.architecture.portal import Answer, Portal
from tests.architecture.story import CANARY

pytestmark = pytest.mark.django_db
ARCHIVE = "dashboards:year_download"  # the documents of a year, not a list
# A page says that a commune is shared with another CPTS, and names it (R1): the one thing that crosses.
NAMES_A_NEIGHBOUR = {
    "health_projects:project_detail",
    "health_projects:project_territory",
    "health_projects:overlap_accept",
    "health_projects:project_compare",
}
# Template variables that may be missing, each with its reason.
MAY_BE_UNDEFINED: dict[tuple[str, str], str] = {}


def readable(answer: Answer) -> str:
    """Return the words of an answer: those of a spreadsheet are zipped."""
    if not answer.body.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.body)) as book:
        return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def html_pages(portal: Portal) -> list[Answer]:
    found = [answer for answer in portal.pages if answer.status == 200 and answer.is_page]
    assert len(found) > 200
    return found


def whole_pages(portal: Portal) -> list[Answer]:
    return [answer for answer in html_pages(portal) if answer.text.lstrip().startswith("<!doctype html>")]


def distinct(found: list[str]) -> list[str]:
    return sorted(set(found))


# Nothing of another tenant


def test_no_page_and_no_export_shows_a_word_of_a_far_tenant(portal):
    assert [str(answer) for answer in portal.pages if CANARY in readable(answer)] == []


def test_the_canary_sings_for_those_it_belongs_to(portal):
    """Otherwise the test above would prove nothing."""
    story = portal.story
    own = portal.principals(portal.subjects_of("contracts:contract_preview")[1])[0]
    for name in ("contracts:contract_preview", "dialogues:dialogue_detail", "indicators:programme_detail"):
        assert portal.ask(name, "GET", own, portal.subjects_of(name)[1]).text.count(CANARY) > 3
    assert own.membership.organisation_id == story.east.tenant.cpts.pk


def test_a_cpts_reads_nothing_of_its_neighbours(portal):
    neighbours = {tenant.cpts.pk: tenant.cpts.name for tenant in portal.story.beside.values()}
    shown = [
        f"{answer} shows {name}"
        for answer in portal.pages
        if answer.principal.membership.organisation.side == "CPTS" and answer.route not in NAMES_A_NEIGHBOUR
        for key, name in neighbours.items()
        if key != answer.principal.membership.organisation_id and name in readable(answer)
    ]
    assert shown == []


def test_no_form_offers_a_row_of_another_tenant(portal):
    offered = [
        f"{answer.route}: {name}: {row}"
        for answer in portal.pages
        if hasattr(answer.form, "fields")
        for name, field in answer.form.fields.items()
        if isinstance(field, ModelChoiceField)
        for row in field.queryset
        if CANARY in str(row)
    ]
    assert offered == []


def test_exports_are_spreadsheets_of_what_the_list_shows(portal):
    exports = [answer for answer in portal.pages if answer.body.startswith(b"PK") and answer.route != ARCHIVE]
    kinds = {answer.headers["Content-Type"].split(";")[0] for answer in exports}
    assert kinds == {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    csv = [answer for answer in portal.pages if answer.headers.get("Content-Type", "").startswith("text/csv")]
    assert len(csv) >= 20


# What a page is made of


def test_no_page_breaks_while_it_is_written(portal):
    """The matrix of rights leaves its pages blank: what their templates say is tried here."""
    assert [str(answer) for answer in portal.pages if answer.status not in (200, 302)] == []


def test_no_template_variable_is_undefined(portal):
    found = {pair for answer in portal.pages for pair in answer.undefined}
    missing = sorted(found - set(MAY_BE_UNDEFINED))
    assert not missing, "\n".join(map(str, missing))


def test_no_page_has_an_inline_script_or_style(portal):
    found = [f"{answer.route}: {word}" for answer in html_pages(portal) for word in answer.page.inline]
    assert distinct(found) == []


def test_every_form_that_is_posted_has_its_token(portal):
    """A browser is refused without it; the client of the tests is not, and a template included alone forgets it."""
    posted = [(answer.route, *form) for answer in html_pages(portal) for form in answer.page.forms]
    assert len(posted) > 200
    assert distinct([f"{route}: {to}" for route, to, names in posted if "csrfmiddlewaretoken" not in names]) == []


def test_no_page_fetches_anything_elsewhere(portal):
    found = [f"{answer.route}: {address}" for answer in html_pages(portal) for address in answer.page.elsewhere]
    assert distinct(found) == []


def test_a_page_has_a_title_one_main_heading_and_no_level_skipped(portal):
    wrong = []
    for answer in whole_pages(portal):
        page = answer.page
        steps = list(zip(page.headings, page.headings[1:], strict=False))
        title = re.search(r"<title>\s*(\S.*?)\s*</title>", answer.text)
        if page.headings.count(1) != 1 or any(after - before > 1 for before, after in steps):
            wrong.append(f"{answer.route}: headings {page.headings}")
        if page.language != "fr" or not title or title.group(1).startswith("·"):
            wrong.append(f"{answer.route}: language or title")
    assert not wrong, "\n".join(distinct(wrong))


def test_no_page_uses_an_identifier_twice(portal):
    twice = [
        f"{answer.route}: {identifier}"
        for answer in whole_pages(portal)
        for identifier, times in Counter(answer.page.ids).items()
        if times > 1
    ]
    assert distinct(twice) == []


# Headers


def weak_headers(headers: dict[str, str]) -> list[str]:
    """Return what is missing from the headers of a response."""
    policy = headers.get("Content-Security-Policy", "")
    missing = [
        name
        for name, value in (
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("X-Frame-Options", "DENY"),
        )
        if headers.get(name) != value
    ]
    if "default-src 'none'" not in policy or "unsafe" in policy:
        missing.append(f"policy: {policy}")
    if "frame-ancestors 'none'" not in policy and "sandbox" not in policy:
        missing.append("frame-ancestors")
    return missing


def test_every_answer_has_its_headers(portal):
    weak = [f"{answer.route} {answer.status}: {weak_headers(answer.headers)}" for answer in portal.pages]
    assert distinct([line for line in weak if not line.endswith("[]")]) == []


def test_refusals_have_the_same_headers(portal, settings):
    story = portal.story
    reader = portal.principals(portal.subjects_of("contracts:contract_preview")[0])[3]
    edit = portal.subjects_of("contracts:contract_edit")[0]
    refusals = {
        404: portal.visit("/nulle-part/", reader),
        403: portal.ask("accounts:invitation_create", "GET", reader),
        405: portal.ask("accounts:team", "POST", reader),
        302: portal.ask("contracts:contract_edit", "GET", portal.principals(edit)[-1], edit),
    }
    assert {status: answer.status for status, answer in refusals.items()} == {status: status for status in refusals}
    assert [weak_headers(answer.headers) for answer in refusals.values()] == [[], [], [], []]
    assert story.west.tenant.cpts.name not in refusals[302].text


def test_an_address_that_is_not_a_page_says_so_in_french(portal):
    subject = portal.subjects_of("contracts:contract_consent")[0]
    answer = portal.ask("contracts:contract_consent", "DELETE", portal.principals(subject)[0], subject)
    assert answer.status == 405 and answer.headers["Allow"] == "GET, POST, HEAD"
    assert "Cette adresse ne s’ouvre pas comme une page" in answer.text


def test_a_demonstration_too_shows_the_portal_s_own_page_where_nothing_is_found(client, settings):
    settings.DEBUG = True
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.content.decode()


def test_a_page_that_breaks_keeps_its_headers_and_says_nothing_of_why(settings):
    settings.ROOT_URLCONF = "tests.architecture.broken_urls"
    response = Client(raise_request_exception=False).get("/casse/")
    assert response.status_code == 500
    assert weak_headers(dict(response.headers)) == []
    assert "RuntimeError" not in response.content.decode()


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "accessibility", "legal_notice"])
def test_the_pages_of_who_is_not_signed_in_hold_too(client, name):
    response = client.get(reverse(name))
    page = Page(response.content.decode())
    assert response.status_code == 200
    assert (weak_headers(dict(response.headers)), page.inline, page.elsewhere) == ([], [], [])
