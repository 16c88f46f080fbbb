"""The journal keeps codes and speaks French: no code is written that no room has put into words."""

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from accounts.adapters import ANOTHER_EVENT, SECURITY_EVENTS
from contracts.lifecycle import AmendmentChange
from contracts.lifecycle import Transition as ContractChange
from core import journal
from dialogues.lifecycle import Transition as DialogueChange
from funding.lifecycle import Transition as PaymentChange
from health_projects.actions.overlaps import OVERLAP_READ
from health_projects.lifecycle import Transition as ProjectChange
from indicators.lifecycle import ProgrammeTransition
from tests.architecture.sources import ROOMS, sources

COMPOSED = {
    "contract.": ContractChange,
    "contract.amendment_": AmendmentChange,
    "dialogue.": DialogueChange,
    "health_project.": ProjectChange,
    "payment.": PaymentChange,
    "programme.": ProgrammeTransition,
}


def calls_of_record() -> Iterator[ast.Call]:
    """Yield each call of `record`, as the source writes it."""
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"record", "audit.record"}:
                yield node


def codes_written() -> Iterator[ast.expr]:
    for call in calls_of_record():
        yield call.args[1]


def keys_written() -> set[str]:
    """Return the names that entries keep, where a call of `record` spells them."""
    kept = [keyword.value for call in calls_of_record() for keyword in call.keywords]
    spelled = [node for value in kept for node in ast.walk(value) if isinstance(node, ast.Dict)]
    return {key.value for node in spelled for key in node.keys if isinstance(key, ast.Constant)}


def test_each_name_kept_is_french():
    """A name that no kind of object has for a field would be shown as the code spells it."""
    fields = {field.name for model in apps.get_models() for field in model._meta.concrete_fields}
    written = keys_written()
    assert len(written) > 40 and written - journal.names().keys() - fields == set()


def test_no_entry_keeps_an_identifier_where_a_name_would_be_read():
    kept = [
        keyword.value for call in calls_of_record() for keyword in call.keywords if keyword.arg in ("before", "after")
    ]
    told = [value for node in kept for part in ast.walk(node) if isinstance(part, ast.Dict) for value in part.values]
    attributes = [ast.unparse(value) for value in told if isinstance(value, ast.Attribute)]
    assert attributes and [name for name in attributes if name.endswith((".pk", "_id"))] == []


def test_two_rooms_give_one_name_to_what_they_both_keep():
    rooms = [import_module(f"{room}.journal") for room in ROOMS if find_spec(f"{room}.journal")]
    told = {(key, name) for room in rooms for key, name in getattr(room, "FIELDS", {}).items()}
    assert len(told) == len(journal.names())


def test_each_code_is_put_into_words():
    written = list(codes_written())
    named = {code.id: code for code in written if isinstance(code, ast.Name)}
    assert named.keys() == {"OVERLAP_READ", "action"}  # of accounts.adapters, below
    assert OVERLAP_READ in journal.words()
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
