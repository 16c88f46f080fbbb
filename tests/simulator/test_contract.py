"""From a real contract: what it is as a scenario, and the four questions one asks about it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.urls import reverse

from agreements import catalogue
from agreements.enums import Direction, Scale
from agreements.scales import IndicatorInput, Level
from contracts.models import ContractYear
from core.dates import add_months
from simulator import variants
from simulator.documents import simulate_document
from tests.utils import stories
from tests.utils.stories import SIGNED_ON, at

TODAY = add_months(SIGNED_ON, 14)  # in the second contract year
AGREEMENTS = {code: catalogue.agreement(code) for code in catalogue.codes()}
DOCUMENT = {
    "agreement": "aci-2019",
    "signed_on": "2020-03-15",
    "population": 41_000,
    "years": 5,
    "missions": [{"mission": "PREVENTION", "starts_on": "2020-09-15", "rates": {"1": "1"}}],
}
FIELDS = {"population": "41000", "communes": "69123,69266"}


# Questions, as pure functions


def simulation(**changed):
    return simulate_document(DOCUMENT | changed, AGREEMENTS)


def test_r1_a_commune_that_leaves_takes_its_inhabitants_and_perhaps_the_size():
    changed = variants.without_commune(FIELDS, simulation(), code="69266", inhabitants=2_000, from_year=3)
    assert changed == {"population": "39000", "communes": "69123", "size-1": "2", "size-3": "1"}


def test_the_years_before_keep_their_sizes():
    changed = variants.with_size(FIELDS, simulation(sizes={"2": 3}), size=4, from_year=4)
    assert changed == FIELDS | {"size-2": "3", "size-4": "4"}


def test_a_commune_that_leaves_may_leave_the_size_alone():
    changed = variants.without_commune(FIELDS, simulation(), code="69266", inhabitants=500, from_year=3)
    assert changed == {"population": "40500", "communes": "69123"}


def test_a_mission_is_added_with_its_result():
    changed = variants.with_mission({}, code="QUALITY", starts_on=date(2022, 1, 1), rate=Decimal("60.5"))
    assert changed == {"QUALITY": "on", "QUALITY-starts_on": "2022-01-01", "QUALITY-rate": "60,5"}


LEVELS = IndicatorInput(
    amount=Decimal("9000"),
    scale=Scale.LEVELS,
    direction=Direction.UP,
    levels=(
        Level(threshold=Decimal(50), amount=Decimal(3000)),
        Level(threshold=Decimal(60), amount=Decimal(6000)),
        Level(threshold=Decimal(75), amount=Decimal(9000)),
    ),
)
OPEN = IndicatorInput(amount=Decimal("6000"), scale=Scale.ACHIEVED)
MISSED = IndicatorInput(amount=Decimal("3000"), scale=Scale.ACHIEVED, achieved=False)


def test_r13_an_indicator_at_60_percent_earns_its_level_the_unknown_all_and_the_missed_nothing():
    supposed = variants.with_result(LEVELS, number=Decimal(60), achieved=None)
    rate = variants.supposed_rate(Decimal("18000"), [OPEN, MISSED], supposed)
    assert rate == Fraction(6000 + 6000, 18000)


def test_a_supposed_result_replaces_what_was_decided():
    decided = IndicatorInput(**{**vars(LEVELS), "neutralised": True, "reason": "Non mesuré."})
    supposed = variants.with_result(decided, number=Decimal(10), achieved=None)
    assert variants.supposed_rate(Decimal("9000"), [], supposed) == 0


def test_an_exact_rate_is_written_with_ten_decimals_of_a_percent():
    changed = variants.with_rate({}, code="PREVENTION", year=2, rate=Fraction(2, 3))
    assert changed == {"PREVENTION-rate-2": "66,6666666667"}


# The pages


@pytest.fixture
def played(evaluated):
    """The west, whose first year is closed, in its second year."""
    with at(TODAY):
        yield SimpleNamespace(world=evaluated.world, contract=evaluated.contract, tenant=evaluated.world.west)


def start(client, contract):
    return client.get(reverse("simulator:contract_start", args=[contract.pk]))


def ask(client, contract, question, **data):
    """Ask a question about a contract and return the comparison that answers it."""
    return client.get(reverse(f"simulator:contract_{question}", args=[contract.pk]), data, follow=True)


def indicator_form(client, contract):
    """Return the form of the question about an indicator."""
    questions = start(client, contract).context["questions"]
    return next(form for name, _url, form in questions if name == "indicateur")


def test_a_closed_year_is_worth_its_statement(played, client_of):
    page = start(client_of(played.tenant.coordinator), played.contract).context["page"]
    statement = played.contract.statements.get(year=1)
    assert page.years[0].total == statement.total
    assert [line.amount for mission in page.years[0].missions for line in mission.lines] == [
        line.amount for line in statement.lines.all()
    ]


def test_r18_an_advance_paid_at_an_old_size_stands_in_the_scenario(played, client_of, db):
    """Taille 2 on the first day of year 2, taille 1 since its dialogue: OPERATING 60 000 then 50 000 €.

    75 % of 60 000 was paid: 45 000; the balance is 50 000 − 45 000.
    """
    played.contract.years.filter(number=2).update(opening_size=2, size=1)
    response = start(client_of(played.tenant.coordinator), played.contract)
    opened = client_of(played.tenant.coordinator).get(f"{reverse('simulator:simulation')}?{response.context['query']}")
    form = opened.context["form"]
    payments = {
        payment.kind: payment.amount
        for payment in form.simulation.result.payments
        if payment.year == 2 and payment.line_kind == "OPERATING"
    }
    assert payments == {"ADVANCE": Decimal("45000.00"), "BALANCE": Decimal("5000.00")}
    assert 'name="advanced-2" value="2"' in opened.content.decode()  # sent again with the form


def test_r11_a_bonus_advanced_with_a_former_count_of_members_stands_in_the_scenario(played, client_of, db):
    """A year opened with 120 members, then counted 80: its bonus was advanced, and is balanced by as much less."""
    played.contract.years.filter(number=2).update(size=4, opening_size=4, opening_members=120, members=80)
    client = client_of(played.tenant.coordinator)
    query = start(client, played.contract).context["query"]
    saved = client.post(reverse("simulator:scenario_create"), {"name": "Tel quel", "scenario": query})
    scenario = client.get(saved.url).context["saved"]
    for simulation in (
        client.get(f"{reverse('simulator:simulation')}?{query}").context["form"].simulation,
        scenario.simulation,
        client.get(f"{reverse('simulator:simulation')}?{scenario.query}").context["form"].simulation,
    ):
        assert (simulation.inputs.members[2], simulation.inputs.advance_members) == (80, {2: 120})
    bonus = [row for row in scenario.simulation.result.payments if (row.year, row.line_kind) == (2, "SIZE4_BONUS")]
    assert sum(row.amount for row in bonus if row.kind == "ADVANCE") > 0
    assert sum(row.amount for row in bonus) == 0


def test_r18_a_saved_scenario_keeps_the_sizes_of_the_advances_paid(played, client_of, db):
    """The same contract saved, then opened again: the balance is still 50 000 − 45 000, not 50 000 − 37 500."""
    played.contract.years.filter(number=2).update(opening_size=2, size=1)
    client = client_of(played.tenant.coordinator)
    query = start(client, played.contract).context["query"]
    saved = client.post(reverse("simulator:scenario_create"), {"name": "Tel quel", "scenario": query})
    page = client.get(saved.url)
    scenario = page.context["saved"]
    assert scenario.scenario.advance_sizes == {"2": 2}
    balance = next(
        payment.amount
        for payment in scenario.simulation.result.payments
        if (payment.year, payment.line_kind, payment.kind) == (2, "OPERATING", "BALANCE")
    )
    assert balance == Decimal("5000.00")
    reopened = client.get(f"{reverse('simulator:simulation')}?{scenario.query}")
    assert reopened.context["form"].simulation.result == scenario.simulation.result


def test_the_scenario_of_a_contract_opens_in_the_simulator(played, client_of):
    client = client_of(played.tenant.coordinator)
    response = start(client, played.contract)
    opened = client.get(f"{reverse('simulator:simulation')}?{response.context['query']}")
    assert opened.status_code == 200
    assert opened.context["page"] == response.context["page"]
    assert played.contract.number not in response.context["query"]  # an address names no contract


@pytest.mark.parametrize("member", ["reader", "ars_officer", "fund_officer", "accountant"])
def test_the_three_parties_may_ask(played, client_of, member):
    assert start(client_of(getattr(played.tenant, member)), played.contract).status_code == 200


def test_nobody_else_sees_it(played, client, client_of):
    assert start(client_of(played.world.east.coordinator), played.contract).status_code == 404
    assert start(client_of(played.world.neighbour.president), played.contract).status_code == 404
    assert start(client, played.contract).status_code == 302


def test_a_contract_that_is_not_signed_has_no_scenario(world, client_of):
    contract = stories.drafted_contract(world.west)
    assert start(client_of(world.west.coordinator), contract).status_code == 404


def test_a_contract_that_cannot_be_simulated_leads_back_to_its_page_with_the_reason(played, client_of, db):
    ContractYear.objects.filter(contract=played.contract, number=2).update(members=100_001)  # more than the form takes
    client = client_of(played.tenant.coordinator)
    page = client.get(reverse("simulator:contract_start", args=[played.contract.pk]), follow=True)
    assert page.redirect_chain == [(reverse("contracts:contract_preview", args=[played.contract.pk]), 302)]
    (reason,) = [str(message) for message in page.context["messages"]]
    assert "ne se laisse pas simuler" in reason and "{" not in reason


def test_if_a_commune_leaves(played, client_of):
    centre, bourg = played.tenant.communes  # 60 000 and 5 000 inhabitants
    response = ask(client_of(played.tenant.coordinator), played.contract, "commune", commune=centre.code, from_year="3")
    first, other = response.context["page"].columns
    assert other.simulation.inputs.population == first.simulation.inputs.population - 60_000 == 5_000
    assert [year.size for year in other.simulation.result.years] == [2, 2, 1, 1, 1]
    assert response.context["page"].comparison.years[1].differences == (Decimal(0),)
    assert bourg.code in other.query
    assert centre.code not in other.query


def test_with_a_mission_more(played, client_of):
    response = ask(
        client_of(played.tenant.coordinator),
        played.contract,
        "mission",
        mission="QUALITY",
        starts_on="15/09/2026",
        rate="60",
    )
    (change,) = response.context["page"].columns[1].changes
    assert change == "avec Qualité et pertinence des soins, à partir du 15 septembre 2026"


def test_at_the_next_size(played, client_of):
    response = ask(client_of(played.tenant.coordinator), played.contract, "taille", size="3", from_year="4")
    other = response.context["page"].columns[1].simulation
    assert [year.size for year in other.result.years] == [2, 2, 2, 3, 3]


def test_an_indicator_missed_takes_the_variable_part_of_its_year(played, client_of):
    """In these stories one indicator carries the whole variable part of its mission: missed, the rate is zero."""
    client = client_of(played.tenant.coordinator)
    form = indicator_form(client, played.contract)
    (group,) = [options for label, options in form.fields["indicator"].choices if label == "Année 2, Accès aux soins"]
    response = ask(client, played.contract, "indicateur", indicator=group[0][0], result="non")
    other = response.context["page"].columns[1].simulation.inputs
    (mission,) = [item for item in other.missions if item.mission == "ACCESS_TO_CARE"]
    assert (mission.rates[1], mission.rates[2], mission.rates[3]) == (Decimal(1), Decimal(0), Decimal(1))


@pytest.mark.parametrize(
    ("question", "data", "field", "sentence"),
    [
        ("commune", {"commune": "99999", "from_year": "3"}, "commune", "Sélectionnez un choix valide"),
        ("taille", {"size": "3", "from_year": "1"}, "from_year", "Sélectionnez un choix valide"),
        (
            "mission",
            {"mission": "QUALITY", "starts_on": "2020-01-01", "rate": "100"},
            "starts_on",
            "La mission ne peut pas démarrer avant la signature.",
        ),
        ("mission", {"mission": "QUALITY", "starts_on": "2026-10-01", "rate": "101"}, "rate", "Indiquez au plus 100."),
    ],
)
def test_a_refusal_stands_beside_its_field(played, client_of, question, data, field, sentence):
    response = ask(client_of(played.tenant.coordinator), played.contract, question, **data)
    (error,) = response.context["form"].errors[field]
    assert error.startswith(sentence)


@pytest.mark.parametrize("result", ["60", "peut-être"])
def test_an_indicator_reached_or_not_takes_yes_or_no(played, client_of, result):
    client = client_of(played.tenant.coordinator)
    form = indicator_form(client, played.contract)
    indicator = form.fields["indicator"].choices[0][1][0][0]
    response = ask(client, played.contract, "indicateur", indicator=indicator, result=result)
    assert response.context["form"].errors["result"] == [
        "Cet indicateur est atteint ou non : écrivez « oui » ou « non »."
    ]


def test_the_indicator_of_another_contract_is_not_a_choice(played, client_of):
    with at(TODAY):
        other = stories.evaluated_contract(played.world.east, signed_on=SIGNED_ON)
    programme = other.years.get(number=2).programme
    indicator = programme.missions.get(mission="ACCESS_TO_CARE").indicators.results().get()
    response = ask(
        client_of(played.tenant.coordinator), played.contract, "indicateur", indicator=indicator.pk, result="non"
    )
    assert "indicator" in response.context["form"].errors
