"""What the pages of a project may reach: a project in scope, one that the actor writes, or the reason why not."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from accounts.permissions import Act, may
from core.http import require
from health_projects import permissions
from health_projects.models import HealthProject

DETAIL, TERRITORY = "health_projects:project_detail", "health_projects:project_territory"


def scoped(request, pk) -> HealthProject:
    """Return the project of this key if the actor sees it, else 404."""
    rows = HealthProject.objects.visible_to(request.actor).select_related("cpts__ars", "cpts__fund")
    return get_object_or_404(rows, pk=pk)


def writable(request, pk) -> HealthProject:
    """Return a project whose writer the actor is, else 404 or 403; its state is checked by the action."""
    project = scoped(request, pk)
    require(may(request.actor, Act.DRAFT_PROJECT))
    return project


def closed(request, project):
    """Return where to go instead of an editing page when the project is not a draft, else None."""
    if request.method == "POST" or permissions.can_edit(request.actor, project):
        return None
    messages.info(request, f"Ce projet est à l’état « {project.status.label} » : il ne se modifie pas.")
    return redirect(DETAIL, project.pk)
