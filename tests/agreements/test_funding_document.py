"""docs/funding.md is part of the product: its numbers are those of the code."""

import json

import pytest

from agreements import catalogue
from agreements.simulation import simulate
from tests.agreements import funding_document

EXAMPLES = funding_document.examples()


@pytest.mark.parametrize("code", ["aci-2019", "aci-2021"])
def test_r2_amounts_of_the_document_are_those_of_the_agreement(code):
    agreement = catalogue.agreement(code)
    assert funding_document.amounts_of(code) == {
        (line.mission, line.kind.value, line.size): line.amount for line in agreement.lines
    }
    assert funding_document.published_totals_of(code) == list(agreement.published_totals.values())


def test_the_document_has_its_examples():
    assert len(EXAMPLES) == 13


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_lines_of_the_example_are_those_of_the_engine(example):
    result = simulate(json.dumps(example.document))
    assert example.lines == [
        [str(year["year"]), line["mission"] or "–", _name(line), _spaced(line["amount"]), line["rule"]]
        for year in result["years"]
        for line in year["lines"]
    ]
    assert (example.repayment, example.total) == (result["repayment"], result["total"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_payments_of_the_example_are_those_of_the_engine(example):
    result = simulate(json.dumps(example.document))
    assert example.payments == [
        [
            payment["due_on"],
            payment["kind"],
            payment["mission"] or "–",
            _name(payment | {"kind": payment["line_kind"]}),
            str(payment["year"]),
            _spaced(payment["amount"]),
        ]
        for payment in result["payments"]
    ]


def _name(line):
    return f"{line['kind']} of {line['base']}" if "base" in line else line["kind"]


def _spaced(amount):
    euros, cents = amount.split(".")
    return f"{int(euros):,}".replace(",", " ") + f".{cents}"
