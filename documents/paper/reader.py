"""Gateway to the readers of scans: pages drawn by PDFium or opened by Pillow, their QR codes read by ZXing.

Plain bytes in, plain values out: it knows neither Django nor the register. Run apart (`documents.paper.scanning`).
"""

import re
from collections.abc import Sequence
from io import BytesIO

# What the QR code of a page says (documents.layout.marks.page_address), whatever the address of the portal was then.
MARK = re.compile(r"/([2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2})/\?p=([1-9][0-9]{0,3})")
INCH = 72  # points
RESOLUTIONS = (200, 350)  # dots per inch: the second for the codes that the first did not tell
MOST_PIXELS = 5_000  # on a side: a page may be declared as large as a wall
COARSE_PIXELS = 2_400  # of the long side of an A4 sheet, at 200 dots per inch
CORNER, ENLARGED = (0.55, 0.8), 3  # from which part of the width and of the height, and how much larger
QUARTER_TURNS = (0, 180, 90, 270)
A4_LONG_SIDE = 842  # points
KEPT_PIXELS, KEPT_QUALITY = 2_600, 88  # of a photograph, on its long side: more than 220 dots per inch of a sheet


Mark = tuple[str, int]  # a code, and the number of a page


class Unreadable(Exception):
    """The file cannot be opened: damaged, or locked by a password."""


def count_pages(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    with _opened(pdf) as document:
        return len(document)


def marks_of_pages(pdf: bytes, *, at_most: int) -> list[list[Mark]]:
    """Return the marks that each page of a PDF bears; pages after `at_most` are counted, not read."""
    with _opened(pdf) as document:
        return [_marks_of_page(document[index]) if index < at_most else [] for index in range(len(document))]


def marks_of_image(content: bytes) -> list[Mark]:
    """Return the marks that a photograph or a scanned image bears."""
    return _marks(_upright(content).convert("L"))


def bound_together(images: Sequence[bytes]) -> bytes:
    """Return one PDF of images, a page each, upright, in grey or in colour, without what a camera notes of a place."""
    pages = [_reduced(image) for image in images]
    out = BytesIO()
    pages[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=max(pages[0].size) * INCH / A4_LONG_SIDE,
        quality=KEPT_QUALITY,
    )
    return out.getvalue()


def _opened(pdf: bytes):
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(pdf)
    except PdfiumError as error:
        raise Unreadable from error


def _marks_of_page(page) -> list[Mark]:
    for resolution in RESOLUTIONS:
        scale = min(resolution / INCH, MOST_PIXELS / max(page.get_size()))
        if marks := _marks(page.render(scale=scale, grayscale=True).to_pil()):
            return marks
    return []


def _marks(image) -> list[Mark]:
    """Return the marks of an image; where a coarse one tells none, those of its corner enlarged, however it lies."""
    if (found := _told(image)) or max(image.size) > COARSE_PIXELS:
        return found
    turned = (image.rotate(angle, expand=True) for angle in QUARTER_TURNS)
    return next(filter(None, map(_told, map(_enlarged_corner, turned))), [])


def _enlarged_corner(image):
    """Return the corner where a page bears its code, drawn larger: a reader sees there what it took for a blot."""
    from PIL.Image import Resampling

    width, height = image.size
    corner = image.crop((round(width * CORNER[0]), round(height * CORNER[1]), width, height))
    return corner.resize((corner.width * ENLARGED, corner.height * ENLARGED), Resampling.LANCZOS)


def _told(image) -> list[Mark]:
    import zxingcpp

    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return sorted({(mark[1], int(mark[2])) for code in found if (mark := MARK.search(code.text))})


def _upright(content: bytes):
    """Return an image turned as the camera was held."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = 60_000_000
    try:
        return ImageOps.exif_transpose(Image.open(BytesIO(content)))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise Unreadable from error


def _reduced(content: bytes):
    image = _upright(content)
    image = image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")
    image.thumbnail((KEPT_PIXELS, KEPT_PIXELS))
    return image
