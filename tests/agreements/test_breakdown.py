"""A result opened down to its rules: nothing is lost on the way, and each step is true."""

import json
from datetime import date
from decimal import Decimal

from hypothesis import given, settings

from agreements import catalogue
from agreements.breakdown import amount_parts, breakdown, line_label, payment_days
from agreements.engine import compute
from agreements.enums import Direction, LineKind, Scale
from agreements.inputs import ContractInputs
from agreements.scales import IndicatorInput, Level
from agreements.simulation import read_inputs
from agreements.strict_json import Node, parse
from tests.agreements.contracts import SIGNED_ON, mission
from tests.agreements.strategies import documents


def contract(*missions, agreement="aci-2019", size=2, **changes) -> ContractInputs:
    defaults = {"signed_on": SIGNED_ON, "population": 65_000, "years": 2, "size": size}
    return ContractInputs(agreement=catalogue.agreement(agreement), missions=missions, **(defaults | changes))


def steps_of(inputs: ContractInputs, kind: str) -> dict[str, str]:
    """Return the steps of the first line of a kind, by label."""
    years = breakdown(inputs, compute(inputs))
    lines = [line for year in years for part in year.missions for line in part.lines]
    return {step.label: step.value for step in next(line for line in lines if line.label == kind).steps}


@settings(max_examples=60)
@given(documents())
def test_everything_adds_up_to_the_result(document):
    inputs = read_inputs(Node(parse(json.dumps(document))))
    result = compute(inputs)
    years = breakdown(inputs, result)
    assert [year.total for year in years] == [year.total for year in result.years]
    assert [sum(amount_parts(year)) for year in result.years] == [year.total for year in result.years]
    days = payment_days(inputs, result)
    assert sum((day.total for day in days), Decimal(0)) == sum((item.amount for item in result.payments), Decimal(0))
    assert [day.due_on for day in days] == sorted({item.due_on for item in result.payments})


@settings(max_examples=30)
@given(documents())
def test_every_line_opens_from_its_size_to_its_rule(document):
    inputs = read_inputs(Node(parse(json.dumps(document))))
    for year in breakdown(inputs, compute(inputs)):
        for part in year.missions:
            for line in part.lines:
                labels = [step.label for step in line.steps]
                assert (labels[0], labels[-2:]) == ("Taille", ["Résultat", "Règle"])
                assert line.steps[-1].value == line.rule
                assert line.steps[-1].detail, "a rule says what it is"


def test_r7_the_days_of_a_fixed_part_are_named():
    steps = steps_of(contract(mission(starts_on=date(2021, 9, 1))), "Volet fixe")
    assert steps["Jours"] == "181 sur 365"
    assert steps["Mission"] == "Accès aux soins"


def test_r13_indicators_stand_between_the_rate_and_the_result():
    indicators = (
        IndicatorInput(amount=Decimal("10000.00"), scale=Scale.ACHIEVED, achieved=True),
        IndicatorInput(amount=Decimal("7500.00"), scale=Scale.ACHIEVED, achieved=False),
    )
    steps = steps_of(contract(mission(indicators={1: indicators})), "Volet variable")
    assert list(steps)[-5:] == ["Taux de réussite", "Indicateur 1", "Indicateur 2", "Résultat", "Règle"]
    spoken = [steps[f"Indicateur {number}"].replace("\u202f", " ").replace("\u00a0", " ") for number in (1, 2)]
    assert spoken == ["10 000,00 € sur 10 000,00 €", "0,00 € sur 7 500,00 €"]


def test_r13_a_named_indicator_says_what_was_measured_and_what_it_brought():
    """(67 000 − 66 111) ÷ (68 811 − 66 111) = 889 ÷ 2 700 = 32,925… %; 7 500 × 0,32925… = 2 469,44."""
    indicators = (
        IndicatorInput(
            amount=Decimal("10000.00"),
            scale=Scale.LEVELS,
            direction=Direction.DOWN,
            levels=(
                Level(threshold=Decimal(100), amount=Decimal(4000)),
                Level(threshold=Decimal(50), amount=Decimal(10000)),
            ),
            value=Decimal(62),
            label="Patients sans médecin traitant",
            unit="patients",
        ),
        IndicatorInput(
            amount=Decimal("7500.00"),
            scale=Scale.LINEAR,
            direction=Direction.UP,
            baseline=Decimal(66111),
            target=Decimal(68811),
            value=Decimal(67000),
            label="Actes hors horaires",
        ),
        IndicatorInput(
            amount=Decimal("0.00"), scale=Scale.LINEAR, direction=Direction.UP, target=Decimal(10), value=Decimal(5)
        ),
    )
    inputs = contract(mission(indicators={1: indicators}))
    lines = [line for part in breakdown(inputs, compute(inputs))[0].missions for line in part.lines]
    steps = {step.label: step for line in lines for step in line.steps}

    def told(label: str) -> tuple[str, str]:
        step = steps[label]
        return tuple(text.replace("\u202f", " ").replace("\u00a0", " ") for text in (step.value, step.detail))

    assert told("Patients sans médecin traitant") == (
        "4 000,00 € sur 10 000,00 €",
        "62 patients : palier « 100 patients et moins : 4 000,00 € ».",
    )
    assert told("Actes hors horaires") == (
        "2 469,44 € sur 7 500,00 €",
        "67 000, de 66 111 à 68 811 : 7 500,00 € × environ 32,93 %.",
    )
    assert told("Indicateur 3") == ("0,00 € sur 0,00 €", "5 pour une cible de 10 : 0,00 € × 50 %.")


def test_r11_a_bonus_names_the_line_it_raises():
    inputs = contract(mission(), agreement="aci-2021", size=4, members={1: 120})
    steps = steps_of(inputs, "Majoration de taille 4 (volet fixe)")
    assert steps["Ligne majorée"].startswith("110")


def test_r12_a_balance_waits_for_its_dialogue_and_r19_a_settlement_for_the_end():
    balance = payment_days(*computed(contract(mission(rates={1: Decimal(1)}), years=1)))[-1]
    assert {payment.condition for payment in balance.payments} == {
        "une fois clos le dialogue annuel de l’année 1, au plus tard le 1er mai 2022"
    }
    assert balance.latest_on == date(2022, 5, 1)
    ended = payment_days(*computed(contract(mission(), years=1, terminated_on=date(2022, 1, 10))))[-1]
    assert {payment.condition for payment in ended.payments} == {"à la fin du contrat"}


def test_a_line_has_one_name_everywhere():
    agreement = catalogue.agreement("aci-2021")
    assert line_label(agreement, (None, LineKind.OPERATING, None)) == "Fonctionnement"
    assert line_label(agreement, ("PREVENTION", LineKind.SIZE4_BONUS, LineKind.FIXED)) == (
        "Prévention, majoration de taille 4 (volet fixe)"
    )


def computed(inputs: ContractInputs):
    return inputs, compute(inputs)
