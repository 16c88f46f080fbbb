"""Fields, address and document of a scenario say the same thing, whichever one starts from."""

import json
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings

from agreements import catalogue
from agreements.simulation import result_as_json, simulate
from simulator import address
from simulator.documents import active_years, agreement_on, field_of, fields_of, percentage
from simulator.forms import SimulationForm
from tests.agreements.strategies import documents

AGREEMENTS = {code: catalogue.agreement(code) for code in catalogue.codes()}
TODAY = date(2026, 3, 16)


def form_of(fields) -> SimulationForm:
    """Return the form filled with the fields of an address, valid."""
    form = SimulationForm(fields, agreements=AGREEMENTS, today=TODAY)
    assert form.is_valid(), form.errors.as_json()
    return form


def plain(document: dict) -> dict:
    """Return a document as the form writes it: missions in order, nothing empty, numbers without idle zeros."""
    order = {terms.code: terms.order for terms in AGREEMENTS[document["agreement"]].missions}
    kept = {key: value for key, value in document.items() if value not in ({}, None)}
    missions = [_plain_mission(mission) for mission in document["missions"]]
    return kept | {"missions": sorted(missions, key=lambda mission: order[mission["mission"]])}


def _plain_mission(mission: dict) -> dict:
    numbers = {
        key: {year: Decimal(number) for year, number in mission[key].items()}
        for key in ("rates", "compensation_actual")
        if mission.get(key)
    }
    crises = {"crises": sorted(set(mission["crises"]))} if mission.get("crises") else {}
    return {key: value for key, value in mission.items() if value} | numbers | crises


@settings(max_examples=60)
@given(documents())
def test_a_document_survives_the_form_and_the_address(document):
    form = form_of(fields_of(document))
    assert plain(form.simulation.document) == plain(document)
    query = address.query_string(form.address_fields)
    again = form_of(dict(parse_qsl(query)))
    assert again.simulation.document == form.simulation.document
    assert address.query_string(again.address_fields) == query  # an address leads to itself: no redirect for ever


@settings(max_examples=40)
@given(documents())
def test_the_form_gives_the_figures_of_the_command(document):
    result = result_as_json(form_of(fields_of(document)).simulation.result)
    assert result == simulate(json.dumps(plain_json(document)))


def plain_json(document: dict) -> dict:
    """Return the document with its missions in the order of the form, which sets the order of nothing else."""
    order = {terms.code: terms.order for terms in AGREEMENTS[document["agreement"]].missions}
    return document | {"missions": sorted(document["missions"], key=lambda item: order[item["mission"]])}


@pytest.mark.parametrize(
    ("share", "text"), [("0.8", "80"), ("1.000", "100"), ("0", "0"), ("0.0050", "0,5"), ("1", "100")]
)
def test_a_share_is_typed_as_a_percentage(share, text):
    assert percentage(share) == text


def test_r2_the_newest_version_in_force_is_chosen():
    days = [date(2022, 3, 30), date(2022, 3, 31)]
    assert [agreement_on(AGREEMENTS.values(), day).code for day in days] == ["aci-2019", "aci-2021"]


@pytest.mark.parametrize(
    ("starts_on", "terminated_on", "years"),
    [
        (date(2020, 3, 15), None, (1, 2, 3)),
        (date(2021, 3, 14), None, (1, 2, 3)),
        (date(2021, 3, 15), None, (2, 3)),
        (date(2020, 3, 15), date(2021, 3, 15), (1,)),
        (date(2021, 6, 1), date(2021, 6, 1), ()),
        (date(2021, 6, 1), date(2021, 6, 2), (2,)),
    ],
)
def test_r3_years_in_which_something_is_active(starts_on, terminated_on, years):
    found = active_years(starts_on, signed_on=date(2020, 3, 15), years=3, terminated_on=terminated_on)
    assert found == years


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("signed_on", "signed_on"),
        ("sizes.3", "size-3"),
        ("members.2", "members-2"),
        ("missions[1]", "PREVENTION"),
        ("missions[1].mission", "PREVENTION"),
        ("missions[1].starts_on", "PREVENTION-starts_on"),
        ("missions[1].rates.2", "PREVENTION-rate-2"),
        ("missions[0].crises[1]", "HEALTH_CRISIS-crises"),
        ("", None),
    ],
)
def test_a_path_of_the_document_leads_to_its_field(path, field):
    document = {"missions": [{"mission": "HEALTH_CRISIS"}, {"mission": "PREVENTION"}]}
    known = SimulationForm(None, agreements=AGREEMENTS, today=TODAY).fields
    assert field_of(path, document, known) == field


def test_the_figure_of_every_year_is_blamed_when_it_is_the_one_typed():
    document = {"missions": [{"mission": "PREVENTION"}]}
    assert field_of("missions[0].rates.2", document, ["PREVENTION-rate"]) == "PREVENTION-rate"


# Several scenarios in one address


FIRST = {"population": "65000", "agreement": "aci-2021", "PREVENTION": "on", "PREVENTION-rate": "100"}


@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        FIRST | {"agreement": "aci-2019"},
        {"population": "65000", "agreement": "aci-2021"},
        FIRST | {"QUALITY": "on", "QUALITY-starts_on": "2024-01-01"},
    ],
)
def test_an_address_compares_by_what_differs(other):
    fields = address.comparison([FIRST, other])
    assert address.columns(fields) == [FIRST, other]
    said = [name for name in fields if name.startswith("b-")]
    assert len(said) == max(1, len(address.differences(FIRST, other)))


def test_a_form_sent_whole_says_everything():
    sent = FIRST | {"b-whole": "1", "b-population": "20000"}
    assert address.columns(sent) == [FIRST, {"population": "20000"}]
