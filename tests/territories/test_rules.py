import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from territories import rules
from territories.rules import CommuneLine, Place

RHONE, AURA = Place("69", "Rhône"), Place("84", "Auvergne-Rhône-Alpes")


def line(code, population=1000, year=2023, name="Commune"):
    return CommuneLine(code=code, name=name, department=RHONE, region=AURA, population=population, population_year=year)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("01001,01002", ("01001", "01002")),
        ("01001 ; 2a004\n2B033\t97411", ("01001", "2A004", "2B033", "97411")),
        ("\ufeff01001\r\n01001\r\n", ("01001",)),
        ("\u200b01001, 010\u00ad02\u2060", ("01001", "01002")),
        ("\"01001\" | '01002'", ("01001", "01002")),
        ("1001", ("01001",)),
        ("", ()),
    ],
)
def test_a_pasted_list_is_read_whatever_its_separators(text, codes):
    assert rules.parse_insee_codes(text)[:2] == (codes, ())


def test_words_that_are_not_codes_are_given_back():
    assert rules.parse_insee_codes("01001 Bourg 123 2C001 ٠١٠٠١ Bourg")[:2] == (
        ("01001",),
        ("Bourg", "123", "2C001", "٠١٠٠١"),
    )


def test_a_code_is_given_back_as_it_was_typed():
    assert rules.parse_insee_codes("6910 2a004").typed == {"06910": "6910", "2A004": "2a004"}


@given(st.text())
def test_any_text_pasted_is_read_without_failing(text):
    parsed = rules.parse_insee_codes(text)
    assert all(rules.INSEE_CODE.fullmatch(code) for code in parsed.codes)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("L’Haÿ-les-Roses", "hay les roses"),
        ("l'hay les roses", "hay les roses"),
        ("Œuilly", "oeuilly"),
        ("St-Étienne", "saint etienne"),
        ("Ste Foy", "sainte foy"),
        ("Le Mans", "mans"),
        ("les", "les"),
        ("Lescar", "lescar"),
        ("Val-de-Reuil", "val de reuil"),
        ("Ville-la-Grand", "ville la grand"),
        ("  ", ""),
    ],
)
def test_names_are_compared_without_accents_articles_or_hyphens(text, key):
    assert rules.search_key(text) == key


def test_a_commune_and_its_arrondissement_may_not_stand_together():
    with pytest.raises(DomainError) as error:
        rules.check_arrondissements(["69123", "69381", "69383", "01001"])
    assert error.value.message == (
        "Lyon (69123) figure en entier et par arrondissement (69381, 69383) : "
        "gardez la commune entière, ou seulement ses arrondissements."
    )


def test_arrondissements_alone_or_a_whole_commune_alone_are_accepted():
    rules.check_arrondissements(["69381", "69382", "75056", "13201"])


def test_r1_territories_overlap_by_communes_and_by_arrondissements():
    assert rules.overlap(["01001", "69383", "75056"], ["01001", "69123", "75101", "01002"]) == (
        "01001",
        "69383",
        "75101",
    )
    assert rules.overlap(["69381"], ["69382"]) == ()


def test_r1_population_is_the_sum_with_its_year():
    summary = rules.summarise([line("69001", 10), line("69002", 5)], requested=["69001", "69002"])
    assert (summary.commune_count, summary.population, summary.year) == (2, 15, 2023)
    assert summary.is_complete
    assert summary.departments == (RHONE,)
    assert summary.regions == (AURA,)


def test_r1_a_missing_population_is_named_and_not_counted_as_zero():
    summary = rules.summarise(
        [line("69001", 10), line("69002", None, None, "Sans chiffre")], requested=["69001", "69002", "69999"]
    )
    assert (summary.population, summary.missing, summary.unknown) == (10, ("Sans chiffre",), ("69999",))
    assert not summary.is_complete


def test_r1_years_that_differ_are_all_shown():
    summary = rules.summarise([line("69001", 10, 2023), line("97608", 5, 2017)], requested=["69001", "97608"])
    assert summary.year is None
    assert summary.years_label == "2017 et 2023"


def test_r1_nobody_is_counted_twice():
    summary = rules.summarise([line("69123", 500), line("69381", 30)], requested=["69123", "69381"])
    assert (summary.commune_count, summary.population) == (1, 500)
    assert len(summary.conflicts) == 1
    assert not summary.is_complete
