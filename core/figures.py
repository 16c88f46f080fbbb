"""What a drawing is made of, in units of the SVG's view box: plain frozen values that any template prints.

Each drawing comes twice: wide, for a page or a PDF, and narrow, for a phone, where a name stands above what it names.
"""

from dataclasses import dataclass
from textwrap import wrap

WIDTH = 760
NARROW_WIDTH = 350
TEXT_LINE = 15  # from one line of words to the next
INK = "#4a5b65"
GRID = "#d9d4c8"
BRAND = "#0f5257"
WASH = "#e3efee"
ACCENT = "#b4481e"
FILLS = ((BRAND, BRAND), (WASH, BRAND), ("#f3dfae", "#7a5a00"))
"""Fill and outline of the first, second and third series: told apart without colour by their lightness."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The room of a drawing: what is drawn goes from `left` to `right`, names are cut at `name_length` characters."""

    width: int
    left: int
    right: int
    name_length: int
    names_above: bool = False


WIDE = Frame(width=WIDTH, left=186, right=WIDTH - 14, name_length=28)
NARROW = Frame(width=NARROW_WIDTH, left=8, right=NARROW_WIDTH - 8, name_length=48, names_above=True)
"""The rooms of a drawing whose rows have names: beside what they name, or above it on a phone."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle, or the lozenge inscribed in it."""

    x: float
    y: float
    width: float
    height: float
    fill: str = BRAND
    stroke: str = BRAND
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = GRID
    width: float = 1
    dash: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A word; `anchor` is "start", "middle" or "end"."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    fill: str = INK
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing and the table that says the same to readers."""

    title: str
    width: int
    height: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_measured: bool = False  # each cell after the first is a figure, aligned as one
    lines: tuple[Line, ...] = ()
    boxes: tuple[Box, ...] = ()
    lozenges: tuple[Box, ...] = ()
    texts: tuple[Text, ...] = ()
    path: str = ""
    dots: tuple[tuple[float, float], ...] = ()
    legend: tuple[tuple[str, str, str], ...] = ()
    narrow: "Figure | None" = None  # the same drawing for a phone

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"

    @property
    def labelled_rows(self) -> list[list[tuple[str, str]]]:
        """Each row as (head, cell): on a phone a row is a card, and each figure says what it is."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


def wrapped(text: str, length: int) -> list[str]:
    """Cut a name into lines of about `length` characters, between words: nothing of it is lost."""
    return wrap(text, length, break_long_words=False, break_on_hyphens=False) or [""]


def lines_of_text(text: str, length: int, *, x: float, y: float) -> list[Text]:
    """Return a name as lines of words; `y` is the foot of the first one."""
    return [
        Text(x=x, y=round(y + TEXT_LINE * number, 1), text=line) for number, line in enumerate(wrapped(text, length))
    ]
