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
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from io import BytesIO
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

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
LONG = {
    "ordinaire": (60, 40),
    "200 indicateurs": (60, 200),
    "3 000 communes": (3_000, 40),
    "les deux ensemble": (3_000, 200),
}
NAMES = ("Affoux", "Belleville-en-Beaujolais", "Villefranche-sur-Saône", "Saint-Germain-au-Mont-d’Or", "Les Ardillats")
CAMPAIGN, WORKERS = 40, 2  # annexes of a campaign, and the processes that make them
SLICE = 10  # of a campaign, made beside as many of the engine alone: a machine that is busy is so for both
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
        circuit=[[tenant.cpts, tenant.ars, tenant.fund]],
        readers=[],
    )


def sign_thrice(tenant: Tenant, document: Document) -> None:
    for actor in tenant.signing:
        actions.sign_document(actor=actor, document=document)


class Spent(NamedTuple):
    """The seconds of a piece of work: on the clock, and of processor, which a busy machine changes less."""

    clock: float
    processor: float


def spent(work: Callable[[], object]) -> Spent:
    started, worked = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - started, time.process_time() - worked)


def timed(work: Callable[[], object]) -> float:
    return spent(work).clock


def processor_of(work: Callable[[object], object], argument: object) -> float:
    """Return the seconds of processor of a piece of work, asked of another process."""
    return spent(partial(work, argument)).processor


def measure(tenant: Tenant, document: Document) -> dict[str, Spent]:
    """Make, then sign, a new document each round, beside the engine alone; return the median seconds of each."""
    bare = alone(document)
    bare()
    rounds: dict[str, list[Spent]] = {"WeasyPrint seul": [], "document": [], "trois signatures": []}
    for number in range(ROUNDS):
        again = issue_again(tenant, document, number)
        rounds["WeasyPrint seul"].append(spent(bare))
        rounds["document"].append(spent(lambda: jobs.render_document(str(again.pk))))  # noqa: B023 - called now
        rounds["trois signatures"].append(spent(lambda: sign_thrice(tenant, again)))  # noqa: B023
    return {name: Spent(*map(statistics.median, zip(*values, strict=True))) for name, values in rounds.items()}


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


def report_signed(tenant: Tenant, document: Document) -> dict[str, Spent]:
    medians = measure(tenant, document)
    reference = medians["WeasyPrint seul"]
    whole = Spent(*map(sum, zip(medians["document"], medians["trois signatures"], strict=True)))
    print(f"P5 · un contrat, médianes de {ROUNDS} passages (but : × 1,25 sans signature, × 1,9 signé)")
    for name, item in {**medians, "document signé": whole}.items():
        print(f"  {name:<18} {item.clock:6.2f} s   {ratios(item, reference)}")
    return medians


def ratios(item: Spent, reference: Spent) -> str:
    """Return how many times the reference a piece of work takes, on the clock then of processor."""
    clock, processor = (ours / theirs for ours, theirs in zip(item, reference, strict=True))
    return f"× {clock:5.2f}   processeur × {processor:5.2f}"


def report_campaign(tenant: Tenant, document: Document) -> None:
    """Make the documents of a campaign on as many processes as a deployment has PDF workers, then the engine alone."""
    first = 2 * WORKERS  # imports and fonts, once in the life of a worker, are not counted
    keys = [str(issue_again(tenant, document, 1_000 + number).pk) for number in range(first + CAMPAIGN)]
    pages = [pdf.html_of(**jobs.layout_of(document))] * SLICE
    ours, theirs = [], []
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        make, lay_out = partial(spent_on, pool, jobs.render_document), partial(spent_on, pool, lay_out_alone)
        make(keys[:first])
        for start in range(first, first + CAMPAIGN, SLICE):
            theirs.append(lay_out(pages))
            ours.append(make(keys[start : start + SLICE]))
    total, reference = (Spent(*map(sum, zip(*each, strict=True))) for each in (ours, theirs))
    print(f"P7 · {CAMPAIGN} documents sur {WORKERS} processus ÷ autant de WeasyPrint seul (but : × 1,2)")
    print(f"  campagne           {total.clock:6.1f} s   {ratios(total, reference)}")


def spent_on(pool: Executor, work: Callable[[object], object], arguments: Sequence) -> Spent:
    """Return what a piece of work takes, done once for each argument by the processes of a pool."""
    started = time.perf_counter()
    processor = sum(pool.map(partial(processor_of, work), arguments))
    return Spent(time.perf_counter() - started, processor)


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
    pages = len(pikepdf.open(BytesIO(storage.read(document.file))).pages)
    print(f"Document de {pages} pages ; charge de la machine : {os.getloadavg()[0]:.1f}")
    medians = report_signed(west, document)
    word_processor.report(pdf.html_of(**jobs.layout_of(document)), medians["document"].clock, timed)
    report_campaign(west, document)
    report_endurance(document)
    report_long(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
