"""The pages of a paper signed by hand, read in a process of their own: which page of which document each one is.

Run as a module it is that process: a line that says the sizes, then the document and the files received.
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from documents.paper import reader
from documents.paper.reader import Mark
from documents.sandbox import confine, run_apart

MOST_PAGES = 200
PDF = "pdf"


@dataclass(frozen=True, kw_only=True)
class ScannedPage:
    """A page received: the rank (from 1) and the name of what it came in, and the marks read on it, one when all is
    well."""

    rank: int
    name: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was read of the files received, and how many pages the document has.

    `bound` is the PDF made of the images, None where one PDF came; `unreadable` names a file that does not open.
    """

    expected: int
    pages: tuple[ScannedPage, ...] = ()
    bound: bytes | None = None
    unreadable: str = ""


def read_scan(document: bytes, files: Sequence[tuple[str, str, bytes]]) -> Scan | None:
    """Return what is read of `files` (kind, name, bytes): one PDF, or images, put in the order of their pages.

    None when it would take more time or memory than a document needs.
    """
    sizes = {"document": len(document), "files": [(kind, name, len(content)) for kind, name, content in files]}
    stream = b"".join([json.dumps(sizes).encode(), b"\n", document, *(content for *_, content in files)])
    found = run_apart("documents.paper.scanning", stream)
    if found is None:
        return None
    pages = tuple(
        ScannedPage(rank=rank, name=name, marks=tuple((code, number) for code, number in marks))
        for rank, (name, marks) in enumerate(found["pages"], start=1)
    )
    bound = b64decode(found["bound"]) if found["bound"] else None
    return Scan(expected=found["expected"], pages=pages, bound=bound, unreadable=found["unreadable"])


def read_standard_input() -> None:
    """Read the files that `read_scan` sends to this process, and write what they bear."""
    confine()
    sizes = json.loads(sys.stdin.buffer.readline())
    document = sys.stdin.buffer.read(sizes["document"])
    files = [(kind, name, sys.stdin.buffer.read(size)) for kind, name, size in sizes["files"]]
    sys.stdout.write(json.dumps(scan_as_json(document, files)))


def scan_as_json(document: bytes, files: Sequence[tuple[str, str, bytes]]) -> dict[str, Any]:
    """Return what `read_scan` reads, as JSON knows it."""
    found: dict[str, Any] = {"expected": reader.count_pages(document), "pages": [], "bound": None, "unreadable": ""}
    most = min(MOST_PAGES, 2 * found["expected"])  # a back for each page: what comes after is told, and not read
    images = []
    for kind, name, content in files:
        try:
            if kind == PDF:
                found["pages"] = [(name, marks) for marks in reader.marks_of_pages(content, at_most=most)]
            else:
                images.append((reader.marks_of_image(content), name, content))
        except reader.Unreadable:
            return found | {"unreadable": name}
    if images:
        images.sort(key=lambda image: (not image[0], image[0]))
        found["pages"] = [(name, marks) for marks, name, _content in images]
        found["bound"] = b64encode(reader.bound_together([content for *_, content in images])).decode()
    return found


if __name__ == "__main__":
    read_standard_input()
