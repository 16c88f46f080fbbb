"""Asks the portal a route as someone, and keeps what it answered. Nothing that is asked leaves a mark."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from unittest import mock
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.forms import FileField
from django.http import HttpResponse
from django.template.base import Node, Template
from django.test import Client
from django.test.signals import template_rendered
from django.urls import get_resolver, reverse

from accounts.models import Membership
from core.actor import Actor
from core.models import AuditEvent
from tests.architecture.markup import Page
from tests.architecture.policy import POLICY
from tests.architecture.rows import Row, Subject, members_of
from tests.architecture.story import TODAY, Story
from tests.utils import stories

ENOUGH = {
    "own coordinator",
    "own ars_officer",
    "own fund_officer",
    "beside president",
    "far coordinator",
    "far ars_officer",
}
BESIDE = {"coordinator", "president", "ars_officer"}  # the others there see what these see
EXPORTS = ("?_export=csv", "?_export=xlsx")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Someone at the door: a member in a relation to the object (own, beside, far…), or nobody."""

    name: str
    user: Any = None
    membership: Membership | None = None

    @property
    def key(self) -> tuple:
        return (self.user.pk, self.membership and self.membership.pk)

    @cached_property
    def actor(self) -> Actor | None:
        return self.membership.as_actor() if self.membership else None

    def __str__(self):
        return self.name


@dataclass(kw_only=True)
class Answer:
    """What the portal answered."""

    route: str
    method: str
    principal: Principal
    status: int
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    undefined: set[tuple[str, str]] = field(default_factory=set)
    traces: int = 0  # entries left in the journal
    error: str = ""
    form: Any = None
    filters: tuple[str, ...] = ()  # the fields by which a list is filtered

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @cached_property
    def page(self) -> Page:
        """The page, read once for all the tests that look at it."""
        return Page(self.text)

    @property
    def is_page(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html")

    def __str__(self):
        said = f"{self.method} {self.route} as {self.principal}: {self.status}"
        return " ".join(part for part in (said, self.location, self.error) if part)


class Portal:
    """The portal of a story."""

    def __init__(self, story: Story):
        self.story = story
        self.members: dict[tuple[str, Any], Principal] = {}
        self.prefilled: dict[tuple, dict] = {}
        self.visitor = Visitor()
        self.sessions = {principal.key: signed_in(principal) for principal in self.everyone() if principal.user}
        self.journal = journal_length()  # what is asked is undone: always the same when a question begins

    def subjects(self, row: Row) -> list[Subject | None]:
        return row.about(self.story) if row.about else [None]

    def subjects_of(self, name: str) -> list[Subject | None]:
        return self.subjects(POLICY[name])

    def everyone(self) -> list[Principal]:
        """Return every person of the story."""
        story = self.story
        tenants = [story.west.tenant, story.east.tenant, *story.beside.values()]
        members = [member for tenant in tenants for member in members_of(tenant).values()]
        revoked = [story.west.revoked, story.east.revoked, *story.revoked.values()]
        return [
            *[self.person("member", member) for member in (*members, story.observer, story.administrator)],
            *[Principal(name="revoked", user=member.user) for member in revoked],
            Principal(name="outsider", user=story.outsider),
        ]

    def principals(self, subject: Subject | None, *, is_other: bool = False) -> list[Principal]:
        """Return everyone who tries: the object's own people, those beside, those far away, and nobody.

        For the other objects of a route (`is_other`), one person of each relation is enough.
        """
        story = self.story
        tenant = subject.tenant if subject else story.west.tenant
        is_east = tenant is story.east.tenant
        far = story.west.tenant if is_east else story.east.tenant
        beside = story.beside["Falaise"] if tenant in (story.west.tenant, story.east.tenant) else story.west.tenant
        revoked = {story.west.tenant.cpts.pk: story.west.revoked, story.east.tenant.cpts.pk: story.east.revoked} | {
            story.beside[name].cpts.pk: member for name, member in story.revoked.items()
        }
        found = [self.person(f"own {name}", member) for name, member in members_of(tenant).items()]
        if subject:
            neighbours = {name: member for name, member in members_of(beside).items() if name in BESIDE}
            found += [self.person(f"beside {name}", member) for name, member in neighbours.items()]
            found += [self.person(f"far {name}", member) for name, member in members_of(far).items()]
        if is_other:
            found = [principal for principal in found if principal.name in ENOUGH]
        if tenant.cpts.pk in revoked:
            found.append(Principal(name="revoked coordinator", user=revoked[tenant.cpts.pk].user))
        found.append(self.person("observer", story.observer))
        found.append(self.person("administrator", story.administrator))
        found.append(Principal(name="outsider", user=story.outsider))
        found.append(Principal(name="anonymous"))
        return found

    def person(self, name: str, membership: Membership) -> Principal:
        """Return the same principal each time: what it may do is read once."""
        key = (name, membership.pk)
        if key not in self.members:
            self.members[key] = person(name, membership)
        return self.members[key]

    def ask(
        self,
        route: str,
        method: str,
        principal: Principal,
        subject: Subject | None = None,
        *,
        query: str = "",
        is_missing: bool = False,
        is_read: bool = True,
        data: dict | None = None,
    ) -> Answer:
        """Ask once, undo what it did, and return the answer.

        `is_missing` asks for an object that does not exist; when not `is_read`, the pages are left blank.
        """
        kwargs = dict(subject.kwargs) if subject else {}
        if is_missing:
            kwargs |= {name: uuid4() for name in kwargs if name in ("pk", "source_pk", "other")}
        address = reverse(route, kwargs=kwargs) + query
        return self.visit(address, principal, route=route, method=method, is_read=is_read, data=data)

    def visit(
        self,
        address: str,
        principal: Principal,
        *,
        route: str = "",
        method: str = "GET",
        is_read: bool = True,
        data: dict | None = None,
    ) -> Answer:
        """Open an address as someone; what it wrote is counted, then undone."""
        answer = Answer(route=route or address, method=method, principal=principal, status=0)
        client = self.client(principal)
        with stories.at(TODAY), undone(), no_refusal_logged(), nullcontext() if is_read else blank_pages():
            try:
                fill(answer, client.generic_request(method, address, data or {}))
                answer.traces = journal_length() - self.journal
            except Exception as error:  # a view that breaks is an answer too: the page of error 500
                answer.status, answer.error = 500, spoken(error)
        return answer

    @cached_property
    def pages(self) -> list[Answer]:
        """Every page of the policy, as each member of west and of those beside it, and the exports of the lists."""
        return [answer for name in POLICY for answer in self.pages_of(name)]

    def pages_of(self, name: str) -> Iterator[Answer]:
        """Give the pages of a route that its own people get."""
        row = POLICY[name]
        if "GET" not in row.methods or name not in self.routes:
            return
        for number, subject in enumerate(self.subjects(row)):
            if subject and subject.tenant is self.story.east.tenant:
                continue
            for principal in self.principals(subject, is_other=number > 0):
                if principal.name.startswith("own"):
                    for query in ("", *EXPORTS) if row.is_list else ("",):
                        with undefined_variables() as undefined:
                            answer = self.ask(name, "GET", principal, subject, query=query)
                        answer.undefined = undefined
                        if answer.status not in (403, 404):
                            yield answer

    @cached_property
    def routes(self) -> set[str]:
        """The routes there are: some of the policy depend on a setting."""
        return {name for name in POLICY if ":" in name or name in get_resolver().reverse_dict}

    def post_data(self, route: str, row: Row, principal: Principal, subject: Subject | None) -> dict:
        """Return what a person would send: what the form holds, completed by the policy."""
        key = (route, str(subject.kwargs) if subject else "")
        if "GET" in row.methods and key not in self.prefilled:
            page = self.ask(route, "GET", principal, subject, is_read=False)
            self.prefilled[key] = values_of(page.form)
        added = {**row.data, **(subject.data if subject else {})}
        added = {name: value(self.story, subject) if callable(value) else value for name, value in added.items()}
        return {**self.prefilled.get(key, {}), **added}

    def client(self, principal: Principal) -> "Visitor":
        """Return a browser with the person's session, and nothing else kept from earlier requests."""
        self.visitor.cookies = SimpleCookie()  # the same one: loading the middleware takes longer than most pages
        if principal.user:
            self.visitor.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[principal.key]
        return self.visitor


class Visitor(Client):
    """A browser that sends any method."""

    def generic_request(self, method: str, address: str, data: dict) -> HttpResponse:
        if method in ("GET", "HEAD"):
            return getattr(self, method.lower())(address)
        return self.post(address, data) if method == "POST" else self.generic(method, address)


def person(name: str, membership: Membership) -> Principal:
    return Principal(name=name, user=membership.user, membership=membership)


def signed_in(principal: Principal) -> str:
    """Return the key of a new session, in the organisation of the principal."""
    with stories.at(TODAY):
        client = Client()
        client.force_login(principal.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        if principal.membership:
            session = client.session
            session["membership"] = str(principal.membership.pk)
            session.save()
        return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever is written inside."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        cache.clear()


def journal_length() -> int:
    """Return the number of the last entry of the journal."""
    return AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0


def fill(answer: Answer, response: HttpResponse) -> None:
    """Copy into an answer what the tests read of a response."""
    answer.status = response.status_code
    answer.location = response.headers.get("Location", "")
    answer.headers = dict(response.headers)
    answer.body = b"".join(response.streaming_content) if response.streaming else response.content
    context = response.context or {}
    answer.form = context.get("form")
    answer.filters = tuple(context["filter"].form.fields) if context.get("filter") else ()


def spoken(error: Exception) -> str:
    """Return an error with the place it comes from."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {str(error)[:300]} ({frame.filename}:{frame.lineno})"


def values_of(form) -> dict[str, Any]:
    """Return what a browser would send of a form that nobody touched."""
    if form is None or not hasattr(form, "fields"):
        return {}
    values = {}
    for bound in form:
        if isinstance(bound.field, FileField) or bound.field.disabled:
            continue
        value = bound.field.widget.format_value(bound.value())
        if value not in (None, "", [], False):
            values[bound.html_name] = value
    if hasattr(form, "levels"):
        values |= {f"levels-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    return values


class UndefinedVariables(logging.Handler):
    """Collects the variables of our own templates that did not resolve."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.found: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        template = rendering_template()
        if template.startswith(f"{settings.BASE_DIR}/templates/"):
            self.found.add((template.removeprefix(f"{settings.BASE_DIR}/templates/"), str(record.args[0])))


def rendering_template() -> str:
    """Return the file of the template node being rendered, read in the stack: an include has no other trace."""
    frame = sys._getframe()
    while frame := frame.f_back:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and frame.f_code.co_name == "render_annotated":
            return str(node.origin.name)
    return ""


@contextmanager
def undefined_variables() -> Iterator[set[tuple[str, str]]]:
    """Give the set of (template, variable) that rendering inside leaves undefined."""
    logger, handler = logging.getLogger("django.template"), UndefinedVariables()
    level, logger.propagate = logger.level, False  # nobody else is to format these records: it is slow
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield handler.found
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = True


@contextmanager
def blank_pages() -> Iterator[None]:
    """Leave each template blank: its words change nothing of who may open a page, and take most of the time."""

    def announce(template: Template, context) -> str:
        template_rendered.send(sender=template, template=template, context=context)  # the client keeps the form
        return ""

    with mock.patch.object(Template, "_render", announce):
        yield


@contextmanager
def no_refusal_logged() -> Iterator[None]:
    """Keep quiet about refusals: thousands of them are what we ask for."""
    refusals = logging.getLogger("django.request")
    was_disabled, refusals.disabled = refusals.disabled, True
    try:
        yield
    finally:
        refusals.disabled = was_disabled


__all__ = ["METHODS", "POLICY", "Answer", "Portal", "Principal"]
