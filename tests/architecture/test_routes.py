"""Every route × every role × every tenant: what the policy declares, nothing else (404 hides, 403 refuses)."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.permissions import may
from tests.architecture.policy import (
    ADMIN,
    CONDITIONAL,
    DEMONSTRATION,
    POLICY,
    PREFIXES,
    PUBLIC_SIGN_IN,
    row_of,
)
from tests.architecture.portal import METHODS, Answer, Portal, Principal
from tests.architecture.rows import Row, Subject

pytestmark = pytest.mark.django_db
DECLARED = [name for name in POLICY if not POLICY[name].public]
ABOUT_AN_OBJECT = [name for name in DECLARED if POLICY[name].about]
WRITES = [name for name in DECLARED if "POST" in POLICY[name].methods]
DONE = (200, 302)


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk every route of the portal: (name with its namespace, pattern)."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            yield from routes(item, f"{prefix}{item.namespace}:" if item.namespace else prefix)
        else:
            yield f"{prefix}{item.name}", item


ROUTES = dict(routes())


def expected(row: Row, subject: Subject | None, principal: Principal, method: str) -> int | tuple[int, ...]:
    """Return the status that the policy gives to a cell."""
    if principal.user is None:
        return 302
    if method not in row.methods:
        return 405
    actor = principal.actor
    if subject and (actor is None or not subject.is_seen_by(actor)):
        return own_place_only(row, subject, principal)
    if not has_the_right(row, subject, actor):
        return 403
    return DONE


def own_place_only(row: Row, subject: Subject, principal: Principal) -> int | tuple[int, ...]:
    """Return 404, except for the one object that belongs to a person: her own place."""
    is_hers = principal.membership is not None and subject.data.get("membership") == principal.membership.pk
    return DONE if is_hers else 404


def has_the_right(row: Row, subject: Subject | None, actor) -> bool:
    if row.act is None and row.may is None:
        return True
    if actor is None or (subject and actor.side in subject.refused):
        return False
    return may(actor, row.act) if row.act else row.may(actor)


def cells(portal: Portal, name: str) -> Iterator[tuple[Subject | None, Principal, str]]:
    """Every subject × person × method of a route."""
    for number, subject in enumerate(portal.subjects(POLICY[name])):
        for principal in portal.principals(subject, is_other=number > 0):
            for method in POLICY[name].methods:
                yield subject, principal, method


def ask(portal: Portal, name: str, method: str, principal: Principal, subject, **options) -> Answer:
    """Ask for the status: blank pages give the same, tests/architecture/test_pages.py reads them all."""
    row, options = POLICY[name], {"is_read": False, **options}
    data = portal.post_data(name, row, insider(portal, row, subject), subject) if method == "POST" else None
    return portal.ask(name, method, principal, subject, data=data, **options)


def insider(portal: Portal, row: Row, subject: Subject | None) -> Principal:
    """Return the first person who may do what a route is for."""
    for principal in portal.principals(subject):
        if principal.user is not None and expected(row, subject, principal, row.methods[-1]) == DONE:
            return principal
    raise AssertionError("nobody may: is the row right?")


def is_as_expected(answer: Answer, wanted) -> bool:
    if answer.principal.user is None:
        return answer.status == 302 and answer.location.startswith(reverse(settings.LOGIN_URL))
    return answer.status in (wanted if isinstance(wanted, tuple) else (wanted,))


def said_to_nobody(answer: Answer, portal: Portal) -> str:
    """Return the page without what changes at each request: the token against forged requests."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)


# Every route has its line


def test_every_route_of_the_portal_has_a_policy():
    unknown = [name for name in ROUTES if row_of(name) is None and not name.startswith((*PREFIXES, ADMIN))]
    assert unknown == [], "say in tests/architecture/policy.py who may open these routes"


def test_every_line_of_the_policy_is_a_route():
    assert [name for name in [*POLICY, *PUBLIC_SIGN_IN] if name not in ROUTES and name not in CONDITIONAL] == []


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_is_open_to_all_only_if_the_policy_says_why(name):
    is_open = not getattr(ROUTES[name].callback, "login_required", True)
    row = row_of(name)
    assert is_open == bool(row and row.public)


@pytest.mark.parametrize("name", [name for name in ROUTES if name.startswith(DEMONSTRATION)])
def test_the_tools_of_the_demonstration_are_hidden_anywhere_else(settings, client, name):
    settings.DEMONSTRATION = False
    pattern = ROUTES[name].pattern
    address = reverse(name, kwargs=dict.fromkeys(pattern.converters, 1))
    assert {client.get(address).status_code, client.post(address).status_code} == {404}


def test_the_back_office_sends_everyone_else_to_sign_in(portal):
    closed = {f"{ADMIN}None", f"{ADMIN}logout"}  # routes without a name; whoever signs out of it signs out
    names = [name for name in ROUTES if name.startswith(ADMIN) and not row_of(name) and name not in closed]
    wrong = []
    for name in names:
        pattern = ROUTES[name].pattern
        kwargs = {"app_label": "accounts"} if name == f"{ADMIN}app_list" else dict.fromkeys(pattern.converters, "1")
        for principal in portal.principals(None)[-6:]:
            answer = portal.visit(reverse(name, kwargs=kwargs), principal)
            if not (answer.status == 302 and "login" in answer.location):
                wrong.append(str(answer))
    assert len(names) > 20
    assert not wrong, "\n".join(wrong)


# What each one gets


@pytest.mark.parametrize("name", DECLARED)
def test_a_route_answers_everyone_as_the_policy_says(portal, name):
    wrong = []
    for subject, principal, method in cells(portal, name):
        answer = ask(portal, name, method, principal, subject)
        wanted = expected(POLICY[name], subject, principal, method)
        if not is_as_expected(answer, wanted):
            wrong.append(f"{answer} instead of {wanted}")
        elif wanted != DONE and answer.traces:
            wrong.append(f"{answer} left {answer.traces} entries in the journal")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", DECLARED)
def test_a_route_has_no_other_method(portal, name):
    row = POLICY[name]
    subject = portal.subjects(row)[0]
    principal = insider(portal, row, subject)
    others = [method for method in METHODS if method not in row.methods]
    answers = [ask(portal, name, method, principal, subject) for method in others]
    assert [str(answer) for answer in answers if answer.status != 405] == []


@pytest.mark.parametrize("name", ABOUT_AN_OBJECT)
def test_what_is_hidden_looks_like_what_does_not_exist(portal, name):
    row, different = POLICY[name], []
    for subject in portal.subjects(row):
        if not subject.kwargs:
            continue
        for principal in portal.principals(subject):
            if principal.name not in ("far coordinator", "far ars_officer", "beside president", "outsider"):
                continue
            method = row.methods[-1]
            if expected(row, subject, principal, method) != 404:
                continue
            hidden = ask(portal, name, method, principal, subject, is_read=True)
            missing = ask(portal, name, method, principal, subject, is_read=True, is_missing=True)
            if said_to_nobody(hidden, portal) != said_to_nobody(missing, portal):
                different.append(str(hidden))
    assert not different, "\n".join(different)


@pytest.mark.parametrize("name", WRITES)
def test_who_may_write_really_writes(portal, name):
    """Otherwise the cells above would prove a refusal that comes before the right is looked at."""
    row = POLICY[name]
    for subject in portal.subjects(row):
        principal = insider(portal, row, subject)
        answer = ask(portal, name, "POST", principal, subject)
        assert bool(answer.traces) != bool(row.leaves_no_trace), f"{answer}\n{errors_of(answer)}"


def errors_of(answer: Answer) -> str:
    return str(answer.form.errors.as_json()) if answer.form is not None and hasattr(answer.form, "errors") else ""


def test_the_matrix_is_large_enough(portal):
    """A cell is one method of one route, asked by one person about one object."""
    assert sum(1 for name in DECLARED for _cell in cells(portal, name)) >= 1_000
