"""What a printer does to a text and a web page need not."""

import re

# In the text of the body only: never in a tag, nor in the title that goes into the metadata.
FIRST = re.compile(r"(?<!\w)1er(?!\w)(?=[^<>]*<)")


def typeset(html: str) -> str:
    """Return a page whose « 1er » has its ending raised, as French prints it."""
    head, body, text = html.partition("<body")
    return head + body + FIRST.sub("1<sup>er</sup>", text)
