"""The search of a territory picker: communes and intercommunalities, those already chosen marked."""

import pytest
from django.urls import reverse

from territories.assemblers import find_places
from territories.enums import EpciKind
from territories.models import Commune, Department, Epci, Region
from territories.rules import search_key


@pytest.fixture
def garon(db) -> Epci:
    department = Department.objects.create(
        code="69", name="Rhône", region=Region.objects.create(code="84", name="Auvergne-Rhône-Alpes")
    )
    name = "CC de la Vallée du Garon"
    epci = Epci.objects.create(siren="246900740", name=name, kind=EpciKind.CC, search_name=search_key(name))
    for code, name in (("69027", "Brignais"), ("69043", "Chaponost")):
        Commune.objects.create(
            code=code,
            name=name,
            search_name=search_key(name),
            department=department,
            epci=epci,
            postal_codes="69530",
        )
    return epci


def test_a_word_finds_communes_and_intercommunalities(garon):
    places = find_places("garon")
    assert [(row.siren, row.commune_count) for row in places.epcis] == [("246900740", 2)]
    assert [row.code for row in find_places("brig").communes] == ["69027"]
    assert [row.code for row in find_places("69530").communes] == ["69027", "69043"]


def test_what_is_chosen_is_marked(garon):
    (commune,) = find_places("brignais", chosen=["69027"]).communes
    assert commune.is_chosen
    assert not find_places("garon", chosen=["69027"]).epcis[0].is_chosen
    assert find_places("garon", chosen=["69027", "69043"]).epcis[0].is_chosen


def test_an_unpublished_population_is_not_zero(garon):
    assert find_places("brignais").communes[0].population is None


@pytest.mark.parametrize("text", ["", " ", "b"])
def test_too_short_a_word_finds_nothing(garon, text, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_places(text).is_empty


def test_the_search_is_open_to_all_and_escapes_what_was_typed(garon, client):
    """Public geography: the simulator searches it without an account."""
    page = reverse("territories:place_search")
    assert "Brignais" in client.get(page, {"q": "brig"}).content.decode()
    assert "<b>rien" not in client.get(page, {"q": "<b>rien"}).content.decode()
