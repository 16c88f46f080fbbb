"""A document printed, signed by hand and scanned, as a machine of the office leaves it: turned, grey, noisy, small."""

import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFilter

from core import clock
from documents.models import Document
from documents.paper.acceptance import PaperSignature
from documents.paper.scanning import Scan, ScannedPage

PAPER_WHITE = 246


def scanned_pages(pdf: bytes, *, resolution: int = 150, turned: float = 1.4) -> list[Image.Image]:
    """Return the pages of a PDF once printed and scanned at `resolution` dots per inch, turned by some degrees."""
    with TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", str(resolution), "-gray", "-png", "-", f"{folder}/page"]
        subprocess.run(command, input=pdf, check=True)
        return [_scanned(Image.open(path), turned) for path in sorted(Path(folder).glob("page*.png"))]


def _scanned(page: Image.Image, turned: float) -> Image.Image:
    sheet = page.convert("L")
    width, height = sheet.size
    ImageDraw.Draw(sheet).line([width * 0.1, height * 0.7, width * 0.3, height * 0.65], fill=40, width=3)  # a hand
    sheet = sheet.rotate(turned, resample=Image.Resampling.BICUBIC, fillcolor=PAPER_WHITE)
    sheet = sheet.filter(ImageFilter.GaussianBlur(0.5))
    return Image.blend(sheet, Image.effect_noise(sheet.size, 60), 0.1)


def as_jpeg(page: Image.Image, quality: int = 55) -> bytes:
    """Return a page as a photograph."""
    out = BytesIO()
    page.save(out, "JPEG", quality=quality)
    return out.getvalue()


def as_pdf(pages: list[Image.Image], *, resolution: int = 150) -> bytes:
    """Return the PDF that a scanner makes of its pages."""
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=resolution, quality=55)
    return out.getvalue()


def without_code(page: Image.Image) -> Image.Image:
    """Return a page whose corner was folded."""
    page = page.copy()
    width, height = page.size
    ImageDraw.Draw(page).rectangle([width * 0.7, height * 0.85, width, height], fill=PAPER_WHITE)
    return page


def given(document: Document, signatory, **facts) -> PaperSignature:
    """Return a paper whose pages were all read: the reading itself has its own tests."""
    scan = Scan(expected=1, pages=(ScannedPage(rank=1, name="copie.pdf", marks=((document.code, 1),)),))
    known = {"name": "copie.pdf", "content": b"%PDF-1.4 copie", "scan": scan, "handwritten_on": clock.today()}
    return PaperSignature(signatory=signatory, **known | facts)
