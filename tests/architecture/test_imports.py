"""The walls between the rooms are written for every room; `make test` runs import-linter on them."""

import tomllib
from pathlib import Path

from django.conf import settings

from tests.architecture.sources import ROOMS, ROOT, Source, sources

CONTRACTS = tomllib.loads(Path(settings.BASE_DIR, "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
ROOMS_IN_ORDER, FILES_IN_ORDER, HEAVY = CONTRACTS["contracts"]
# Files named for their subject: each stands beside the layer it serves (docs/adr/0007).
HEAVY_LIBRARIES = {
    *("weasyprint", "pyhanko", "pyhanko_certvalidator", "pikepdf", "openpyxl"),
    *("pypdfium2", "zxingcpp", "PIL", "storages", "boto3", "botocore"),
}


def test_every_room_is_behind_the_walls():
    layers = {room.strip() for layer in ROOMS_IN_ORDER["layers"] for room in layer.split("|")}
    assert layers == set(CONTRACTS["root_packages"]) == set(ROOMS)


def test_the_order_of_files_holds_in_every_room_of_the_domain():
    assert set(FILES_IN_ORDER["containers"]) >= {*ROOMS} - {"cpts_portal", "demonstration"}


def test_heavy_libraries_are_kept_from_every_room():
    assert set(HEAVY["source_modules"]) == set(ROOMS)
    assert set(HEAVY["forbidden_modules"]) == HEAVY_LIBRARIES


def test_every_folder_of_code_at_the_root_is_a_room():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"tests", "scripts"} == set(ROOMS)


def test_no_room_imports_the_tests():
    assert [source.name for source in sources() if "tests" in imported(source)] == []


def imported(source: Source) -> set[str]:
    """Return the packages that a file imports, by their first word."""
    words = (line.split() for line in source.text.splitlines() if line.startswith(("import ", "from ")))
    return {line[1].split(".")[0] for line in words}
