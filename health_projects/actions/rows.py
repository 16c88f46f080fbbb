"""What the actions share: the row as it is now, and mails that leave with the transaction."""

from collections.abc import Callable
from functools import partial

from django.db import transaction

from core.actor import Actor
from core.errors import NotAllowed
from health_projects.models import HealthProject


def locked(actor: Actor, project: HealthProject) -> HealthProject:
    """Return the row as it is now, locked; NotAllowed when the actor does not see it."""
    rows = HealthProject.objects.visible_to(actor).select_for_update(of=("self",))
    row = rows.select_related("cpts__ars", "cpts__fund").filter(pk=project.pk).first()
    if row is None:
        raise NotAllowed("Ce projet n’est pas celui de votre organisation.")
    return row


def notify(event: Callable, project: HealthProject, *details) -> None:
    """Send the mails of an event (`notifications`) once the transaction is kept."""
    transaction.on_commit(partial(event, project, *details))
