"""A contract from its frozen data to its three signatures, each step a ratio to WeasyPrint alone on the same page.

P5: the engine alone (no tags, no archive, no signature), then ours with what it adds: the context, PDF/A-3 and PDF/UA,
the attached data, the store, the journal; then the three signatures. Then what long documents cost, and whether
memory grows as documents are made.
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from itertools import cycle

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpts_portal.settings")
django.setup()

import pikepdf  # noqa: E402
from weasyprint import HTML  # noqa: E402

from agreements.actions import load_agreements, load_national_indicators  # noqa: E402
from contracts.payload import communes_page  # noqa: E402
from documents import actions, jobs, storage  # noqa: E402
from documents.layout import pdf  # noqa: E402
from documents.models import Document  # noqa: E402
from tests.utils import stories  # noqa: E402
from tests.utils.world import Tenant, make_world  # noqa: E402

ROUNDS = 5
LONG = {"ordinaire": (60, 40), "200 indicateurs": (60, 200), "3 000 communes": (3_000, 40)}
NAMES = ("Affoux", "Belleville-en-Beaujolais", "Villefranche-sur-Saône", "Saint-Germain-au-Mont-d’Or", "Les Ardillats")
ENDURANCE = 20  # documents made after the first ones


def alone(document: Document) -> Callable[[], object]:
    """Return the engine alone on the page of a document: no tags, no archive, no fields."""
    html = pdf.html_of(**jobs.layout_of(document))
    stylesheet, font_config = pdf._stylesheet()
    return lambda: HTML(string=html).write_pdf(stylesheets=[stylesheet], font_config=font_config)


def issue_again(tenant: Tenant, document: Document, number: int) -> Document:
    return actions.issue_document(
        actor=tenant.coordinator.as_actor(),
        kind=document.kind,
        key=f"bench:{number}",
        title=document.title,
        template_name=document.template_name,
        payload=document.payload,
        signatories=[tenant.cpts, tenant.ars, tenant.fund],
        readers=[],
    )


def sign_thrice(tenant: Tenant, document: Document) -> None:
    for actor in tenant.signing:
        actions.sign_document(actor=actor, document=document)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(tenant: Tenant, document: Document) -> dict[str, float]:
    """Make, then sign, a new document each round, beside the engine alone; return the median seconds of each."""
    bare = alone(document)
    bare()
    seconds: dict[str, list[float]] = {"WeasyPrint seul": [], "document": [], "trois signatures": []}
    for number in range(ROUNDS):
        again = issue_again(tenant, document, number)
        seconds["WeasyPrint seul"].append(timed(bare))
        seconds["document"].append(timed(lambda: jobs.render_document(str(again.pk))))  # noqa: B023 - called now
        seconds["trois signatures"].append(timed(lambda: sign_thrice(tenant, again)))  # noqa: B023
    return {name: statistics.median(values) for name, values in seconds.items()}


def lengthened(document: Document, communes: int, indicators: int) -> dict:
    """Return the layout of a document whose annexes are as long as asked."""
    layout = jobs.layout_of(document)
    context = layout["context"]
    names = cycle(NAMES)
    rows = [{"code": f"{number:05}", "name": next(names), "population": 1234} for number in range(communes)]
    model = next(
        item for mission in context["programme"] for action in mission["actions"] for item in action["indicators"]
    )
    mission = context["programme"][0] | {"indicators": [model] * indicators}
    return layout | {
        "context": context | {"territory": context["territory"] | communes_page(rows), "programme": [mission]}
    }


def memory() -> int:
    """Return the most megabytes that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def report_signed(tenant: Tenant, document: Document) -> None:
    medians = measure(tenant, document)
    reference = medians["WeasyPrint seul"]
    whole = medians["document"] + medians["trois signatures"]
    print(f"P5 · un contrat, médianes de {ROUNDS} passages (but : × 1,25 sans signature, × 1,9 signé)")
    for name, seconds in {**medians, "document signé": whole}.items():
        print(f"  {name:<18} {seconds:6.2f} s   × {seconds / reference:5.2f}")


def report_long(document: Document) -> None:
    print("Documents longs, dans un seul processus")
    for name, (communes, indicators) in LONG.items():
        layout = lengthened(document, communes, indicators)
        made: list[bytes] = []
        seconds = timed(lambda: made.append(pdf.render_pdf(**layout)))  # noqa: B023 - called now
        pages = len(pikepdf.open(BytesIO(made[0])).pages)
        print(
            f"  {name:<18} {seconds:6.1f} s   {pages:4} pages   {len(made[0]) // 1024:5} ko   {memory():4} Mo au plus"
        )


def report_endurance(document: Document) -> None:
    layout = jobs.layout_of(document)
    for _warm_up in range(3):
        pdf.render_pdf(**layout)
    before = memory()
    for _document in range(ENDURANCE):
        pdf.render_pdf(**layout)
    print(f"P7 · mémoire après {ENDURANCE} documents de plus : × {memory() / before:.2f} ({memory()} Mo)")


def main() -> int:
    load_agreements()
    load_national_indicators()
    west = make_world().west
    document = stories.contract_to_sign(west).document
    print(f"Document de {len(pikepdf.open(BytesIO(storage.read(document.file))).pages)} pages")
    report_signed(west, document)
    report_endurance(document)
    report_long(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
