"""The 18 agencies and the local funds, against the territories they cover."""

import csv
import json
from collections import Counter
from pathlib import Path

from territories.actions import DATA_DIR

BODIES = Path(__file__).resolve().parents[2] / "accounts" / "data"
SHARED_DEPARTMENTS = {"59": 4, "62": 2, "64": 2, "76": 2}
WITHOUT_ARS = {"975", "984", "986", "987", "988", "989"}


def bodies(stem):
    return json.loads((BODIES / f"{stem}.json").read_text("utf-8"))["bodies"]


def codes(stem):
    return {row["code"] for row in csv.DictReader((DATA_DIR / f"{stem}.csv").read_text("utf-8").splitlines())}


def test_the_eighteen_agencies_cover_each_region_once():
    agencies = bodies("ars")
    covered = [code for agency in agencies for code in agency["regions"]]
    assert len(agencies) == 18
    assert len(covered) == len(set(covered))
    assert set(covered) == codes("regions") - WITHOUT_ARS


def test_each_departement_is_covered_by_exactly_the_funds_listed():
    counts = Counter(code for fund in bodies("funds") for code in fund["departments"])
    assert counts == {code: SHARED_DEPARTMENTS.get(code, 1) for code in codes("departments") - WITHOUT_ARS}


def test_a_fund_is_partial_where_several_share_a_departement():
    shared = {fund["key"] for fund in bodies("funds") if SHARED_DEPARTMENTS.keys() & set(fund["departments"])}
    assert {fund["key"] for fund in bodies("funds") if fund["partial"]} == shared


def test_the_funds_are_of_four_kinds_in_the_numbers_published():
    assert Counter(fund["kind"] for fund in bodies("funds")) == {"CPAM": 101, "CCSS": 1, "CGSS": 4, "CSS": 1}


def test_names_and_keys_are_unique_and_typographically_right():
    everyone = bodies("ars") + bodies("funds")
    assert len({body["key"] for body in everyone}) == len({body["name"] for body in everyone}) == 125
    assert not [body["name"] for body in everyone if "'" in body["name"] or "  " in body["name"]]
