"""Reads the HTML of a page as a strict browser would."""

import re
from html.parser import HTMLParser

LOADED = {"src", "srcset", "poster", "data", "background"}


class Page(HTMLParser):
    """Collects what a content security policy refuses, what is fetched, and the outline."""

    def __init__(self, html: str):
        super().__init__()
        self.inline: list[str] = []
        self.fetched: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.language = ""
        self.forms: list[tuple[str, set[str]]] = []  # posted: (address, names of the filled fields)
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        names = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(f"<{tag}>")
        self.inline += [f"{tag} {name}" for name in names if name == "style" or re.match(r"on\w|hx-on", name)]
        self.inline += [f"{tag} {name}" for name, value in names.items() if value.lower().startswith("javascript:")]
        self.fetched += [value for name, value in names.items() if name in LOADED]
        if tag in ("link", "use", "image") and names.get("rel") != "canonical":
            self.fetched.append(names.get("href", ""))
        if tag == "form":
            self.fetched.append(names.get("action", ""))
            if names.get("method", "").lower() == "post":
                self.forms.append((names.get("action", ""), set()))
        if tag == "input" and self.forms and names.get("value"):
            self.forms[-1][1].add(names.get("name", ""))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in names:
            self.ids.append(names["id"])
        if tag == "html":
            self.language = names.get("lang", "")

    @property
    def elsewhere(self) -> list[str]:
        """What is fetched from, or sent to, another site."""
        return [address for address in self.fetched if re.match(r"(?:\w+:)?//", address)]
