"""The communes of a large territory: each written once, where one looks for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.gazetteer import MANY_COMMUNES, department_of, gazetteer
from contracts.payload import communes_page


def commune(code: str, name: str, population: int | None = 345) -> dict:
    return {"code": code, "name": name, "population": population}


def test_communes_stand_by_department_then_at_their_initial_without_article_or_accent():
    found = gazetteer(
        [
            commune("69010", "L’Arbresle", 6415),
            commune("01004", "Ambérieu-en-Bugey"),
            commune("69086", "Échalas", None),
            commune("69001", "Affoux"),
        ]
    )
    assert [(page["code"], page["count"]) for page in found] == [("01", 1), ("69", 3)]
    assert found[1]["initials"] == [
        {
            "initial": "A",
            "communes": "Affoux\u00a0(69001)\u00a0345\u00a0; L’Arbresle\u00a0(69010)\u00a06\u202f415",
        },
        {"initial": "E", "communes": "Échalas\u00a0(69086)\u00a0non publiée"},
    ]


@pytest.mark.parametrize(("code", "department"), [("69123", "69"), ("2A004", "2A"), ("97101", "971"), ("98735", "987")])
def test_a_commune_code_begins_with_its_department(code, department):
    assert department_of(code) == department


@given(st.lists(st.integers(1001, 95999), min_size=1, max_size=20, unique=True))
def test_every_commune_is_written_once(numbers):
    communes = [commune(f"{number:05}", f"Commune {chr(65 + number % 26)}") for number in numbers]
    pages = gazetteer(communes)
    text = " ".join(letter["communes"] for page in pages for letter in page["initials"])
    assert all(text.count(f"({row['code']})") == 1 for row in communes)
    assert sum(page["count"] for page in pages) == len(numbers)


def test_few_communes_are_a_table_and_many_a_gazetteer():
    communes = [commune(f"{69001 + number}", "Affoux") for number in range(MANY_COMMUNES + 1)]
    few, many = communes_page(communes[:-1]), communes_page(communes)
    assert (len(few["communes"]), few["departments"]) == (MANY_COMMUNES, [])
    assert (many["communes"], len(many["departments"])) == ([], 1)
