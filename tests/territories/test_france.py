"""The real files, loaded as in production, and what they answer."""

import pytest

from core.models import AuditEvent
from territories import rules
from territories.actions import load_territories
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

NO_PUBLISHED_POPULATION = {"98411", "98412", "98413", "98414", "98415", "98901"}


def test_every_commune_of_france_is_loaded(france):
    assert Commune.objects.whole().count() == 34_969
    assert Commune.objects.exclude(parent=None).count() == 45
    assert (Region.objects.count(), Department.objects.count(), Epci.objects.count()) == (26, 109, 1_255)
    assert FormerCommune.objects.count() == 4_240
    assert france["populations"] == CommunePopulation.objects.count() == 35_008


def test_six_communes_have_no_population_and_six_villages_have_none_left(france):
    unknown = Commune.objects.with_population().filter(population=None)
    assert set(unknown.values_list("code", flat=True)) == NO_PUBLISHED_POPULATION
    assert CommunePopulation.objects.filter(municipal_population=0).count() == 6


def test_each_population_names_its_publication_and_its_year(france):
    assert not CommunePopulation.objects.filter(source=None).exists()
    known = PopulationSource.objects.get(code="insee-2023")
    assert (known.reference_year, known.licence, known.is_confirmed) == (2023, "Licence Ouverte", True)
    assert Commune.objects.with_population().get(code="75056").population == 2_103_778
    years = CommunePopulation.objects.filter(commune__department="976")
    assert set(years.values_list("reference_year", flat=True)) == {2017}


def test_the_arrondissements_known_by_the_rules_are_those_of_the_data(france):
    parts = dict(Commune.objects.exclude(parent=None).values_list("code", "parent_id"))
    assert parts == rules.PARENTS
    whole = Commune.objects.summarise(["13055", "69123", "75056"])
    assert Commune.objects.summarise(parts).population == whole.population


def test_loading_again_writes_nothing(france, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert load_territories() == france
    assert TerritoryLoad.objects.count() == 1
    assert AuditEvent.objects.filter(action="territories.load").count() == 1


def names(text, count=3):
    return [commune.name for commune in Commune.objects.search(text)[:count]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("saint-etienne", "Saint-Étienne"),
        ("st étienne", "Saint-Étienne"),
        ("L'Haÿ", "L’Haÿ-les-Roses"),
        ("mans", "Le Mans"),
        ("abergement-clem", "L’Abergement-Clémenciat"),
        ("2a004", "Ajaccio"),
        ("69123", "Lyon"),
        ("69003", "Lyon 3e Arrondissement"),
        ("œuilly", "Œuilly"),
    ],
)
def test_a_commune_is_found_by_name_code_or_postal_code(france, text, first):
    assert first in names(text)


def test_the_likeliest_commune_comes_first(france):
    assert names("lyon", 2) == ["Lyon", "Lyon 3e Arrondissement"]
    assert names("le havre", 1) == ["Le Havre"]
    assert names("saint den", 1) == ["Saint-Denis"]


def test_a_word_inside_a_name_is_found_after_the_beginnings(france):
    assert "Bourg-en-Bresse" in [commune.name for commune in Commune.objects.search("bresse")]


@pytest.mark.parametrize("text", ["", "  ", "'", "%", "_", "😀"])
def test_a_search_for_nothing_finds_nothing(france, text):
    assert not Commune.objects.search(text).exists()


def test_what_is_found_carries_its_population(france, django_assert_num_queries):
    with django_assert_num_queries(1):
        commune = Commune.objects.search("01001").first()
    assert (commune.population, commune.population_year) == (860, 2023)


def test_an_epci_is_found_and_gives_its_communes_whole(france):
    lyon = Epci.objects.search("metropole de Lyon").get()
    assert lyon.name == "Métropole de Lyon"
    codes = set(Commune.objects.in_epci(lyon.pk).values_list("code", flat=True))
    assert "69123" in codes
    assert "69381" not in codes
    assert len(codes) == 58
    assert Epci.objects.search("200046977").get() == lyon


def test_codes_are_resolved_into_communes_former_communes_and_unknown(france, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        result = Commune.objects.resolve(["01002", "01340", "99999", "01001", "01001"])
    assert [commune.code for commune in result.communes] == ["01002", "01001"]
    assert {code: commune.code for code, commune in result.former.items()} == {"01340": "01015"}
    assert result.unknown == ("99999",)


def test_r1_a_territory_is_summed_in_one_query(france, django_assert_num_queries):
    with django_assert_num_queries(1):
        summary = Commune.objects.summarise(["01001", "01002", "42218"])
    assert summary.population == 860 + 270 + Commune.objects.with_population().get(code="42218").population
    assert [place.code for place in summary.departments] == ["01", "42"]
    assert [place.name for place in summary.regions] == ["Auvergne-Rhône-Alpes"]
    assert summary.year == 2023


def test_r1_a_territory_names_its_communes_without_population(france):
    summary = Commune.objects.summarise(["98901", "97608", "01001", "99999"])
    assert summary.missing == ("Île de Clipperton",)
    assert summary.unknown == ("99999",)
    assert summary.years_label == "2017 et 2023"
    assert not summary.is_complete


def test_a_year_that_was_not_published_is_missing_not_zero(france):
    summary = Commune.objects.summarise(["01001"], year=1999)
    assert (summary.population, summary.missing) == (0, ("L’Abergement-Clémenciat",))
