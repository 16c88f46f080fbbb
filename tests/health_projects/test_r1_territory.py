"""R1: the population that counts, the size that follows, and the communes that two territories share."""

import pytest
from django.core import mail

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from health_projects import actions
from health_projects.assemblers import territory_of, unaccepted_overlaps
from tests.health_projects.conftest import ENOUGH, complete, make_cpts
from tests.utils.reading import plain


def choose(ours, draft, codes):
    actions.set_communes(actor=ours.coordinator, project=draft, codes=codes)
    return territory_of(draft)


def test_r1_the_population_is_the_sum_with_its_year(ours, draft):
    territory = choose(ours, draft, ["69027", "69141"])
    assert (territory.population, territory.year, territory.size) == (33_000, 2023, 1)
    assert territory.source == "populations municipales 2023, Insee"
    assert (territory.next_size, territory.to_next_size) == (2, 7_000)
    assert territory.warnings == ()


def test_r1_below_20_000_a_warning_never_an_error(ours, draft):
    territory = choose(ours, draft, ["69043"])
    assert territory.size == 1
    assert "inférieure à 20 000 habitants" in plain(territory.warnings[0])


def test_r1_the_largest_size_has_no_next_one(ours, draft):
    territory = choose(ours, draft, ["69123"])
    assert (territory.size, territory.next_size, territory.to_next_size) == (4, None, None)


def test_r1_an_unpublished_population_is_not_zero(ours, draft):
    territory = choose(ours, draft, ["69027", "55039"])
    assert (territory.population, territory.size) == (None, None)
    assert any("Beaumont-en-Verdunois" in sentence for sentence in territory.warnings)
    assert any("plusieurs régions" in sentence for sentence in territory.warnings)


def test_r1_an_agreed_population_replaces_the_sum(ours, draft):
    choose(ours, draft, ["69027", "55039"])
    actions.set_agreed_population(
        actor=ours.coordinator, project=draft, population=41_000, source="Étude 2025", reason="Saison."
    )
    draft.refresh_from_db()
    territory = territory_of(draft)
    assert (territory.population, territory.size, territory.is_agreed) == (41_000, 2, True)
    assert (territory.source, territory.reason) == ("Étude 2025", "Saison.")


def test_r1_an_empty_territory_has_no_population(draft):
    territory = territory_of(draft)
    assert (territory.population, territory.size, territory.commune_count) == (None, None, 0)


# Overlaps


@pytest.fixture
def sharing(ours, draft, their_project):
    """Our draft, on a commune of their submitted project."""
    actions.set_communes(actor=ours.coordinator, project=draft, codes=["69027", "69043"])
    return draft


def test_r1_a_shared_commune_is_said_to_the_cpts_with_a_name_and_nothing_else(ours, sharing, their_project):
    (row,) = actions.overlapping_projects(actor=ours.coordinator, project=sharing)
    assert (row.cpts, row.communes, row.codes) == ("CPTS du Canari", ("Chaponost",), ("69043",))
    assert not row.is_accepted


def test_r1_an_arrondissement_overlaps_its_whole_commune(ours, theirs, draft):
    other = complete(theirs, actions.create_project(actor=theirs.coordinator), codes=["69123"])
    actions.submit_project(actor=theirs.coordinator, project=other)
    actions.set_communes(actor=ours.coordinator, project=draft, codes=["69381"])
    (row,) = actions.overlapping_projects(actor=ours.coordinator, project=draft)
    assert row.communes == ("Lyon 1er Arrondissement",)


def test_r1_both_cpts_are_warned(ours, theirs, their_project, sharing, django_capture_on_commit_callbacks):
    assert actions.overlapping_projects(actor=theirs.coordinator, project=their_project) == []
    complete(ours, sharing, codes=["69027", "69043", "69141"])
    with django_capture_on_commit_callbacks(execute=True):
        actions.submit_project(actor=ours.coordinator, project=sharing)
    (row,) = actions.overlapping_projects(actor=theirs.coordinator, project=their_project)
    assert (row.cpts, row.communes) == ("CPTS des Trois Rives", ("Chaponost",))
    told = [message for message in mail.outbox if message.to == ["camille.canari@exemple.test"]]
    assert "Chaponost" in told[0].body
    assert "Brignais" not in told[0].body


def test_r1_a_draft_never_sent_is_seen_by_nobody_else(theirs, their_project, sharing):
    assert actions.overlapping_projects(actor=theirs.coordinator, project=their_project) == []


def test_r1_an_opposed_project_overlaps_nothing(ours, theirs, their_project, sharing):
    actions.oppose(actor=theirs.ars_officer, project=their_project, ground="TERRITORY", reason="Non.")
    assert actions.overlapping_projects(actor=ours.coordinator, project=sharing) == []


def test_r1_the_approved_version_counts_while_the_next_is_written(ours, theirs, their_project, sharing):
    actions.approve(actor=theirs.ars_officer, project=their_project)
    version = actions.new_version(actor=theirs.coordinator, project=their_project)
    actions.set_communes(actor=theirs.coordinator, project=version, codes=ENOUGH)
    actions.submit_project(actor=theirs.coordinator, project=version)
    (row,) = actions.overlapping_projects(actor=ours.coordinator, project=sharing)
    assert (row.other, row.communes) == (their_project.pk, ("Chaponost",))


def test_r1_the_fund_and_strangers_are_told_nothing(ours, theirs, sharing):
    complete(ours, sharing, codes=["69027", "69043", "69141"])
    actions.submit_project(actor=ours.coordinator, project=sharing)
    for actor in (ours.fund_officer, ours.observer, theirs.coordinator, theirs.ars_officer):
        assert actions.overlapping_projects(actor=actor, project=sharing) == []
    assert actions.overlapping_projects(actor=ours.ars_officer, project=sharing)


def test_r1_reading_an_overlap_is_in_the_journal_once_a_day(ours, sharing, on_day):
    events = AuditEvent.objects.filter(action=actions.OVERLAP_READ)
    for _ in range(2):
        actions.overlapping_projects(actor=ours.coordinator, project=sharing)
    assert events.count() == 1
    assert events.get().after == {"cpts": ["CPTS du Canari"], "communes": [["69043"]]}
    actions.overlapping_projects(actor=ours.reader, project=sharing)
    assert events.count() == 2


@pytest.fixture
def shared(ours, sharing):
    complete(ours, sharing, codes=["69027", "69043", "69141"])
    actions.submit_project(actor=ours.coordinator, project=sharing)
    sharing.refresh_from_db()
    return sharing


def test_r1_the_ars_accepts_an_overlap_with_a_reason(ours, shared, their_project):
    assert unaccepted_overlaps(shared) == ["Chaponost"]
    accept = {"project": shared, "other": their_project.pk}
    with pytest.raises(NotAllowed):
        actions.accept_overlap(actor=ours.coordinator, reason="Oui.", **accept)
    with pytest.raises(DomainError, match="pourquoi"):
        actions.accept_overlap(actor=ours.ars_officer, reason=" ", **accept)
    actions.accept_overlap(actor=ours.ars_officer, reason="Deux bassins de vie.", **accept)
    assert unaccepted_overlaps(shared) == []
    (row,) = actions.overlapping_projects(actor=ours.coordinator, project=shared)
    assert (row.is_accepted, row.reason) == (True, "Deux bassins de vie.")


def test_r1_another_shared_commune_asks_for_another_acceptance(ours, theirs, shared, their_project):
    actions.accept_overlap(
        actor=ours.ars_officer, project=shared, other=their_project.pk, reason="Deux bassins de vie."
    )
    their_project.communes.add("69141")
    assert unaccepted_overlaps(shared) == ["Chaponost", "Mornant"]


def test_r1_an_acceptance_by_the_same_ars_holds_for_both(ours, shared):
    neighbour = make_cpts("voisine", "CPTS voisine", ours.ars, ours.fund)
    project = neighbour.health_projects.create(title="Voisin", cpts=neighbour)
    project.communes.add("69027")
    assert unaccepted_overlaps(project) == ["Brignais"]
    # The neighbour's draft is not under review: what is accepted is our side of it, seen from there.
    neighbour.health_projects.filter(pk=project.pk).update(
        status="APPROVED", decision="EXPLICIT", decided_on="2026-03-16", first_submitted_at="2026-01-16T10:00Z"
    )
    actions.accept_overlap(actor=ours.ars_officer, project=shared, other=project.pk, reason="Convenu.")
    assert unaccepted_overlaps(project) == []


def test_r1_what_is_not_shared_is_not_accepted(ours, submitted, their_project):
    with pytest.raises(DomainError, match="commune en commun"):
        actions.accept_overlap(actor=ours.ars_officer, project=submitted, other=their_project.pk, reason="Oui.")
