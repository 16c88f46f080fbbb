"""What the database refuses, whatever the code does."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from core import clock
from health_projects.models import HealthProject, ProjectSubmission, ProjectTransition, TerritoryOverlap

REFUSED = [
    ("health_projects_submitted_has_clock", {"status": "SUBMITTED"}),
    ("health_projects_decided_has_date", {"status": "APPROVED", "decision": "EXPLICIT"}),
    ("health_projects_decided_has_date", {"decided_on": date(2026, 1, 1)}),
    ("health_projects_approval_is_explicit_or_tacit", {"status": "APPROVED", "decided_on": date(2026, 1, 1)}),
    ("health_projects_approval_is_explicit_or_tacit", {"decision": "TACIT"}),
    ("health_projects_opposition_has_ground", {"status": "OPPOSED", "decided_on": date(2026, 1, 1)}),
    ("health_projects_opposition_has_ground", {"opposition_ground": "TERRITORY"}),
    ("health_projects_agreed_population_explained", {"agreed_population": 30_000}),
]


@pytest.mark.parametrize(("constraint", "values"), REFUSED)
def test_a_project_keeps_its_facts_together(draft, constraint, values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        HealthProject.objects.filter(pk=draft.pk).update(**values)


def test_a_cpts_has_one_version_in_progress(draft):
    with pytest.raises(IntegrityError, match=r"one_open_version|health_projects_healthproject\.cpts_id"):
        HealthProject.objects.create(cpts=draft.cpts, version_number=2, title="Deuxième")


def test_a_refusal_without_reason_is_not_kept(draft):
    values = {"subject": draft, "source": "SUBMITTED", "target": "OPPOSED", "side": "ARS", "at": clock.now()}
    with pytest.raises(IntegrityError, match="health_projects_reason_when_refused"):
        ProjectTransition.objects.create(transition="oppose", user_name="Paul", **values)


def test_an_overlap_is_accepted_with_a_reason(draft, their_project):
    with pytest.raises(IntegrityError, match="health_projects_overlap_accepted_with_reason"):
        TerritoryOverlap.objects.create(project=draft, other=their_project, accepted_at=clock.now())


def test_a_project_does_not_overlap_itself(draft):
    with pytest.raises(IntegrityError, match="health_projects_overlap_with_another"):
        TerritoryOverlap.objects.create(project=draft, other=draft)


def test_a_submission_never_changes(submitted):
    with pytest.raises(DatabaseError, match="cette table ne se modifie pas"), transaction.atomic():
        ProjectSubmission.objects.filter(project=submitted).update(content_hash="0" * 64)
    with pytest.raises(DatabaseError, match="cette table ne se modifie pas"), transaction.atomic():
        ProjectSubmission.objects.filter(project=submitted).delete()
