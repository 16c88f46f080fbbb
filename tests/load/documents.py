"""A contract from its frozen data to its three signatures, each step a ratio to WeasyPrint alone on the same page.

P5: the engine alone (no tags, no archive, no signature), then ours with what it adds: the context, PDF/A-3 and PDF/UA,
the attached data, the store, the journal; then the three signatures. P6: a word processor beside. P7: a campaign on two
workers, and whether memory grows as documents are made. Then what long documents cost.
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import BytesIO
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

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
from tests.load import word_processor  # noqa: E402
from tests.utils import stories  # noqa: E402
from tests.utils.world import Tenant, make_world  # noqa: E402

ROUNDS = 5
LONG = {"ordinaire": (60, 40), "200 indicateurs": (60, 200), "3 000 communes": (3_000, 40)}
NAMES = ("Affoux", "Belleville-en-Beaujolais", "Villefranche-sur-Saône", "Saint-Germain-au-Mont-d’Or", "Les Ardillats")
CAMPAIGN, WORKERS = 40, 2  # annexes of a campaign, and the processes that make them
WARM, ENDURANCE = 10, 100  # documents after which memory is read


def lay_out_alone(html: str) -> None:
    """Lay a page out with the engine alone: no tags, no archive, no fields."""
    stylesheet, font_config = pdf._stylesheet()
    HTML(string=html).write_pdf(stylesheets=[stylesheet], font_config=font_config)


def alone(document: Document) -> Callable[[], object]:
    """Return the engine alone on the page of a document."""
    return partial(lay_out_alone, pdf.html_of(**jobs.layout_of(document)))


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


def memory_now() -> int:
    """Return the pages of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def memory() -> int:
    """Return the most megabytes that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def report_signed(tenant: Tenant, document: Document) -> dict[str, float]:
    medians = measure(tenant, document)
    reference = medians["WeasyPrint seul"]
    whole = medians["document"] + medians["trois signatures"]
    print(f"P5 · un contrat, médianes de {ROUNDS} passages (but : × 1,25 sans signature, × 1,9 signé)")
    for name, seconds in {**medians, "document signé": whole}.items():
        print(f"  {name:<18} {seconds:6.2f} s   × {seconds / reference:5.2f}")
    return medians


def report_campaign(tenant: Tenant, document: Document) -> None:
    """Make the documents of a campaign on as many processes as a deployment has PDF workers, then the engine alone."""
    keys = [str(issue_again(tenant, document, 1_000 + number).pk) for number in range(CAMPAIGN)]
    pages = [pdf.html_of(**jobs.layout_of(document))] * CAMPAIGN
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        list(pool.map(lay_out_alone, pages[: 2 * WORKERS]))  # imports and fonts, once in the life of a worker
        alone_seconds = timed(lambda: list(pool.map(lay_out_alone, pages)))
        seconds = timed(lambda: list(pool.map(jobs.render_document, keys)))
    print(f"P7 · {CAMPAIGN} documents sur {WORKERS} processus ÷ autant de WeasyPrint seul (but : × 1,2)")
    print(f"  campagne           {seconds:6.1f} s   × {seconds / alone_seconds:5.2f}")


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
    held = {}
    for number in range(1, ENDURANCE + 1):
        pdf.render_pdf(**layout)
        if number in (WARM, ENDURANCE):
            held[number] = memory_now()
    ratio = held[ENDURANCE] / held[WARM]
    print(
        f"P7 · mémoire après {ENDURANCE} documents ÷ après {WARM} : × {ratio:.2f} ({memory()} Mo au plus ; but : × 1,3)"
    )


def main() -> int:
    load_agreements()
    load_national_indicators()
    west = make_world().west
    document = stories.contract_to_sign(west).document
    print(f"Document de {len(pikepdf.open(BytesIO(storage.read(document.file))).pages)} pages")
    medians = report_signed(west, document)
    word_processor.report(pdf.html_of(**jobs.layout_of(document)), medians["document"], timed)
    report_campaign(west, document)
    report_endurance(document)
    report_long(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
