"""What we bend in the signing engine: the date of a signature, the metadata left alone, the stamp that is seen.

Heavy (pyHanko): imported by documents.signing.engine when it signs.
"""

from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSigner
from pyhanko.stamp import BaseStamp, BaseStampStyle

from documents.layout.fonts import stamp_font

INK = (0.114, 0.169, 0.2)
INK_2 = (0.29, 0.357, 0.396)
BRAND = (0.059, 0.322, 0.341)
WAIT = (0.478, 0.353, 0)
BAR = 2.4  # points
PADDING = (8, 5)  # points, beside and above the text
SHRINKING = (1, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5)


class KeptMetadataWriter(IncrementalPdfFileWriter):
    """Adds to a file without rewriting its metadata, which say PDF/A and PDF/UA (private API, pinned and tested)."""

    def _update_meta(self):
        pass


class DatedSigner(PdfSigner):
    """Signs at a given time: the portal's clock, not the machine's."""

    def __init__(self, *args, signed_at: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.signed_at = signed_at

    def init_signing_session(self, *args, **kwargs):
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.signed_at
        return session


@dataclass(frozen=True)
class StampLine:
    """A line of a stamp, before it is cut to the width of its box."""

    text: str
    size: float
    color: tuple[float, float, float] = INK
    bold: bool = False
    space_before: float = 0


@dataclass(frozen=True)
class StampStyle(BaseStampStyle):
    """A stamp drawn from lines of several sizes, cut and shrunk until they fit the box of the field."""

    lines: tuple[StampLine, ...] = ()

    def create_stamp(self, writer, box, text_params):
        return Stamp(writer=writer, style=self, box=box)


def stamp_lines(
    *, signer_name: str, mandate: str, organisation: str, signed_at: datetime, stamping: str, notice: str
) -> tuple[StampLine, ...]:
    """Return « Signé par …, pour …, le 15/03/2026 à 14:02, sans horodatage » as lines, the notice last."""
    lines = [StampLine("Signé par", 6.5, INK_2), StampLine(signer_name, 9.5, bold=True)]
    if mandate:
        lines.append(StampLine(mandate, 6, INK_2))
    if organisation:
        lines.append(StampLine(f"pour {organisation}", 7))
    lines.append(StampLine(f"le {signed_at:%d/%m/%Y à %H:%M}", 7))
    lines.append(StampLine(stamping, 6, INK_2))
    if notice:
        lines.append(StampLine(notice, 6, WAIT, space_before=2.5))
    return tuple(lines)


class StampGlyphs(GlyphAccumulator):
    """Leaves out what places glyphs before it cuts the font: a file never holds it, and reading it is half the work."""

    def _extract_subset(self, options=None):
        for tag in ("GPOS", "GSUB", "GDEF"):
            if tag in self.tt:
                del self.tt[tag]
        super()._extract_subset(options)


class Stamp(BaseStamp):
    """A white card with a coloured edge; text in embedded fonts, as PDF/A asks."""

    def render(self):
        width, height = self.box.width, self.box.height
        self._fonts = {}
        placed = self._fitted(width - BAR - 2 * PADDING[0], height - 2 * PADDING[1])
        commands = [
            b"q 1 1 1 rg 0 0 %g %g re f" % (width, height),
            b"%g %g %g rg 0 0 %g %g re f" % (*BRAND, BAR, height),
            b"%g %g %g RG 0.5 w 0.25 0.25 %g %g re S" % (*BRAND, width - 0.5, height - 0.5),
        ]
        total = sum(line.space_before + line.size * 1.25 for line in placed)
        y = height - (height - total) / 2
        for line in placed:
            y -= line.space_before + line.size
            commands.append(self._drawn(line, BAR + PADDING[0], y))
            y -= line.size * 0.25
        return b" ".join([*commands, b"Q"])

    def _fitted(self, width: float, height: float) -> list[StampLine]:
        for factor in SHRINKING:
            lines = [piece for line in self.style.lines for piece in self._cut(line, factor, width)]
            if sum(line.space_before + line.size * 1.25 for line in lines) <= height:
                break
        return lines

    def _cut(self, line: StampLine, factor: float, width: float) -> list[StampLine]:
        """Cut a line between words where it passes the width; only a word longer than the box may."""
        size, pieces, current = line.size * factor, [], ""
        for word in line.text.split():
            longer = f"{current} {word}".strip()
            if current and self._engine(line).shape(longer).x_advance * size > width:
                pieces.append(current)
                longer = word
            current = longer
        pieces.append(current)
        return [
            StampLine(piece, size, line.color, line.bold, line.space_before * factor if index == 0 else 0)
            for index, piece in enumerate(pieces)
        ]

    def _drawn(self, line: StampLine, x: float, y: float) -> bytes:
        engine = self._engine(line)
        engine.font_size = line.size
        name = "/B" if line.bold else "/R"
        self.set_resource(ResourceType.FONT, pdf_name(name), engine.as_resource())
        position = b"BT %s %g Tf %g %g %g rg 1 0 0 1 %g %g Tm" % (name.encode(), line.size, *line.color, x, y)
        return position + b" " + engine.shape(line.text).graphics_ops + b" ET"

    def _engine(self, line: StampLine) -> GlyphAccumulator:
        if line.bold not in self._fonts:
            text = "".join(each.text for each in self.style.lines if each.bold == line.bold)
            self._fonts[line.bold] = StampGlyphs(self.writer, stamp_font(text, bold=line.bold), line.size)
        return self._fonts[line.bold]
