"""The fonts of the documents: Public Sans from the assets built at set-up, Liberation Sans of the system otherwise.

Heavy (fontTools): imported by the gateway modules when they render or sign, never by the web process.
"""

from base64 import b64encode
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables._g_l_y_f import Glyph

FAMILY = "Public Sans"
FIELD_FAMILY = "Public Sans Fields"
# One file per weight: the layout engine takes two files of one family and weight for the same font, and mixes glyphs.
# What the latin files lack comes from the next family of the stylesheet.
WEIGHTS = (400, 600)
SYSTEM_FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/liberation-sans"),
)
NARROW_SPACE = 0x202F
NARROW_SPACE_EM = 0.2
STAMP_UNITS = 1000  # pyHanko writes widths in font units, a PDF wants thousandths of an em
FIELD_CHARACTERS = range(0x20, 0x7F)
STAMP_CHARACTERS = (*range(0x20, 0x250), *range(0x2010, 0x2040), 0x20AC)


class FontMissing(Exception):
    """Neither the assets nor the system has a font for the documents."""


def font_faces() -> str:
    """Return the `@font-face` rules of Public Sans as data URIs; empty where the assets were not built.

    Signature fields have a family of their own: the layout engine maps a font that a field uses by its own table of
    characters, which leaves the tabular figures of the text without a character to copy or to read aloud.
    """
    present = [weight for weight in WEIGHTS if _asset(weight).exists()]
    faces = [_face(FAMILY, weight, _with_narrow_space(_asset(weight))) for weight in present]
    if present:
        faces.append(_face(FIELD_FAMILY, present[0], _for_fields(_asset(present[0]))))
    return "\n".join(faces)


def stamp_font(text: str, *, bold: bool) -> BytesIO:
    """Return a font that has every character of `text`, in a copy of 1000 units per em, ready for a stamp."""
    candidates = _stamp_candidates(bold)
    for path in candidates:
        data, characters = _prepared_for_stamp(path)
        if characters.issuperset(map(ord, text)):
            return BytesIO(data)
    return BytesIO(_prepared_for_stamp(candidates[-1])[0])


def _asset(weight: int) -> Path:
    return Path(settings.ASSETS_ROOT) / "fonts" / f"public-sans-{weight}.woff2"


def _stamp_candidates(bold: bool) -> list[Path]:
    file_name = "LiberationSans-Bold.ttf" if bold else "LiberationSans-Regular.ttf"
    paths = [_asset(600 if bold else 400), *(folder / file_name for folder in SYSTEM_FOLDERS)]
    found = [path for path in paths if path.exists()]
    if not found:
        raise FontMissing(f"{file_name} (fonts-liberation)")
    return found


def _face(family: str, weight: int, font: bytes) -> str:
    data = b64encode(font).decode()
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: normal;'
        f' src: url("data:font/ttf;base64,{data}") format("truetype") }}'
    )


def _with_narrow_space(path: Path) -> bytes:
    """Return the font with the space of French thousands, which the web files of Public Sans leave out.

    Without it the layout borrows the ordinary space, and a reader that extracts or searches text confuses the two.
    """
    font = TTFont(path)
    if NARROW_SPACE not in font.getBestCmap():
        name = "uni202F"
        font["glyf"][name] = Glyph()  # also appends the name to the glyph order
        font["hmtx"][name] = (round(font["head"].unitsPerEm * NARROW_SPACE_EM), 0)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[NARROW_SPACE] = name
    return _saved(font)


def _for_fields(path: Path) -> bytes:
    font = TTFont(path)
    subsetter = subset.Subsetter(subset.Options(notdef_outline=True, drop_tables=["FFTM"]))
    subsetter.populate(unicodes=FIELD_CHARACTERS)
    subsetter.subset(font)
    return _saved(font)


@cache
def _prepared_for_stamp(path: Path) -> tuple[bytes, frozenset[int]]:
    font = TTFont(path)
    options = subset.Options(layout_features=["kern", "liga"], notdef_outline=True)
    options.drop_tables = [*options.drop_tables, "FFTM"]  # FontForge's dates: useless, and the subsetter says so
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=STAMP_CHARACTERS)
    subsetter.subset(font)
    scale_upem(font, STAMP_UNITS)
    return _saved(font), frozenset(font.getBestCmap())


def _saved(font: TTFont) -> bytes:
    font.flavor = None
    font["head"].modified = font["head"].created  # the bytes of a document do not depend on when it was rendered
    font.recalcTimestamp = False
    out = BytesIO()
    font.save(out)
    return out.getvalue()
