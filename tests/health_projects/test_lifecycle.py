"""The lifecycle of a health project: the table, and docs/lifecycle.md that shows it to people."""

from pathlib import Path

import pytest
from django.conf import settings

from core.enums import Side
from core.errors import TransitionNotAllowed
from health_projects.enums import ProjectStatus
from health_projects.lifecycle import RULES, Transition, available, check_new_version, target_of

OTHER_SIDES = {transition: [side for side in Side if side not in rule.sides] for transition, rule in RULES.items()}


def documented() -> dict[str, tuple]:
    text = Path(settings.BASE_DIR, "docs", "lifecycle.md").read_text("utf-8")
    section = text.split("## Projet de santé\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return {row[0].strip(): tuple(cell.strip() for cell in row[1:]) for row in rows}


def test_the_document_says_what_the_table_does():
    table = {
        transition.value: (
            ", ".join(sorted(rule.sources)),
            rule.target.value,
            ", ".join(sorted(rule.sides)),
            "oui" if rule.comment_required else "non",
        )
        for transition, rule in RULES.items()
    }
    assert documented() == table


def test_every_transition_has_a_rule():
    assert set(RULES) == set(Transition)


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("status", ProjectStatus)
def test_a_transition_leaves_only_its_sources(transition, status):
    rule = RULES[transition]
    side = next(iter(rule.sides))
    if status in rule.sources:
        assert target_of(transition, status=status, side=side, comment="Raison.") == rule.target
        assert transition in available(status, side)
    else:
        with pytest.raises(TransitionNotAllowed, match="n’est plus possible"):
            target_of(transition, status=status, side=side, comment="Raison.")
        assert transition not in available(status, side)


@pytest.mark.parametrize(("transition", "sides"), OTHER_SIDES.items())
def test_only_its_sides_may_do_a_transition(transition, sides):
    (status,) = RULES[transition].sources
    for side in sides:
        with pytest.raises(TransitionNotAllowed, match="Votre organisation"):
            target_of(transition, status=status, side=side, comment="Raison.")


@pytest.mark.parametrize("transition", [t for t, rule in RULES.items() if rule.comment_required])
def test_what_refuses_needs_a_reason(transition):
    (status,), (side,) = RULES[transition].sources, RULES[transition].sides
    with pytest.raises(TransitionNotAllowed, match="Indiquez la raison"):
        target_of(transition, status=status, side=side, comment="  ")


def test_nothing_leaves_approved_and_opposed_but_another_version():
    for status in (ProjectStatus.APPROVED, ProjectStatus.OPPOSED):
        assert all(status not in rule.sources for rule in RULES.values())
        check_new_version(status)


@pytest.mark.parametrize("status", [ProjectStatus.DRAFT, ProjectStatus.SUBMITTED, ProjectStatus.CHANGES_REQUESTED])
def test_another_version_waits_for_the_decision(status):
    with pytest.raises(TransitionNotAllowed, match="nouvelle version"):
        check_new_version(status)
