"""Territories that overlap (R1): read across tenants, under trace, and accepted."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.permissions import Act, check
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError
from core.models import AuditEvent
from health_projects import permissions
from health_projects.actions.rows import locked
from health_projects.assemblers import Overlap, shared_territories
from health_projects.models import HealthProject, TerritoryOverlap

OVERLAP_READ = "health_project.read_overlaps"


@transaction.atomic
def overlapping_projects(*, actor: Actor, project: HealthProject) -> list[Overlap]:
    """R1: return the names of the other CPTS that share communes with this project, and these communes.

    One of the two reads that cross tenants (design §1): it checks that the actor sees the project, and leaves
    an event in the journal once a day for each person and project, when there is something to see.
    """
    visible = HealthProject.objects.visible_to(actor).filter(pk=project.pk).exists()
    if not visible or not permissions.sees_overlaps(actor):
        return []
    found = shared_territories(project)
    if found and not _already_read(actor, project):
        after = {"cpts": [row.cpts for row in found], "communes": [row.codes for row in found]}
        audit.record(actor, OVERLAP_READ, project, after=after)
    return found


@transaction.atomic
def accept_overlap(*, actor: Actor, project: HealthProject, other, reason: str) -> TerritoryOverlap:
    """R1: accept, with a reason, that this project and the project of key `other` share these communes."""
    check(actor, Act.ACCEPT_OVERLAP)
    project = locked(actor, project)
    if not reason.strip():
        raise DomainError("Indiquez pourquoi ce chevauchement est accepté.", field="reason")
    row = next((row for row in shared_territories(project) if row.other == other), None)
    if row is None:
        raise DomainError("Ces deux territoires n’ont pas, ou plus, de commune en commun.")
    acceptance, _created = TerritoryOverlap.objects.update_or_create(
        project=project,
        other_id=other,
        defaults={
            "accepted_at": clock.now(),
            "accepted_by_name": actor.label,
            "reason": reason.strip(),
            "accepted_codes": list(row.codes),
        },
    )
    audit.record(
        actor,
        "health_project.accept_overlap",
        project,
        after={"other": other, "communes": row.codes, "reason": acceptance.reason},
    )
    return acceptance


def _already_read(actor: Actor, project: HealthProject) -> bool:
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return AuditEvent.objects.filter(
        object_type=project._meta.label,
        object_id=str(project.pk),
        action=OVERLAP_READ,
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        at__gte=midnight,
        at__lt=midnight + timedelta(days=1),
    ).exists()
