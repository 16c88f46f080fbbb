"""What holds for every contract, drawn at random; and a second implementation that must agree to the cent."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agreements import catalogue
from agreements.agreement import Agreement
from agreements.enums import AmountKind, Direction, LineKind, Scale
from agreements.rules import contract_year_on, contract_years, size_for_population
from agreements.scales import IndicatorInput, Level, earned_by_value, mission_year_result
from agreements.simulation import simulate
from tests.agreements import oracle
from tests.agreements.strategies import documents, populations, signatures

pure = settings(max_examples=150)
amounts = st.integers(1, 20_000).map(lambda n: Decimal(n * 50))
values = st.decimals(-1000, 1000, places=2)


@pure
@given(documents())
def test_a_second_implementation_agrees_to_the_cent(document):
    result = simulate(json.dumps(document))
    result.pop("warnings")
    assert result == oracle.simulate(document)


@pure
@given(documents())
def test_r19_total_is_payments_less_repayment(document):
    result = simulate(json.dumps(document))
    paid = sum(Decimal(payment["amount"]) for payment in result["payments"])
    assert Decimal(result["total"]) == paid - Decimal(result["repayment"])
    assert all(Decimal(payment["amount"]) > 0 for payment in result["payments"])


@pure
@given(documents(terminated=False))
def test_r7_payments_of_a_line_add_up_to_the_line(document):
    result = simulate(json.dumps(document))
    for year in result["years"]:
        for line in year["lines"]:
            parts = [
                Decimal(payment["amount"])
                for payment in result["payments"]
                if (payment["year"], payment["mission"], payment["line_kind"], payment.get("base"))
                == (year["year"], line["mission"], line["kind"], line.get("base"))
            ]
            assert sum(parts) == Decimal(line["amount"])
            assert len(parts) <= 2


@pure
@given(signatures, populations, st.integers(1, 364))
def test_r7_r19_splitting_a_year_never_creates_money(signed_on, population, days):
    """A mission up to a day, the same one from that day on: the whole year, to the cent that two roundings may make."""
    day = date.fromordinal(signed_on.toordinal() + days)
    mission = {"mission": "PREVENTION", "starts_on": str(signed_on), "rates": {"1": "0.7"}}
    contract = {"agreement": "aci-2019", "signed_on": str(signed_on), "population": population, "years": 1}
    whole = mission_lines(contract | {"missions": [mission]})
    before = mission_lines(contract | {"missions": [mission], "terminated_on": str(day)})
    after = mission_lines(contract | {"missions": [mission | {"starts_on": str(day)}]})
    assert set(whole) == set(before) == set(after) == {"FIXED", "VARIABLE"}
    for kind, amount in whole.items():
        assert abs(before[kind] + after[kind] - amount) <= Decimal("0.01")


def mission_lines(document: dict) -> dict[str, Decimal]:
    """Return the mission lines of the first year of a contract, by kind."""
    lines = simulate(json.dumps(document))["years"][0]["lines"]
    return {line["kind"]: Decimal(line["amount"]) for line in lines if line["mission"]}


@pure
@given(documents())
def test_r2_nothing_exceeds_the_published_ceiling(document):
    agreement = catalogue.agreement(document["agreement"])
    for year in simulate(json.dumps(document))["years"]:
        ceiling = agreement.published_totals[year["size"]]
        plain = [line for line in year["lines"] if line["kind"] != "SIZE4_BONUS"]
        for line in plain:
            assert Decimal(line["amount"]) <= published_amount(agreement, line, year["size"])
        assert sum(Decimal(line["amount"]) for line in plain) <= ceiling
        bonus = sum(Decimal(line["amount"]) for line in year["lines"]) - sum(Decimal(line["amount"]) for line in plain)
        operating = agreement.line(None, AmountKind.OPERATING, year["size"]).amount
        assert bonus <= (ceiling - operating) / 10


def published_amount(agreement: Agreement, line: dict, size: int) -> Decimal:
    """Return the euros of a whole year for a line; for a crisis mission, those of the year that writes the plan."""
    plan = agreement.line(line["mission"], AmountKind.PLAN_WRITTEN, size) if line["kind"] == "FIXED" else None
    return (plan or agreement.line(line["mission"], AmountKind(line["kind"]), size)).amount


@pure
@given(documents(), st.data())
def test_r8_a_better_rate_never_lowers_the_total(document, data):
    chosen = [(mission, year) for mission in document["missions"] for year in sorted(mission.get("rates", {}))]
    assume(chosen)
    mission, year = data.draw(st.sampled_from(chosen))
    before = Decimal(simulate(json.dumps(document))["total"])
    mission["rates"][year] = "1"
    assert Decimal(simulate(json.dumps(document))["total"]) >= before


@pure
@given(documents(terminated=True))
def test_r19_a_termination_leaves_the_years_before_it_as_they_were(document):
    for mission in document["missions"]:
        mission.pop("rates", None)
        mission.pop("compensation_actual", None)
    ended = simulate(json.dumps(document))
    whole = simulate(json.dumps(document | {"terminated_on": None}))
    last = len(ended["years"])
    assert ended["years"][: last - 1] == whole["years"][: last - 1]


@pure
@given(documents())
def test_r10_a_crisis_never_pays_twice_in_a_year(document):
    for year in simulate(json.dumps(document))["years"]:
        assert sum(line["kind"] == "CRISIS_EVENT" for line in year["lines"]) <= 1


@pure
@given(signatures)
def test_r3_years_follow_each_other_without_gap_nor_overlap(signed_on):
    years = contract_years(signed_on)
    assert years[0].starts_on == signed_on
    for before, after in pairwise(years):
        assert before.ends_on == after.starts_on
    assert {year.days for year in years} <= {365, 366}
    for year in years:
        assert contract_year_on(signed_on, year.starts_on) == year
        assert contract_year_on(signed_on, date.fromordinal(year.ends_on.toordinal() - 1)) == year


@pure
@given(populations, populations)
def test_r1_more_inhabitants_never_give_a_smaller_size(one, other):
    agreement = catalogue.agreement("aci-2019")
    smaller, larger = sorted([one, other])
    assert size_for_population(agreement, smaller) <= size_for_population(agreement, larger)
    assert size_for_population(agreement, one) == oracle.size_of(one)


# R13 ------------------------------------------------------------------------------------------------


@st.composite
def indicators(draw):
    """One valid indicator without decision."""
    amount, scale = draw(amounts), draw(st.sampled_from(Scale))
    if scale == Scale.ACHIEVED:
        return IndicatorInput(amount=amount, scale=scale, achieved=draw(st.booleans()))
    direction = draw(st.sampled_from(Direction))
    sign = 1 if direction == Direction.UP else -1
    if scale == Scale.LEVELS:
        thresholds = sorted(draw(st.lists(values, min_size=1, max_size=4, unique=True)), reverse=sign < 0)
        levels = tuple(
            Level(threshold=threshold, amount=amount * rank) for rank, threshold in enumerate(thresholds, start=1)
        )
        return IndicatorInput(
            amount=levels[-1].amount, scale=scale, direction=direction, levels=levels, value=draw(values)
        )
    if draw(st.booleans()):
        baseline = draw(values)
        gap = draw(st.decimals("0.01", 500, places=2))
        return IndicatorInput(
            amount=amount, scale=scale, direction=direction, baseline=baseline,
            target=baseline + sign * gap, value=draw(values),
        )  # fmt: skip
    return IndicatorInput(
        amount=amount, scale=scale, direction=direction,
        target=draw(st.decimals("0.01", 500, places=2)), value=abs(draw(values)),
    )  # fmt: skip


sets_of_indicators = st.lists(indicators(), min_size=1, max_size=8)


@pure
@given(indicators(), st.decimals("0.01", 500, places=2))
def test_r13c_a_better_value_never_earns_less(indicator, step):
    earned = earned_by_value(indicator)
    assert 0 <= earned <= indicator.amount
    if indicator.scale == Scale.ACHIEVED:
        return
    better = indicator.value + step if indicator.direction == Direction.UP else indicator.value - step
    assume(indicator.baseline is not None or indicator.scale == Scale.LEVELS or better >= 0)
    assert earned_by_value(_with(indicator, value=better)) >= earned


@pure
@given(sets_of_indicators)
def test_r13f_earned_is_between_nothing_and_the_variable_part(items):
    maximum = sum(item.amount for item in items)
    result = mission_year_result(maximum, items)
    assert 0 <= result.earned <= maximum
    assert 0 <= result.rate <= 1


@pure
@given(sets_of_indicators, st.data())
def test_r13e_neutralising_never_changes_the_maximum_of_the_mission(items, data):
    assume(len(items) > 1)
    out = data.draw(st.sets(st.sampled_from(range(len(items))), min_size=1, max_size=len(items) - 1))
    decided = [
        _with(item, neutralised=True, reason="Donnée absente") if place in out else item
        for place, item in enumerate(items)
    ]
    maximum = sum(item.amount for item in items)
    result = mission_year_result(maximum, decided)
    assert sum(item.maximum for item in result.results) == maximum
    assert 0 <= result.earned <= maximum


@pure
@given(sets_of_indicators, st.data())
def test_r13c_splitting_an_indicator_never_creates_money(items, data):
    place = data.draw(st.sampled_from(range(len(items))))
    item = items[place]
    maximum = sum(one.amount for one in items)
    halves = [*items[:place], _half(item), _half(item), *items[place + 1 :]]
    assert mission_year_result(maximum, halves).earned == mission_year_result(maximum, items).earned


@pure
@given(indicators())
def test_r13c_an_indicator_agrees_with_its_sentence(indicator):
    assert earned_by_value(indicator) == _in_words(indicator)


def _with(indicator, **changes):
    return IndicatorInput(**{**vars(indicator), **changes})


def _half(indicator):
    levels = tuple(Level(threshold=level.threshold, amount=level.amount / 2) for level in indicator.levels)
    return _with(indicator, amount=indicator.amount / 2, levels=levels)


def _in_words(indicator):
    """R13c written again, by sorting thresholds instead of trusting their order."""
    if indicator.scale == Scale.ACHIEVED:
        return Fraction(indicator.amount) * int(indicator.achieved)
    value = Fraction(indicator.value)
    up = indicator.direction == Direction.UP
    if indicator.scale == Scale.LEVELS:
        pairs = sorted((Fraction(level.threshold), Fraction(level.amount)) for level in indicator.levels)
        met = [pair for pair in pairs if (pair[0] <= value if up else pair[0] >= value)]
        if not met:
            return Fraction(0)
        return (met[-1] if up else met[0])[1]
    target = Fraction(indicator.target)
    if indicator.baseline is not None:
        baseline = Fraction(indicator.baseline)
        done, wanted = (value - baseline, target - baseline) if up else (baseline - value, baseline - target)
    elif up:
        done, wanted = value, target
    else:
        done, wanted = (target, value) if value else (Fraction(1), Fraction(1))
    return Fraction(indicator.amount) * max(Fraction(0), min(Fraction(1), done / wanted))


def test_every_kind_of_line_is_in_the_second_implementation():
    assert [kind.value for kind in LineKind] == oracle.ORDER
