"""The engine: what a contract is owed, line by line, and when it is paid (R1–R19). Pure.

`compute(ContractInputs(...))` returns lines, never a total alone: page, PDF, export and test read the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from agreements.agreement import Agreement
from agreements.enums import LineKind
from agreements.inputs import ContractInputs, check_inputs
from agreements.lines import (
    Explanation,
    Line,
    LineKey,
    Pending,
    YearTerms,
    advanced_lines,
    pending_lines,
    sorted_lines,
    year_lines,
)
from agreements.payments import ZERO, PaymentLine, balance_payment, first_payments, listed
from agreements.rules import ContractYear, population_warnings
from agreements.termination import Repayment, keep_operating, settlement

ENGINE_VERSION = "1"
"""Kept with each issued statement. It changes when the same inputs would give other lines."""


@dataclass(frozen=True, kw_only=True)
class YearResult:
    """The lines of a contract year. `ends_on` is the next anniversary, even in a terminated year."""

    year: int
    starts_on: date
    ends_on: date
    size: int
    agreement: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


@dataclass(frozen=True, kw_only=True)
class FundingResult:
    """What `compute` returns. `total` is what the lines are worth: payments less the repayment."""

    agreement: Agreement
    engine_version: str
    years: tuple[YearResult, ...]
    payments: tuple[PaymentLine, ...]
    pending: tuple[Pending, ...]
    warnings: tuple[str, ...]
    repayments: tuple[Repayment, ...]

    @property
    def repayment(self) -> Decimal:
        return sum((repayment.amount for repayment in self.repayments), ZERO)

    @property
    def total(self) -> Decimal:
        return sum((year.total for year in self.years), ZERO)

    @property
    def is_validated(self) -> bool:
        """False when a line rests on a figure that no official text confirms."""
        return all(line.is_validated for year in self.years for line in year.lines)

    def year(self, number: int) -> YearResult | None:
        """Return a contract year, or None when the contract ended before it."""
        return next((year for year in self.years if year.year == number), None)

    def payments_of(self, number: int) -> list[PaymentLine]:
        """Return the payments made for a contract year, whenever they are due."""
        return [payment for payment in self.payments if payment.year == number]


@dataclass(frozen=True, kw_only=True)
class _Year:
    result: YearResult
    payments: list[PaymentLine]
    pending: list[Pending]
    repayments: list[Repayment]


def compute(inputs: ContractInputs) -> FundingResult:
    """Return the lines, payments and repayment of a contract; DomainError for inputs that are refused."""
    check_inputs(inputs)
    years = [_compute_year(inputs, year) for year in inputs.existing_years]
    return FundingResult(
        agreement=inputs.agreement,
        engine_version=ENGINE_VERSION,
        years=tuple(year.result for year in years),
        payments=tuple(payment for year in years for payment in year.payments),
        pending=tuple(pending for year in years for pending in year.pending),
        warnings=tuple(population_warnings(inputs.agreement, inputs.population)),
        repayments=tuple(repayment for year in years for repayment in year.repayments),
    )


def compute_year(inputs: ContractInputs, number: int) -> YearResult | None:
    """Return the lines of one contract year, None when the contract ended before it.

    The same lines as `compute`; the figures of the other years are not even checked.
    """
    inputs = inputs.only(number)
    check_inputs(inputs)
    year = next((year for year in inputs.existing_years if year.number == number), None)
    if year is None:
        return None
    terms = _terms_of(inputs, year)
    lines, _first = _lines_of(terms)
    return _year_result(terms, lines)


def _compute_year(inputs: ContractInputs, year: ContractYear) -> _Year:
    terms = _terms_of(inputs, year)
    lines, first = _lines_of(terms)
    paid = _paid(first)
    repayments: list[Repayment] = []
    if terms.is_terminated:
        balances, repayments = settlement(lines, paid, terms.ends_on)
    else:
        balances = _balances(lines, paid, year.ends_on)
    return _Year(
        result=_year_result(terms, lines),
        payments=listed(terms.agreement, [*first, *balances]),
        pending=pending_lines(terms),
        repayments=repayments,
    )


def _terms_of(inputs: ContractInputs, year: ContractYear) -> YearTerms:
    return YearTerms(inputs=inputs, year=year, size=inputs.size_in(year.number), ends_on=inputs.end_of(year))


def _lines_of(terms: YearTerms) -> tuple[list[Line], list[PaymentLine]]:
    """Return the lines of a contract year, and what was paid of them before the balance."""
    lines = year_lines(terms)
    first = _paid_first(terms, lines)
    lines = _complete(terms, lines, first)
    if terms.is_terminated:
        lines = keep_operating(lines, _paid(first), terms.ends_on)
    return lines, first


def _year_result(terms: YearTerms, lines: list[Line]) -> YearResult:
    year = terms.year
    return YearResult(
        year=year.number,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
        size=terms.size,
        agreement=terms.agreement.code,
        lines=tuple(lines),
    )


def _paid(first: list[PaymentLine]) -> dict[LineKey, Decimal]:
    return {payment.key: payment.amount for payment in first}


def _paid_first(terms: YearTerms, lines: list[Line]) -> list[PaymentLine]:
    """Return what was paid before the balance: the end was not known then, nor a later review of size or members."""
    number = terms.year.number
    known = replace(
        terms,
        inputs=_with_first_count(terms.inputs, number),
        size=terms.inputs.advance_sizes.get(number, terms.size),
        ends_on=terms.year.ends_on,
    )
    payments = first_payments(known, lines if known == terms else advanced_lines(known))
    return [payment for payment in payments if payment.due_on < terms.ends_on]


def _with_first_count(inputs: ContractInputs, number: int) -> ContractInputs:
    """R11: return the inputs with the members that were known when the advances of the year were paid."""
    if number not in inputs.advance_members:
        return inputs
    return replace(inputs, members={**inputs.members, number: inputs.advance_members[number]})


def _complete(terms: YearTerms, lines: list[Line], first: list[PaymentLine]) -> list[Line]:
    """R18: a bonus paid in advance and lost with the size or the members keeps a line of 0.00, to be balanced."""
    found = {line.key for line in lines}
    lost = [
        Line(
            year=payment.year,
            mission=payment.mission,
            kind=payment.line_kind,
            base=payment.base,
            amount=ZERO,
            rule="R18",
            is_validated=True,
            explanation=Explanation(size=terms.size, members=_lost_members(terms), starts_on=payment.due_on),
        )
        for payment in first
        if payment.key not in found and payment.line_kind == LineKind.SIZE4_BONUS
    ]
    return sorted_lines(terms.agreement, [*lines, *lost]) if lost else lines


def _lost_members(terms: YearTerms) -> int | None:
    """R11: return the members, where they are what the bonus lacks; None where its size is."""
    bonus = terms.agreement.bonus
    is_size = bonus is not None and terms.size == bonus.size
    return terms.inputs.members.get(terms.year.number, 0) if is_size else None


def _balances(lines: list[Line], paid: Mapping[LineKey, Decimal], due_on: date) -> list[PaymentLine]:
    return [balance_payment(line, due_on, line.amount - paid.get(line.key, ZERO), settles=False) for line in lines]
