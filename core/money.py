"""Euros: exact until a line is made, rounded once."""

from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def euros(value: Decimal | int | str) -> Decimal:
    """Return `value` as euros and cents; refuse a float, and more than two decimals."""
    if isinstance(value, float):
        raise TypeError("un montant ne se donne pas en nombre flottant")
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError("un montant est un nombre fini")
    if amount != amount.quantize(CENT):
        raise ValueError("un montant a au plus deux décimales")
    return amount.quantize(CENT)


def round_cents(value: Fraction | Decimal | int) -> Decimal:
    """Round an exact number of euros to the cent, half up (rules.md, money): away from zero for both signs."""
    numerator, denominator = value.as_integer_ratio()
    cents = (200 * abs(numerator) + denominator) // (2 * denominator)  # in whole numbers: nothing to round twice
    return Decimal(cents if numerator >= 0 else -cents).scaleb(-2)


def format_euros(amount: Decimal) -> str:
    """8678.08 -> « 8 678,08 € », with narrow no-break spaces between thousands."""
    text = f"{euros(amount):,.2f}".replace(",", "\u202f").replace(".", ",").replace("-", "−")
    return f"{text}\u00a0€"
