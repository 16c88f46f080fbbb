"""What the annual annex prints beside the results: the deliverables of the year, deposited or not."""

import pytest
from django.template.loader import render_to_string

from dialogues.assemblers import annex_payload
from dialogues.enums import DialogueKind
from documents.models import StoredFile
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db


def test_r13a_the_annex_lists_the_deliverables_of_each_mission_deposited_or_not(evaluated):
    contract = evaluated.contract
    missions = contract.years.get(number=1).programme.missions
    running = missions.filter(active_from__isnull=False).first()
    action = running.actions.create(title="Coordonner", position=90)
    for position, (label, file) in enumerate(
        [("Convention signée", StoredFile.objects.first()), ("Charte", StoredFile.objects.last()), ("Bilan", None)]
    ):
        action.deliverables.create(label=label, position=position, file=file)
    idle = missions.filter(active_from__isnull=True).first()
    if idle:  # a mission that has not started prints nothing
        idle.actions.create(title="Plus tard", position=90).deliverables.create(label="Plan à venir", position=1)

    dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1)
    payload = annex_payload(dialogue, contract.statements.get(year=1))
    told = next(row for row in payload["results"] if row["label"] == running.label)
    assert told["deposited"][-2:] == ["Convention signée", "Charte"] and told["undeposited"][-1] == "Bilan"
    page = plain(render_to_string("dialogues/pdf/annual_annex.html", payload))
    assert f"{running.label}, livrables déposés : " in page and "Convention signée ; Charte." in page
    assert f"{running.label}, livrables non déposés : " in page and "Bilan." in page
    assert "Plan à venir" not in str(payload["results"])
