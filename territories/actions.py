"""Loading the reference data of the territories."""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from django.db import connection, models, transaction

from core import audit, clock
from core.actor import SYSTEM
from territories.models import (
    Commune,
    CommunePopulation,
    Department,
    Epci,
    FormerCommune,
    PopulationSource,
    Region,
    TerritoryLoad,
)
from territories.rules import search_key

DATA_DIR = Path(__file__).resolve().parent / "data"
GEOGRAPHY_YEAR = 2026
LOADED = {
    "regions": Region,
    "departments": Department,
    "epcis": Epci,
    "communes": Commune,
    "former_communes": FormerCommune,
    "population_sources": PopulationSource,
    "populations": CommunePopulation,
}


@transaction.atomic
def load_territories(
    *, stdout: TextIO | None = None, directory: Path = DATA_DIR, force: bool = False
) -> dict[str, int]:
    """Bring the tables to the files of `directory` and return how many rows of each are in the files.

    Idempotent, and safe on production data: rows are added or updated, never deleted; a commune or an EPCI
    that the files no longer hold is marked as no longer existing, populations of other years stay. Files that
    were loaded last time are not written again unless `force`.
    """
    files = {stem: (directory / f"{stem}.csv").read_text("utf-8") for stem in LOADED}
    counts = {stem: text.count("\n") - 1 for stem, text in files.items()}
    digest = hashlib.sha256("\0".join(files.values()).encode()).hexdigest()
    last = TerritoryLoad.objects.order_by("pk").last()
    if force or last is None or last.digest != digest:
        _load({stem: list(csv.DictReader(text.splitlines())) for stem, text in files.items()})
        load = TerritoryLoad.objects.create(digest=digest, geography_year=GEOGRAPHY_YEAR, loaded_at=clock.now())
        audit.record(SYSTEM, "territories.load", load, after=counts)
    if stdout:
        stdout.write(
            f"Territoires {GEOGRAPHY_YEAR} : {counts['communes']} communes et arrondissements municipaux, "
            f"{counts['populations']} populations.\n"
        )
    return counts


def _load(rows: dict[str, list[dict[str, str]]]) -> None:
    _upsert(Region, (Region(**row) for row in rows["regions"]))
    _upsert(
        Department,
        (Department(code=row["code"], name=row["name"], region_id=row["region"]) for row in rows["departments"]),
    )
    _upsert(Epci, (Epci(**row, search_name=search_key(row["name"])) for row in rows["epcis"]))
    _upsert(Commune, (_commune(row) for row in rows["communes"]))
    _upsert(
        FormerCommune,
        (
            FormerCommune(code=row["code"], name=row["name"], current_id=row["current"])
            for row in rows["former_communes"]
        ),
    )
    sources = {row["code"]: _source(row) for row in rows["population_sources"]}
    _upsert(PopulationSource, sources.values())
    _upsert(
        CommunePopulation,
        (
            CommunePopulation(
                commune_id=row["code"],
                reference_year=sources[row["source"]].reference_year,
                municipal_population=int(row["population"]),
                source_id=row["source"],
            )
            for row in rows["populations"]
        ),
        key=("commune", "reference_year"),
    )
    _refresh_statistics()
    _mark_vanished(Epci, {row["siren"] for row in rows["epcis"]})
    _mark_vanished(Commune, {row["code"] for row in rows["communes"]})


def _commune(row: dict[str, str]) -> Commune:
    return Commune(
        code=row["code"],
        name=row["name"],
        search_name=search_key(row["name"]),
        department_id=row["department"],
        epci_id=row["epci"] or None,
        parent_id=row["parent"] or None,
        postal_codes=row["postal_codes"],
    )


def _source(row: dict[str, str]) -> PopulationSource:
    typed = {
        "reference_year": int(row["reference_year"]),
        "in_force_on": row["in_force_on"] or None,
        "is_confirmed": row["is_confirmed"] == "1",
    }
    return PopulationSource(**(row | typed))


def _upsert(model: type[models.Model], objects: Iterable[models.Model], *, key: tuple[str, ...] = ()) -> None:
    unique = key or (model._meta.pk.name,)
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in unique]
    model.objects.bulk_create(
        objects, batch_size=2000, update_conflicts=True, unique_fields=unique, update_fields=fields
    )


def _refresh_statistics() -> None:
    """Let PostgreSQL forget plans made for empty tables, or checking foreign keys at commit takes minutes."""
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in LOADED.values())
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


def _mark_vanished(model: type[models.Model], kept: set[str]) -> None:
    gone = set(model.objects.filter(is_active=True).values_list("pk", flat=True)) - kept
    if gone:
        model.objects.filter(pk__in=gone).update(is_active=False)
