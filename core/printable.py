"""What a document can print: the characters that its fonts hold.

A text is refused where it is typed: a contract signed by three parties must not show an empty box.
"""

import unicodedata
from itertools import chain

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from core.wording import plural

# Latin, Greek and Cyrillic, punctuation, arrows and signs: tests/documents/test_fonts.py finds each in the fonts.
PRINTABLE = frozenset(
    chain(
        *(
            range(first, last + 1)
            for first, last in (
                (0x0020, 0x007E), (0x00A0, 0x017F), (0x01FA, 0x01FF), (0x0218, 0x021B), (0x02BB, 0x02BC),
                (0x0300, 0x0301), (0x0303, 0x0304), (0x0384, 0x038A), (0x038E, 0x03A1), (0x03A3, 0x03CE),
                (0x0400, 0x045F), (0x1E80, 0x1E85), (0x2010, 0x2011), (0x2013, 0x2015), (0x2017, 0x201E),
                (0x2020, 0x2022), (0x2032, 0x2033), (0x2039, 0x203A), (0x215B, 0x215E), (0x2190, 0x2195),
                (0x2211, 0x2212), (0x2219, 0x221A), (0x2260, 0x2261), (0x2264, 0x2265), (0x25A0, 0x25A1),
                (0x25AA, 0x25AC), (0x25CA, 0x25CB), (0xFB01, 0xFB02),
            )
        ),
        map(ord, "ƒ̣̈…‰⁄ⁿ€№™Ω∂∆∏∕∞≈●"),
    )
)  # fmt: skip
INVISIBLE = ("Cc", "Cf")  # line ends, marks of direction: nothing is drawn


def check_printable(text: str) -> None:
    """Refuse, with the characters in question, a text that a document could not print."""
    lost = list(dict.fromkeys(letter for letter in text if not _is_printed(letter)))
    if lost:
        named = ", ".join(f"«\u00a0{_spoken(letter)}\u00a0»" for letter in lost[:5])
        verb = plural(len(lost), "ne s’imprime", "ne s’impriment")
        raise ValidationError(f"{capfirst(verb)} pas dans un document\u00a0: {named}.", code="not_printable")


def refuse_unprintable(field: forms.Field) -> None:
    """Have a text field of a form refuse what no document could print; a password or JSON is printed nowhere."""
    is_text = isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField)
    if is_text and not isinstance(field.widget, forms.PasswordInput):
        field.validators = [*field.validators, check_printable]


def _is_printed(letter: str) -> bool:
    return ord(letter) in PRINTABLE or letter.isspace() or unicodedata.category(letter) in INVISIBLE


def _spoken(letter: str) -> str:
    """Return the letter itself, or its number where the screen may not show it either (private signs of Word)."""
    return f"U+{ord(letter):04X}" if unicodedata.category(letter).startswith(("C", "M")) else letter
