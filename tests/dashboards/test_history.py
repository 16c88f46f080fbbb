"""The history of a dossier: every room's traces, in the order of the facts, told in words."""

import pytest

from contracts.lifecycle import AmendmentChange
from contracts.lifecycle import Transition as ContractTransition
from core.dates import add_months
from core.enums import Side
from dashboards.history import COUNTED, WORDS, history_of
from dialogues import panels
from dialogues.lifecycle import Transition as DialogueTransition
from funding import actions as funding_actions
from funding.lifecycle import Transition as PaymentTransition
from funding.models import Payment
from health_projects.lifecycle import Transition as ProjectTransition
from indicators.lifecycle import ValueStep
from indicators.models import ValueTransition
from tests.utils import stories

CLOSED = "a donné la troisième approbation, qui clôt le dialogue"


def test_the_whole_story_is_told_the_latest_first(evaluated):
    entries = history_of(evaluated.contract)
    told = [entry.what for entry in entries]
    story = [
        "a envoyé le projet de santé à l’ARS",
        "a approuvé le projet de santé",
        "a ouvert la négociation",
        f"{CLOSED}\u00a0: dialogue de signature",
        "a envoyé le contrat à la signature",
        f"{CLOSED}\u00a0: dialogue de démarrage de mission, accès aux soins",
        f"{CLOSED}\u00a0: dialogue annuel, année 1",
    ]
    places = [told.index(words) for words in story]
    assert places == sorted(places, reverse=True)
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert told.count("a signé le contrat") == 3
    assert told.count("a consenti au contenu du contrat") == 3


def test_each_entry_says_who_and_for_which_party(evaluated):
    west = evaluated.world.west
    signatures = [entry for entry in history_of(evaluated.contract) if entry.what == "a signé le contrat"]
    assert {entry.side for entry in signatures} == {Side.CPTS, Side.ARS, Side.FUND}
    assert {entry.organisation for entry in signatures} == {west.cpts.name, west.ars.name, west.fund.name}
    assert all(entry.who for entry in signatures)


def test_a_series_of_payments_is_one_line_with_its_sum(evaluated, db):
    actor = evaluated.world.west.accountant.as_actor()
    with stories.at(add_months(stories.SIGNED_ON, 14)):
        due = list(Payment.objects.payable().filter(contract=evaluated.contract))
        for payment in due:
            funding_actions.order_payment(actor=actor, payment=payment)
        first = history_of(evaluated.contract)[0]
    assert len(due) > 1
    assert first.what.startswith(f"a ordonné {len(due)} versements (")


def test_a_value_is_told_with_the_indicator_that_it_measures(evaluated):
    entered = ValueTransition.objects.filter(
        subject__indicator__programme_mission__programme__contract_year__contract=evaluated.contract,
        transition=ValueStep.ENTER,
    )
    labels = {step.subject.indicator.label for step in entered}
    told = [entry.what for entry in history_of(evaluated.contract) if entry.what.startswith("a saisi")]
    assert len(labels) == 1
    assert told == [f"a saisi une valeur d’indicateur\u00a0: {labels.pop()}"]


@pytest.mark.parametrize(
    ("room", "transitions"),
    [
        ("project", ProjectTransition),
        ("contract", ContractTransition),
        ("amendment", AmendmentChange),
        ("dialogue", DialogueTransition),
        ("payment", PaymentTransition),
        ("value", ValueStep),
    ],
)
def test_every_transition_of_a_dossier_has_its_words(room, transitions):
    told = {name for known, name in COUNTED if known == room} | set(WORDS.get(room, ()))
    assert {transition.value for transition in transitions} <= told


def test_a_history_is_one_query(evaluated, reads):
    with reads() as found:
        history_of(evaluated.contract)
    assert len(found) == 1


def test_the_third_approval_is_told_once_by_the_closing(evaluated):
    told = [entry.what for entry in history_of(evaluated.contract)]
    closings = sum("troisième approbation" in what for what in told)
    assert closings
    assert sum(what.startswith("a approuvé le compte rendu") for what in told) == 2 * closings
    annual = evaluated.contract.dialogues.get(kind="ANNUAL")
    told = [entry.what for entry in panels.history_of(annual)]
    assert told.count("a approuvé le compte rendu") == 2
    assert told.count(CLOSED) == 1
