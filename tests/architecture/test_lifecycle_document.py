"""docs/lifecycle.md has a table per lifecycle, and each is the table of the code."""

import pytest

from contracts.lifecycle import AMENDMENT_RULES
from contracts.lifecycle import RULES as CONTRACT
from dialogues.lifecycle import RULES as DIALOGUE
from funding.lifecycle import RULES as PAYMENT
from health_projects.lifecycle import RULES as PROJECT
from indicators.lifecycle import PROGRAMME_RULES, VALUE_RULES
from tests.utils.lifecycle import coded, documented, sections

TABLES = {
    "Projet de santé": PROJECT,
    "Programme": PROGRAMME_RULES,
    "Valeur d’indicateur": VALUE_RULES,
    "Contrat": CONTRACT,
    "Avenant": AMENDMENT_RULES,
    "Dialogue": DIALOGUE,
    "Versement": PAYMENT,
}


def test_each_lifecycle_has_its_section():
    assert sections() == list(TABLES)


@pytest.mark.parametrize("section", TABLES)
def test_the_document_says_what_the_code_does(section):
    assert documented(section) == coded(TABLES[section])
