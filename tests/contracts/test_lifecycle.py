"""The table of the lifecycle: what the document says, what the code refuses."""

from pathlib import Path

import pytest
from django.conf import settings

from contracts.enums import ContractStatus
from contracts.lifecycle import RULES, WORDS, Transition, available, target_of
from core.enums import PARTIES, Side
from core.errors import DomainError, TransitionNotAllowed


def documented_rules() -> set[tuple[str, str, str, str, str]]:
    text = Path(settings.BASE_DIR / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    section = text.split("\n## Contrat\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return {tuple(cell.strip() for cell in row) for row in rows[2:]}


def test_the_document_shows_the_table_of_the_code():
    code = {
        (
            name.value,
            ", ".join(status.value for status in ContractStatus if status in rule.sources),
            rule.target.value,
            ", ".join(side.value for side in rule.sides),
            "oui" if rule.comment_required else "non",
        )
        for name, rule in RULES.items()
    }
    assert documented_rules() == code


def test_each_transition_has_its_words_in_the_history():
    assert set(WORDS) == set(RULES)


@pytest.mark.parametrize("name", list(Transition))
@pytest.mark.parametrize("status", list(ContractStatus))
@pytest.mark.parametrize("side", [*PARTIES, Side.NATIONAL, Side.BACK_OFFICE, Side.SYSTEM])
def test_a_transition_is_refused_from_any_other_state_or_side(name, status, side):
    rule = RULES[name]
    if status in rule.sources and side in rule.sides:
        assert target_of(name, status=status, side=side, comment="Une raison") == rule.target
        assert name in available(status, side)
    else:
        with pytest.raises(TransitionNotAllowed):
            target_of(name, status=status, side=side, comment="Une raison")
        assert name not in available(status, side)


def test_a_refusal_without_a_reason_is_refused():
    with pytest.raises(DomainError) as refused:
        target_of(Transition.REFUSE_SIGNATURE, status=ContractStatus.SIGNING, side=Side.ARS, comment="  ")
    assert refused.value.field == "reason"


def test_a_final_state_leads_nowhere():
    for status in (ContractStatus.EXPIRED, ContractStatus.TERMINATED, ContractStatus.ABANDONED):
        assert not any(available(status, side) for side in Side)
