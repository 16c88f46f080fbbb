"""What the house asks of its templates: no inline script or style, a layout, links that go down, and a use."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from tests.architecture.markup import Page
from tests.architecture.sources import ROOMS, sources

ROOT = Path(settings.BASE_DIR) / "templates"
SHARED = {"layouts", "components", "tables", "pages", "bootstrap5", "allauth", "account", "mfa", "admin"}
# What the packages look for by name, in their own folders, and Django at the root.
OVERRIDES = ("account/", "mfa/", "allauth/", "bootstrap5/", "admin/")
OFF_LINE = {"pdf", "archive"}  # read from a disk: they carry their style
FRONT_DOOR = {"layouts", "allauth", "admin"}  # what surrounds every page may lead anywhere
DEMONSTRATION_TOOLS = "demonstration:tools"  # the ribbon and the sign-in pages lead to it, in a demonstration
HIGHEST_FIRST = [room for room in reversed(ROOMS) if room != "cpts_portal"]
PAGE_LAYOUTS = {
    "layouts/base.html",
    "layouts/narrow.html",
    "layouts/public.html",
    "layouts/entrance.html",
    "allauth/layouts/base.html",
    "allauth/layouts/entrance.html",
    "allauth/layouts/manage.html",
    "admin/base.html",
    "admin/base_site.html",
    "admin/change_form.html",
}
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
URL_TAG = re.compile(r"""{%\s*url\s+["']([\w:]+)["']""")
TEMPLATE_NAME = re.compile(r"""["']([\w./-]+\.(?:html|txt|css|svg))["']""")


def templates(*suffixes: str) -> list[str]:
    """Return the names of the templates, as Django loads them."""
    return sorted(
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.suffix in (suffixes or (".html", ".txt", ".css"))
    )


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def is_page(name: str) -> bool:
    """Say whether a template is a page of its own, not a part of one."""
    folders, file = name.split("/")[:-1], name.split("/")[-1]
    part_of_another = {"partials", "components", "tables", "emails", "email", "pdf", "archive", "bootstrap5"} & set(
        folders
    )
    return not part_of_another and not file.startswith("_") and name.endswith(".html")


@pytest.mark.parametrize("name", [name for name in templates(".html") if not OFF_LINE & set(name.split("/"))])
def test_a_template_has_no_inline_script_or_style(name):
    assert Page(TAG.sub("", text_of(name))).inline == []


def test_no_template_loads_the_script_that_shows_an_error_in_place_of_the_page():
    """`htmx_script` adds it where DEBUG is on, in a demonstration too: what was being written would be lost."""
    assert [name for name in templates() if re.search(r"{%\s*(django_)?htmx_script", text_of(name))] == []


@pytest.mark.parametrize("name", [name for name in templates(".html") if is_page(name)])
def test_a_page_extends_a_layout(name):
    extended = re.match(r"""\s*(?:{#.*?#}\s*)*{%\s*extends\s+["'](.+?)["']""", text_of(name), re.DOTALL)
    if (name in PAGE_LAYOUTS or name == "500.html") and not extended:  # 500 leans on nothing that may be broken
        return
    assert extended, "neither a page nor a part: put it in partials/"
    parents = {extended.group(1)}
    assert parents <= PAGE_LAYOUTS | {"500.html"} or re.match(r"\w+/layout\.html", extended.group(1))


@pytest.mark.parametrize("name", templates())
def test_a_template_compiles(name):
    engines["django"].get_template(name)


@pytest.mark.parametrize("name", templates(".html", ".txt"))
def test_a_template_links_only_down(name):
    """What leads to a room above lives in a page of that room (design, §2)."""
    room = name.split("/")[0]
    if room in FRONT_DOOR or "/" not in name:
        return
    lowest = HIGHEST_FIRST.index("core" if room in ("components", "tables", "pages", "bootstrap5") else room_of(room))
    up = [
        route
        for route in URL_TAG.findall(text_of(name))
        if ":" in route and route != DEMONSTRATION_TOOLS and HIGHEST_FIRST.index(route.split(":")[0]) < lowest
    ]
    assert up == []


def room_of(folder: str) -> str:
    return "accounts" if folder in ("account", "mfa") else folder


def test_a_room_names_no_route_of_a_room_above():
    """Python names routes too: in redirects, in columns that link, in mails."""
    rooms = "|".join(HIGHEST_FIRST)
    route = re.compile(rf"""["']((?:{rooms}):\w+)["']""")
    up = [
        f"{source.name}: {name}"
        for source in sources()
        if source.room in HIGHEST_FIRST
        for name in route.findall(re.sub(r'"""(?s:.*?)"""', "", source.text))
        if HIGHEST_FIRST.index(name.split(":")[0]) < HIGHEST_FIRST.index(source.room)
    ]
    assert up == []


@cache
def mentioned() -> set[str]:
    """Return the templates that something names: another template, or the code (mails are named without suffix)."""
    found = {name for template in templates() for name in TEMPLATE_NAME.findall(text_of(template)) if name != template}
    for source in sources():
        found |= set(TEMPLATE_NAME.findall(source.text))
        for event in re.findall(r"""["']([\w/]+/emails/\w+)["']""", source.text):
            found |= {f"{event}_subject.txt", f"{event}_body.txt"}
        for folder, event in mail_names(source.text):
            found |= {f"{folder}/{event}_subject.txt", f"{folder}/{event}_body.txt"}
    return found


def mail_names(text: str) -> list[tuple[str, str]]:
    """Return (folder, event) for the modules that build the name of a mail from its event."""
    folders = re.findall(r"""f["']([\w/]+/emails)/{\w+}["']""", text)
    return [(folder, event) for folder in folders for event in re.findall(r"""["']([a-z_]+)["']""", text)]


def test_every_template_is_used():
    unused = [
        name for name in templates() if name not in mentioned() and not name.startswith(OVERRIDES) and "/" in name
    ]
    assert unused == []


def test_plurals_are_made_in_one_place():
    """`counted` and `plural` know that the French plural begins at two; Django's `pluralize` begins it at zero."""
    by_hand = re.compile(r"\|pluralize|%}s{%|[\"']s[\"'] if ")
    found = [name for name in templates() if by_hand.search(text_of(name))]
    found += [source.name for source in sources() if by_hand.search(source.text)]
    assert found == []


def test_the_rooms_of_the_templates_are_those_of_the_house():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert folders - SHARED <= set(ROOMS)


INCLUDED_ALONE = re.compile(r"""{%\s*include\s+["']([\w./-]+)["']([^%]*?)\bonly\s*%}""")
POSTS = re.compile(r"{%\s*(?:post_button|csrf_token)\b|csrfmiddlewaretoken")


@pytest.mark.parametrize("name", templates(".html"))
def test_a_template_included_alone_that_posts_is_given_the_token(name):
    """`only` leaves out the token of the forms: without it, each button of the included template is refused."""
    for included, words in INCLUDED_ALONE.findall((ROOT / name).read_text()):
        if POSTS.search((ROOT / included).read_text()):
            assert "csrf_token=csrf_token" in words, included
