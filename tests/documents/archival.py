"""The rules of PDF/A-3 and PDF/UA-1 on fields, signatures and stamps, checked on the bytes of a file."""

import re
from io import BytesIO

import pikepdf
from asn1crypto import cms
from fontTools.ttLib import TTFont
from pikepdf import Dictionary, Name

HIDDEN_OR_INVISIBLE = 1 | 2 | 32 | 256
PRINT = 4


def faults(content: bytes) -> list[str]:
    """Return the rules the file breaks, each with the field at fault; empty when none is."""
    found = []
    with pikepdf.open(BytesIO(content)) as pdf:
        parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
        if "/NeedAppearances" in pdf.Root.AcroForm or "/XFA" in pdf.Root.AcroForm:
            found.append("PDF/A 6.4.1")
        if set(pdf.Root.get("/Perms", Dictionary()).keys()) - {"/DocMDP"}:
            found.append("PDF/A 6.1.12")
        for page in pdf.pages:
            widgets = [item for item in page.obj.get("/Annots", []) if item.Subtype == Name.Widget]
            if widgets and page.obj.get("/Tabs") != Name.S:
                found.append("PDF/UA 7.18.3")
            for widget in widgets:
                found += [f"{rule} {widget.T}" for rule in _field_faults(widget, parents)]
                found += [f"{rule} {widget.T}" for rule in _signature_faults(widget, content)]
    return found


def _field_faults(widget: Dictionary, parents: pikepdf.NumberTree) -> list[str]:
    found = []
    flags = int(widget.get("/F", 0))
    if flags & HIDDEN_OR_INVISIBLE or not flags & PRINT:
        found.append("PDF/A 6.3.2")
    if list(widget.AP.keys()) != ["/N"]:
        found.append("PDF/A 6.3.3")
    if "/A" in widget or "/AA" in widget:
        found.append("PDF/A 6.4.1")
    if not str(widget.get("/TU", "")):
        found.append("PDF/UA 7.18.1")
    element = parents[int(widget.StructParent)]
    if str(element.S) != "/Form" or not isinstance(element.K, Dictionary) or element.K.Obj.objgen != widget.objgen:
        found.append("PDF/UA 7.18.4")
    for font in widget.AP.N.get("/Resources", {}).get("/Font", {}).values():
        found += _font_faults(font)
    return found


def _font_faults(font: Dictionary) -> list[str]:
    """Widths of the file against those of the embedded font, in thousandths of an em."""
    descendant = font.DescendantFonts[0]
    program = TTFont(BytesIO(descendant.FontDescriptor.FontFile2.read_bytes()))
    scale = 1000 / program["head"].unitsPerEm
    names = program.getGlyphOrder()
    widths = list(descendant.W)
    worst = 0
    for first, values in zip(widths[::2], widths[1::2], strict=True):
        for offset, width in enumerate(values):
            actual = program["hmtx"][names[int(first) + offset]][0] * scale
            worst = max(worst, abs(float(width) - actual))
    return ["PDF/A 6.2.11.5"] if worst > 1 else []


def _signature_faults(widget: Dictionary, content: bytes) -> list[str]:
    if "/V" not in widget:
        return []
    found = []
    start, _, second, length = (int(item) for item in widget.V.ByteRange)
    ends = [match.end() for match in re.finditer(rb"%%EOF", content)]
    if start or not any(0 <= second + length - end <= 2 for end in ends):
        found.append("PDF/A 6.4.3-1")
    signature = cms.ContentInfo.load(bytes(widget.V.Contents))["content"]
    if len(signature["signer_infos"]) != 1 or not len(signature["certificates"]):
        found.append("PDF/A 6.4.3-2")
    return found
