"""The journal keeps codes and speaks French: no code is written that no room has put into words."""

import ast
from collections.abc import Iterator

from accounts.adapters import ANOTHER_EVENT, SECURITY_EVENTS
from contracts.lifecycle import AmendmentChange
from contracts.lifecycle import Transition as ContractChange
from core import journal
from dialogues.lifecycle import Transition as DialogueChange
from funding.lifecycle import Transition as PaymentChange
from health_projects.lifecycle import Transition as ProjectChange
from indicators.lifecycle import ProgrammeTransition
from tests.architecture.sources import sources

COMPOSED = {
    "contract.": ContractChange,
    "contract.amendment_": AmendmentChange,
    "dialogue.": DialogueChange,
    "health_project.": ProjectChange,
    "payment.": PaymentChange,
    "programme.": ProgrammeTransition,
}


def codes_written() -> Iterator[ast.expr]:
    """Yield the code of each call of `record`, as the source writes it."""
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"record", "audit.record"}:
                yield node.args[1]


def test_each_code_is_put_into_words():
    written = list(codes_written())
    plain = {code.value for code in written if isinstance(code, ast.Constant)}
    branches = [branch for code in written if isinstance(code, ast.IfExp) for branch in (code.body, code.orelse)]
    plain |= {branch.value for branch in branches}
    plain |= {code for code, _sentence in [*SECURITY_EVENTS.values(), ANOTHER_EVENT]}
    assert len(plain) > 60 and plain - journal.words().keys() == set()


def test_each_transition_is_put_into_words():
    composed = [code for code in codes_written() if isinstance(code, ast.JoinedStr)]
    prefixes = {code.values[0].value for code in composed}
    assert prefixes == COMPOSED.keys()
    codes = {f"{prefix}{change.value}" for prefix, changes in COMPOSED.items() for change in changes}
    assert codes - journal.words().keys() == set()


def test_words_follow_a_name():
    assert [words for words in journal.words().values() if not words.startswith("a ") or words.endswith(".")] == []
