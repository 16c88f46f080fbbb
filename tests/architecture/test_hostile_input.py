"""Whatever is sent to a field, the portal answers with a page, never with a fault; and nothing typed is lost."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import pytest
from django import forms

from core.form_fields import DecimalFrField
from tests.architecture.policy import POLICY
from tests.architecture.portal import Answer, Portal
from tests.architecture.rows import Row
from tests.architecture.test_routes import DONE, WRITES, expected, insider

pytestmark = pytest.mark.django_db
FORMS = [name for name in WRITES if "GET" in POLICY[name].methods]
LISTS = [name for name in POLICY if POLICY[name].is_list]
FORBIDDEN, ENDLESS, LATE, DEEP = "avant\0après", "9" * 5_000, "01/01/10000", "[" * 100_000
UNREADABLE = {
    FORBIDDEN: "a character that the database refuses",
    ENDLESS: "a number without end",
    LATE: "a day after the last one of the calendar",
    DEEP: "JSON without end",
}
ANSWERED = {200, 302, 404}
SIGNS_OF_A_REFUSAL = ("invalid-feedback", 'role="alert"', "alert-danger")


def typed(portal: Portal, name: str, row: Row) -> Iterator[tuple]:
    """Give each route's form filled as its person would: (person, subject, form, data)."""
    for subject in portal.subjects(row)[:1]:
        person = insider(portal, row, subject)
        page = portal.ask(name, "GET", person, subject, is_read=False) if "GET" in row.methods else None
        yield person, subject, page and page.form, portal.post_data(name, row, person, subject)


def attempts(form, data: dict) -> dict[str, Iterable[str]]:
    """Return what is tried in each field: what its kind may stumble on; everything, where no form reads it."""
    shown = [bound for bound in form if not isinstance(bound.field, forms.FileField)] if is_form(form) else []
    tried = {bound.html_name: (FORBIDDEN, LATE if is_day(bound) else ENDLESS) for bound in shown}
    hidden = {bound.html_name: UNREADABLE for bound in shown if bound.is_hidden}
    return dict.fromkeys(data, UNREADABLE) | tried | hidden


def is_form(form) -> bool:
    return hasattr(form, "fields")


def is_day(bound: forms.BoundField) -> bool:
    return isinstance(bound.field, forms.DateField)


@pytest.mark.parametrize("name", WRITES)
def test_a_field_that_cannot_be_read_breaks_no_page(portal, name):
    broken = []
    for person, subject, form, data in typed(portal, name, POLICY[name]):
        for field, values in attempts(form, data).items():
            for value in values:
                answer = portal.ask(name, "POST", person, subject, data={**data, field: value}, is_read=False)
                if answer.status not in ANSWERED:
                    broken.append(f"{field} with {UNREADABLE[value]}: {answer}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asked_for_nonsense_is_still_a_list(portal, name):
    row, broken = POLICY[name], []
    for subject in portal.subjects(row)[:1]:
        person = next(who for who in portal.principals(subject) if expected(row, subject, who, "GET") == DONE)
        fields = portal.ask(name, "GET", person, subject, is_read=False).filters
        for field in ("page", "sort", "_export", *fields):
            for value, what in UNREADABLE.items():
                query = f"?{urlencode({field: value[:5_000]})}"
                answer = portal.ask(name, "GET", person, subject, query=query, is_read=False)
                if answer.status not in {*ANSWERED, 400}:
                    broken.append(f"{field} with {what}: {answer}")
    assert not broken, "\n".join(broken)


def is_text(bound: forms.BoundField) -> bool:
    """Say whether a person writes her own words in a field."""
    plain = isinstance(bound.field.widget, forms.Textarea | forms.TextInput) and not bound.is_hidden
    return plain and type(bound.field) is forms.CharField and bound.name != "code"


def is_read(bound: forms.BoundField) -> bool:
    """Say whether what is typed in a field has to be read: a number, a day."""
    return isinstance(bound.field, DecimalFrField | forms.DateField | forms.IntegerField)


def half_wrong(form: forms.Form, data: dict) -> tuple[dict, list[str]]:
    """Return the form with words in each text and nothing readable in the rest, and these words."""
    words = {bound.html_name: f"mot-{number}" for number, bound in enumerate(form) if is_text(bound)}
    wrong = {bound.html_name: "pas lisible" for bound in form if is_read(bound)}
    if not wrong:  # words alone: the first that is asked for is left out
        asked = next((bound.html_name for bound in form if is_text(bound) and bound.field.required), None)
        words.pop(asked, None)
        wrong = {asked: ""} if asked else {}
    return {**data, **words, **wrong}, [*words.values()] if wrong else []


@pytest.mark.parametrize("name", FORMS)
def test_a_refused_form_keeps_every_word_that_was_typed(portal, name):
    lost = []
    for person, subject, form, data in typed(portal, name, POLICY[name]):
        sent, words = half_wrong(form, data) if is_form(form) else ({}, [])
        if not words:
            continue
        answer = portal.ask(name, "POST", person, subject, data=sent)
        lost += [f"{word}: {answer}" for word in words if word not in answer.text]
        assert answer.status == 200 and says_what_is_wrong(answer), str(answer)
    assert not lost, "\n".join(lost)


def says_what_is_wrong(answer: Answer) -> bool:
    return any(sign in answer.text for sign in SIGNS_OF_A_REFUSAL)
