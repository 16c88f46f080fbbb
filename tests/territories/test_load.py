"""Loading on a database that lives: the Ain alone, in files that change."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock
from territories.actions import DATA_DIR, LOADED, load_territories
from territories.models import Commune, CommunePopulation, TerritoryLoad

pytestmark = pytest.mark.django_db


@pytest.fixture
def subset(tmp_path):
    """A folder with the real files reduced to the Ain, ready to be changed."""
    keep = {row["code"] for row in rows("communes") if row["department"] == "01"}
    reduced = {stem: rows(stem) for stem in LOADED}
    for stem in ("communes", "populations"):
        reduced[stem] = [row for row in reduced[stem] if row["code"] in keep]
    reduced["former_communes"] = [row for row in reduced["former_communes"] if row["current"] in keep]
    for stem, lines in reduced.items():
        save(tmp_path, stem, lines)
    return tmp_path


def rows(stem, directory=DATA_DIR):
    return list(csv.DictReader((directory / f"{stem}.csv").read_text("utf-8").splitlines()))


def save(directory, stem, lines):
    with (directory / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def test_loading_by_force_gives_the_same_rows(subset):
    load_territories(directory=subset)
    before = dict(CommunePopulation.objects.values_list("commune_id", "id"))
    out = io.StringIO()
    load_territories(directory=subset, force=True, stdout=out)
    assert dict(CommunePopulation.objects.values_list("commune_id", "id")) == before
    count = len(before)
    assert out.getvalue() == (
        f"Territoires 2026 : {count} communes et arrondissements municipaux, {count} populations.\n"
    )


def test_a_commune_that_vanishes_stays_and_is_marked(subset):
    load_territories(directory=subset)
    gone, *kept = rows("communes", subset)
    save(subset, "communes", kept)
    save(subset, "populations", [row for row in rows("populations", subset) if row["code"] != gone["code"]])
    load_territories(directory=subset)
    assert Commune.objects.get(code=gone["code"]).is_active is False
    assert Commune.objects.active().count() == len(kept)
    assert Commune.objects.summarise([gone["code"]]).population == 860


def test_a_corrected_file_corrects_the_rows_and_keeps_other_years(subset):
    load_territories(directory=subset)
    CommunePopulation.objects.create(
        commune_id="01001", reference_year=2022, municipal_population=850, source_id="insee-2023"
    )
    first, *others = rows("populations", subset)
    save(subset, "populations", [first | {"population": "861"}, *others])
    load_territories(directory=subset)
    assert list(
        CommunePopulation.objects.filter(commune="01001").values_list("reference_year", "municipal_population")
    ) == [(2023, 861), (2022, 850)]
    assert Commune.objects.summarise(["01001"], year=2022).population == 850


def test_what_was_loaded_last_is_the_last_row_whatever_the_day(subset):
    load_territories(directory=subset)
    TerritoryLoad.objects.update(loaded_at=clock.now() + timedelta(days=400))
    save(subset, "regions", [row | {"name": row["name"].upper()} for row in rows("regions", subset)])
    load_territories(directory=subset)
    load_territories(directory=subset)
    assert TerritoryLoad.objects.count() == 2


def test_a_failed_load_leaves_nothing(subset):
    first, *others = rows("populations", subset)
    save(subset, "populations", [first | {"population": "-1"}, *others])
    with pytest.raises((IntegrityError, ValueError)), transaction.atomic():
        load_territories(directory=subset)
    assert not Commune.objects.exists()
    assert not TerritoryLoad.objects.exists()
