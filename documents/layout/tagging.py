"""What the PDF engine leaves undone for archives and screen readers, mended before the first signature.

Heavy (pikepdf): imported by documents.layout.pdf when it renders. Each function says which finding of the checkers
it clears.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import groupby
from xml.sax.saxutils import escape

import pikepdf
import pydyf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, String

PRINT_AND_LOCKED = 132
SIGNATURES_EXIST_APPEND_ONLY = 3
STAMP_LABEL = "Horodatage du document"
MILLIMETRE = 72 / 25.4
# Where the QR code of a page stands, from the right and the bottom of the sheet: in the margins of base.css, clear of
# what printers cannot print.
QR_SIDE, QR_RIGHT, QR_BOTTOM = 13 * MILLIMETRE, 20 * MILLIMETRE, 5.5 * MILLIMETRE
MARKED, PAGINATION = re.compile(rb"/\w+\s*<<\s*/MCID (\d+)\s*>>\s*BDC\b"), b"/Artifact <</Type /Pagination>> BDC"
KEPT_BY_A_SIGNATURE_FIELD = {"/Type", "/Subtype", "/T", "/Rect", "/P", "/StructParent"}

# PDF/UA-1 in the XMP packet, with the schema that PDF/A-3 requires for a namespace it does not know.
ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates which part of ISO 14289 is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""

IDENTIFIED = b"""<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier>%s</dc:identifier></rdf:Description>"""


class FieldMismatch(Exception):
    """The boxes of the page and the signatories expected are not the same."""


def declares(code: str) -> Callable:
    """Return the finisher of the engine that declares PDF/UA-1 beside PDF/A-3a, and the verification code.

    In the one RDF element that strict readers accept. The packet is stored as it is, never compressed: the code is
    found even in a file that no longer opens.
    """
    declared = ACCESSIBLE + (IDENTIFIED % escape(code).encode() if code else b"")

    def finisher(document, pdf: pydyf.PDF) -> None:
        for item in pdf.objects:
            if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
                packet = b"".join(part if isinstance(part, bytes) else part.data for part in item.stream)
                item.stream[:] = [re.sub(rb"</rdf:RDF>", lambda end: declared + end.group(), packet, count=1)]

    return finisher


def finish(
    content: bytes,
    *,
    labels: dict[str, str],
    stamps: Sequence[str] = (),
    squares: Callable[[int], Sequence[Sequence[int]]] | None = None,
) -> bytes:
    """Return the file ready for its first signature; `labels` gives the accessible name of each signature field,
    `stamps` the names of the fields kept for time stamps, `squares` the QR code of a page by its number.

    Saved with fresh object streams: the engine puts every object in a single one, which makes a verification
    take half a minute. Deterministic.
    """
    with pikepdf.open(BytesIO(content)) as pdf:
        scope_headers(pdf)
        mark_artifacts(pdf)
        if squares:
            draw_codes(pdf, squares)
        empty_signature_fields(pdf, labels)
        if stamps:
            add_stamp_fields(pdf, stamps)
        associate_once(pdf)
        out = BytesIO()
        pdf.save(out, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def associate_once(pdf: pikepdf.Pdf) -> None:
    """List each associated file once: the engine names it twice."""
    if "/AF" in pdf.Root:
        pdf.Root.AF = Array({item.objgen: item for item in pdf.Root.AF}.values())


def scope_headers(pdf: pikepdf.Pdf) -> None:
    """Say of each table header whether it heads a column or, in the body of the table, a row."""
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get("/S") == Name.TH:
            in_body = item.P.get("/P", Dictionary()).get("/S") == Name.TBody
            scope = Name.Row if in_body else Name.Column
            attributes = item.get("/A")
            if isinstance(attributes, Dictionary):
                if "/Scope" not in attributes:
                    attributes.Scope = scope
            elif isinstance(attributes, Array):
                attributes.append(Dictionary(O=Name.Table, Scope=scope))
            else:
                item.A = Dictionary(O=Name.Table, Scope=scope)


def mark_artifacts(pdf: pikepdf.Pdf) -> None:
    """Turn page headers and footers, marked content that no structure element reaches, into pagination artefacts."""
    root = pdf.Root.StructTreeRoot
    reached = _reachable(root)
    parents = pikepdf.NumberTree(root.ParentTree)
    for page in pdf.pages:
        if "/StructParents" not in page.obj:
            continue
        elements = parents[int(page.obj.StructParents)]
        orphans = {
            number
            for number, element in enumerate(elements)
            if not isinstance(element, Dictionary) or element.objgen not in reached
        }
        if orphans:
            page.Contents = pdf.make_stream(_with_artifacts(page, orphans))
            while len(elements) and len(elements) - 1 in orphans:
                del elements[len(elements) - 1]


def _with_artifacts(page: pikepdf.Page, orphans: set[int]) -> bytes:
    """Return the content of a page, the marks of `orphans` rewritten. The engine writes text in hexadecimal: nothing
    else looks like a mark, and to parse the page would take a tenth of the whole layout."""
    page.contents_coalesce()
    content = page.Contents.read_bytes()
    return MARKED.sub(lambda mark: PAGINATION if int(mark[1]) in orphans else mark[0], content)


def draw_codes(pdf: pikepdf.Pdf, squares: Callable[[int], Sequence[Sequence[int]]]) -> None:
    """Draw the QR code of each page, which says its number: an artefact, that no screen reader spells."""
    for number, page in enumerate(pdf.pages, start=1):
        rows = squares(number)
        right, bottom = float(page.mediabox[2]) - QR_RIGHT, float(page.mediabox[1]) + QR_BOTTOM
        scale = QR_SIDE / len(rows)
        place = f"{scale:.4f} 0 0 {scale:.4f} {right - QR_SIDE:.3f} {bottom:.3f} cm"
        drawing = f"/Artifact BMC q 0 0 0 rg {place} {' '.join(_dark_runs(rows))} f Q EMC\n"
        page.contents_add(drawing.encode(), prepend=True)


def _dark_runs(rows: Sequence[Sequence[int]]) -> Iterator[str]:
    """Give the rectangles of a QR code, a run of dark squares each, from the bottom up."""
    for height, row in enumerate(reversed(rows)):
        column = 0
        for is_dark, run in groupby(row):
            width = len(list(run))
            if is_dark:
                yield f"{column} {height} {width} 1 re"
            column += width


def _reachable(root: Dictionary) -> set[tuple[int, int]]:
    reached, waiting = set(), [root.K]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Array):
            waiting.extend(item)
        elif isinstance(item, Dictionary) and "/S" in item and item.objgen not in reached:
            reached.add(item.objgen)
            if "/K" in item:
                waiting.append(item.K)
    return reached


def empty_signature_fields(pdf: pikepdf.Pdf, labels: dict[str, str]) -> None:
    """Turn the form inputs of the page into empty signature fields, where the stylesheet put them.

    Raises FieldMismatch unless the inputs are exactly those of `labels`.
    """
    form = pdf.Root.get("/AcroForm")
    widgets = [] if form is None else list(form.Fields)
    if sorted(str(widget.get("/T", "")) for widget in widgets) != sorted(labels):
        raise FieldMismatch
    if not widgets:
        return
    parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    for widget in widgets:
        _empty_field(pdf, widget, parents[int(widget.StructParent)], labels[str(widget.T)])
    for key in ("/NeedAppearances", "/DR", "/DA"):  # the first is forbidden in PDF/A-3 6.4.1, the others useless
        if key in form:
            del form[key]
    form.SigFlags = SIGNATURES_EXIST_APPEND_ONLY
    for page in pdf.pages:
        if "/Annots" in page.obj:
            page.obj.Tabs = Name.S


def _empty_field(pdf: pikepdf.Pdf, widget: Dictionary, element: Dictionary, label: str) -> None:
    left, right = sorted(float(widget.Rect[i]) for i in (0, 2))
    bottom, top = sorted(float(widget.Rect[i]) for i in (1, 3))  # the engine writes them upside down
    for key in set(widget.keys()) - KEPT_BY_A_SIGNATURE_FIELD:
        del widget[key]
    widget.Rect = Array([left, bottom, right, top])
    widget.FT, widget.F, widget.TU = Name.Sig, PRINT_AND_LOCKED, String(label)
    box = Array([0, 0, right - left, top - bottom])
    empty = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=Dictionary())
    widget.AP = Dictionary(N=empty)
    # The kid must be the reference itself: in an array, legal PDF, the verifier takes a signature for a tampering.
    element.K = Dictionary(Type=Name.OBJR, Obj=widget, Pg=element.Pg)
    element.Alt = String(label)


def add_stamp_fields(pdf: pikepdf.Pdf, names: Sequence[str]) -> None:
    """Add empty fields of no area for time stamps, each known to the structure: a field that the stamp itself would
    bring is not, and the file would no longer be PDF/UA. They are printed, since PDF/A forbids to hide a field.
    """
    root, page = pdf.Root.StructTreeRoot, pdf.pages[-1].obj
    section = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Sect, P=_document_of(root), K=Array()))
    section.P.K.append(section)
    parents = pikepdf.NumberTree(root.ParentTree)
    first = max([int(root.get("/ParentTreeNextKey", 0)), *(key + 1 for key in parents)])
    if "/Annots" not in page:
        page.Annots = pdf.make_indirect(Array())
    for key, name in enumerate(names, start=first):
        parents[key] = _add_stamp_field(pdf, page, section, name, key)
    root.ParentTreeNextKey = first + len(names)
    page.Tabs = Name.S


def _document_of(root: Dictionary) -> Dictionary:
    """Return the element at the top of the structure, with a list of kids."""
    tops = root.K if isinstance(root.K, Array) else [root.K]
    document = next(element for element in tops if Name.Document == element.S)
    if not isinstance(document.K, Array):
        document.K = Array([document.K])
    return document


def _add_stamp_field(pdf: pikepdf.Pdf, page: Dictionary, section: Dictionary, name: str, key: int) -> Dictionary:
    empty = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 0, 0]), Resources=Dictionary())
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(name),
            TU=String(STAMP_LABEL),
            F=PRINT_AND_LOCKED,
            P=page,
            Rect=Array([0, 0, 0, 0]),
            StructParent=key,
            AP=Dictionary(N=empty),
        )
    )
    reference = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page)
    element = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Form, P=section, Pg=page, Alt=String(STAMP_LABEL), K=reference)
    )
    section.K.append(element)
    page.Annots.append(widget)
    pdf.Root.AcroForm.Fields.append(widget)
    return element
