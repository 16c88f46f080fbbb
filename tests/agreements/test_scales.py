"""R13: what indicators earn, and what is refused when they are entered."""

from decimal import Decimal
from fractions import Fraction

import pytest

from agreements.enums import Direction, Scale
from agreements.scales import (
    IndicatorInput,
    Level,
    check_definition,
    earned_by_value,
    left_to_spread,
    mission_year_result,
)
from core.errors import DomainError

D = Decimal


def levels(direction, pairs, **details):
    steps = tuple(Level(threshold=D(threshold), amount=D(amount)) for threshold, amount in pairs)
    return IndicatorInput(amount=steps[-1].amount, scale=Scale.LEVELS, direction=direction, levels=steps, **details)


def linear(direction, *, target, value=None, baseline=None, amount="100"):
    return IndicatorInput(
        amount=D(amount),
        scale=Scale.LINEAR,
        direction=direction,
        target=D(target),
        baseline=None if baseline is None else D(baseline),
        value=None if value is None else D(value),
    )


def achieved(amount, is_achieved=True, **details):
    return IndicatorInput(amount=D(amount), scale=Scale.ACHIEVED, achieved=is_achieved, **details)


def test_r13c_achieved_earns_all_or_nothing():
    assert earned_by_value(achieved("500")) == 500
    assert earned_by_value(achieved("500", False)) == 0


@pytest.mark.parametrize(
    ("value", "earned"),
    [("220", 0), ("219", 3000), ("101", 3000), ("100", 6000), ("50.01", 6000), ("50", 9000), ("-4", 9000)],
)
def test_r13c_levels_down_earn_the_lowest_threshold_at_or_above_the_value(value, earned):
    pairs = [("219", "3000"), ("100", "6000"), ("50", "9000")]
    assert earned_by_value(levels(Direction.DOWN, pairs, value=D(value))) == earned


@pytest.mark.parametrize(
    ("value", "earned"),
    [("69.69", 0), ("69.70", 1000), ("72.39", 1000), ("72.4", 2500), ("75", 3500), ("200", 3500)],
)
def test_r13c_levels_up_earn_the_highest_threshold_at_or_below_the_value(value, earned):
    pairs = [("69.7", "1000"), ("72.4", "2500"), ("75", "3500")]
    assert earned_by_value(levels(Direction.UP, pairs, value=D(value))) == earned


@pytest.mark.parametrize(
    ("indicator", "share"),
    [
        (linear(Direction.UP, baseline="10", target="40", value="20"), Fraction(1, 3)),
        (linear(Direction.UP, baseline="10", target="40", value="9"), 0),
        (linear(Direction.UP, baseline="10", target="40", value="41"), 1),
        (linear(Direction.DOWN, baseline="40", target="10", value="30"), Fraction(1, 3)),
        (linear(Direction.DOWN, baseline="40", target="10", value="41"), 0),
        (linear(Direction.DOWN, baseline="5", target="-5", value="-5"), 1),
        (linear(Direction.UP, baseline="-20", target="-5", value="-15"), Fraction(1, 3)),
        (linear(Direction.UP, target="7", value="2"), Fraction(2, 7)),
        (linear(Direction.UP, target="7", value="8"), 1),
        (linear(Direction.DOWN, target="2", value="7"), Fraction(2, 7)),
        (linear(Direction.DOWN, target="2", value="1"), 1),
        (linear(Direction.DOWN, target="2", value="0"), 1),
        (linear(Direction.UP, target="7", value="0"), 0),
    ],
)
def test_r13c_linear_earns_the_share_of_the_way_to_the_target(indicator, share):
    assert earned_by_value(indicator) == 100 * share


@pytest.mark.parametrize(
    ("indicator", "field"),
    [
        (linear(Direction.UP, baseline="10", target="10"), "target"),
        (linear(Direction.UP, baseline="10", target="9"), "target"),
        (linear(Direction.DOWN, baseline="10", target="11"), "target"),
        (linear(Direction.UP, target="0"), "target"),
        (linear(Direction.DOWN, target="-1"), "target"),
        (levels(Direction.UP, [("1", "10"), ("1", "20")]), "levels"),
        (levels(Direction.UP, [("2", "10"), ("1", "20")]), "levels"),
        (levels(Direction.DOWN, [("1", "10"), ("2", "20")]), "levels"),
        (levels(Direction.UP, [("1", "20"), ("2", "20")]), "levels"),
        (levels(Direction.UP, [("1", "20"), ("2", "10")]), "levels"),
        (IndicatorInput(amount=D(5), scale=Scale.LEVELS, direction=Direction.UP), "levels"),
        (IndicatorInput(amount=D(5), scale=Scale.LINEAR, direction=Direction.UP), "target"),
        (IndicatorInput(amount=D(5), scale=Scale.LINEAR, target=D(1)), "direction"),
        (achieved("-1"), "amount"),
    ],
)
def test_r13d_a_scale_that_makes_no_sense_is_refused_at_its_field(indicator, field):
    with pytest.raises(DomainError) as refused:
        check_definition(indicator)
    assert refused.value.field == field


def test_r13b_what_is_left_to_spread_is_shown():
    assert left_to_spread(D("1000.00"), [achieved("400"), achieved("500")]) == 100
    with pytest.raises(DomainError, match="en trop"):
        mission_year_result(D("800.00"), [achieved("400"), achieved("500")])
    with pytest.raises(DomainError, match="à répartir"):
        mission_year_result(D("1000.00"), [achieved("400"), achieved("500")])


def test_r13e_neutralised_needs_no_value_and_leaves_the_total_unchanged():
    out = IndicatorInput(amount=D(250), scale=Scale.ACHIEVED, neutralised=True, reason="Donnée absente")
    result = mission_year_result(D(1000), [achieved("750"), out])
    assert result.earned == 1000
    assert result.rate == 1
    assert [item.maximum for item in result.results] == [1000, 0]


def test_r13e_every_level_is_multiplied():
    out = IndicatorInput(amount=D(100), scale=Scale.ACHIEVED, neutralised=True, reason="Donnée absente")
    steps = levels(Direction.UP, [("1", "30"), ("2", "200")], value=D("1.5"))
    assert mission_year_result(D(300), [steps, out]).earned == 45


def test_r13e_retained_is_final_and_not_multiplied():
    out = IndicatorInput(amount=D(500), scale=Scale.ACHIEVED, neutralised=True, reason="Donnée absente")
    kept = IndicatorInput(amount=D(250), scale=Scale.ACHIEVED, retained=D(200), reason="En partie")
    result = mission_year_result(D(1000), [achieved("250"), kept, out])
    assert [item.earned for item in result.results] == [500, 200, 0]
    assert result.rate == Fraction(7, 10)


def test_r13e_retained_stays_under_the_multiplied_maximum():
    out = IndicatorInput(amount=D(500), scale=Scale.ACHIEVED, neutralised=True, reason="Donnée absente")
    for amount, accepted in (("500.00", True), ("500.01", False)):
        kept = IndicatorInput(amount=D(250), scale=Scale.ACHIEVED, retained=D(amount), reason="En partie")
        if accepted:
            mission_year_result(D(1000), [achieved("250"), kept, out])
        else:
            with pytest.raises(DomainError, match="maximum"):
                mission_year_result(D(1000), [achieved("250"), kept, out])


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"neutralised": True}, "[1].reason"),
        ({"neutralised": True, "reason": " "}, "[1].reason"),
        ({"retained": D(1)}, "[1].reason"),
        ({"retained": D(-1), "reason": "Oui"}, "[1].retained"),
        ({"retained": D(1), "neutralised": True, "reason": "Oui"}, "[1].retained"),
        ({"is_achieved": None}, "[1].achieved"),
    ],
)
def test_r13e_a_decision_has_its_reason_and_is_alone(details, field):
    with pytest.raises(DomainError) as refused:
        mission_year_result(D(20), [achieved("10"), achieved("10", **details)])
    assert refused.value.field == field


def test_r13f_earned_is_kept_exact():
    third = linear(Direction.UP, target="3", value="1", amount="1000")
    assert mission_year_result(D(1000), [third]).earned == Fraction(1000, 3)
