"""Euros are exact until a line is made, and rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import euros, format_euros, round_cents


@pytest.mark.parametrize("bad", ["1.001", "NaN", "Infinity"])
def test_euros_refuses_what_is_not_euros_and_cents(bad):
    with pytest.raises(ValueError):
        euros(bad)


def test_euros_refuses_a_float():
    with pytest.raises(TypeError):
        euros(0.1)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (Fraction(17_500 * 181, 365), "8678.08"),
        (Fraction(5, 1000), "0.01"),
        (Fraction(-5, 1000), "-0.01"),
        (Fraction(1, 3), "0.33"),
        (0, "0.00"),
    ],
)
def test_rounding_is_half_up_for_both_signs(exact, rounded):
    assert round_cents(exact) == Decimal(rounded)


@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_is_never_off_by_more_than_half_a_cent(exact):
    assert abs(Fraction(round_cents(exact)) - exact) <= Fraction(1, 200)


def test_amounts_are_written_with_the_spaces_of_french_typography():
    assert format_euros(Decimal("8678.08")) == "8\u202f678,08\u00a0€"
    assert format_euros(Decimal("-1234567.5")) == "−1\u202f234\u202f567,50\u00a0€"
