"""The tables of the code are those of docs/lifecycle.md."""

import re
from pathlib import Path

import pytest

from core.enums import Side
from core.errors import DomainError, TransitionNotAllowed
from indicators.enums import ProgrammeStatus, ValueStatus
from indicators.lifecycle import PROGRAMME_RULES, VALUE_RULES, ProgrammeTransition, ValueStep, target_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "lifecycle.md"


def rows_of(section: str) -> list[tuple[str, ...]]:
    text = DOCUMENT.read_text(encoding="utf-8")
    part = re.search(rf"(?ms)^## {section}$(.*?)(?=^## |\Z)", text).group(1)
    rows = [tuple(cell.strip() for cell in line.strip("|\n ").split("|")) for line in part.splitlines() if "|" in line]
    return rows[2:]


def rows_of_code(rules) -> list[tuple[str, ...]]:
    return [
        (
            str(transition.value),
            ", ".join(sorted(rule.sources)),
            str(rule.target.value),
            ", ".join(side.value for side in rule.sides),
            "oui" if rule.comment_required else "non",
        )
        for transition, rule in rules.items()
    ]


@pytest.mark.parametrize(("section", "rules"), [("Programme", PROGRAMME_RULES), ("Valeur d’indicateur", VALUE_RULES)])
def test_the_document_says_what_the_code_does(section, rules):
    assert rows_of(section) == rows_of_code(rules)


def test_every_transition_has_its_rule():
    assert set(PROGRAMME_RULES) == set(ProgrammeTransition)
    assert set(VALUE_RULES) == set(ValueStep)


@pytest.mark.parametrize(
    ("transition", "status"),
    [
        (ProgrammeTransition.REOPEN, ProgrammeStatus.OPEN),
        (ProgrammeTransition.OPEN, ProgrammeStatus.DRAFT),
        (ProgrammeTransition.CLOSE, ProgrammeStatus.AGREED),
        (ProgrammeTransition.AGREE, ProgrammeStatus.CLOSED),
        (ValueStep.CONFIRM, ValueStatus.CONTESTED),
        (ValueStep.CONTEST, ValueStatus.CONTESTED),
    ],
)
def test_a_wrong_state_is_refused_with_a_sentence(transition, status):
    with pytest.raises(TransitionNotAllowed, match=r"\.$"):
        target_of(transition, status=status, side=Side.CPTS, comment="raison")


def test_an_observer_moves_nothing():
    with pytest.raises(TransitionNotAllowed):
        target_of(ValueStep.CONFIRM, status=ValueStatus.ENTERED, side=Side.NATIONAL)


def test_contesting_asks_for_the_reason():
    with pytest.raises(DomainError) as refusal:
        target_of(ValueStep.CONTEST, status=ValueStatus.ENTERED, side=Side.ARS, comment="  ")
    assert refusal.value.field == "reason"
