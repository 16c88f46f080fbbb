#!/usr/bin/env python3
"""Regenerate territories/data/*.csv from the npm package @etalab/decoupage-administratif.

Run it from anywhere: `python scripts/build_reference_data.py`. It needs npm and the npm registry, writes only
into territories/data/, and gives the same bytes each time (sorted rows, no date). `--package FOLDER` reads a
package that is already unpacked. What the figures are, and of which year: territories/data/SOURCES.md.
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

PACKAGE = "@etalab/decoupage-administratif"
VERSION = "6.0.0"
FILES = ["communes", "departements", "epci", "regions"]  # of the package
DATA_DIR = Path(__file__).resolve().parent.parent / "territories" / "data"

# Which population a commune of the package carries, by département; the others carry DEFAULT_SOURCE.
# The codes are those of territories/data/population_sources.csv, kept by hand.
DEFAULT_SOURCE = "insee-2023"
SOURCE_OF_DEPARTMENT = {
    "975": "insee-com-2023",
    "976": "insee-mayotte-2017",
    "977": "insee-com-2023",
    "978": "insee-com-2023",
    "986": "wallis-2023",
    "987": "polynesie-2022",
    "988": "caledonie-2025",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", type=Path, help="folder of the unpacked package (default: npm pack)")
    options = parser.parse_args()
    if options.package:
        build(options.package)
        return
    with tempfile.TemporaryDirectory() as folder:
        build(fetch(Path(folder)))


def fetch(folder: Path) -> Path:
    """Download the package with npm into `folder` and return the folder it unpacks to."""
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm est introuvable : installez-le, ou indiquez --package.")
    subprocess.run([npm, "pack", f"{PACKAGE}@{VERSION}", "--silent"], cwd=folder, check=True)
    (folder / "data").mkdir()
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for stem in FILES:
            (folder / "data" / f"{stem}.json").write_bytes(archive.extractfile(f"package/data/{stem}.json").read())
    return folder


def build(package: Path) -> None:
    """Write the six files; the names take the typographic apostrophe of the screens."""
    rows = {name: json.loads((package / "data" / f"{name}.json").read_text("utf-8")) for name in FILES}
    communes = [row for row in rows["communes"] if row["type"] == "commune-actuelle"]
    arrondissements = [row for row in rows["communes"] if row["type"] == "arrondissement-municipal"]
    parts = [row for row in rows["communes"] if row["type"] in {"commune-deleguee", "commune-associee"}]
    write("regions", ["code", "name"], ([row["code"], name(row)] for row in rows["regions"]))
    write(
        "departments",
        ["code", "name", "region"],
        ([row["code"], name(row), row["region"]] for row in rows["departements"]),
    )
    write("epcis", ["siren", "kind", "name"], ([row["code"], row["type"], name(row)] for row in rows["epci"]))
    epci_of = {member["code"]: epci["code"] for epci in rows["epci"] for member in epci["membres"]}
    write(
        "communes",
        ["code", "name", "department", "epci", "parent", "postal_codes"],
        (commune_row(row, epci_of) for row in communes + arrondissements),
    )
    names = {row["code"]: name(row) for row in parts}
    write(
        "former_communes",
        ["code", "name", "current"],
        ([code, names.get(code, ""), row["code"]] for row in communes for code in row.get("anciensCodes") or []),
    )
    write(
        "populations",
        ["code", "source", "population"],
        (population_row(row) for row in communes + arrondissements if row.get("population") is not None),
    )


def name(row: dict) -> str:
    return row["nom"].replace("'", "’")


def commune_row(row: dict, epci_of: dict[str, str]) -> list[str]:
    parent = row.get("commune", "")
    epci = epci_of.get(parent or row["code"], "")
    return [
        row["code"],
        name(row),
        row["departement"],
        epci,
        parent,
        " ".join(sorted(row.get("codesPostaux", []))),
    ]


def population_row(row: dict) -> list:
    return [row["code"], SOURCE_OF_DEPARTMENT.get(row["departement"], DEFAULT_SOURCE), row["population"]]


def write(stem: str, header: list[str], rows: Iterable[list]) -> None:
    lines = sorted(rows, key=lambda row: row[0])
    with (DATA_DIR / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
    print(f"{stem}.csv : {len(lines)} lignes")


if __name__ == "__main__":
    main()
