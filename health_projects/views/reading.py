"""Reading health projects: the list, a project, two of its versions side by side."""

from django.urls import reverse

from core.actor import Actor
from core.enums import Side
from core.http import http_methods, logs_reads, show
from core.tables import table_response
from health_projects import actions, pages
from health_projects.filters import ProjectFilter
from health_projects.models import HealthProject
from health_projects.tables import OwnProjectTable, ProjectTable
from health_projects.views.access import scoped


@http_methods("GET")
def project_list(request, template_name="health_projects/project_list.html"):
    is_cpts, context = request.actor.side == Side.CPTS, pages.list_context(request.actor)
    rows = HealthProject.objects.visible_to(request.actor).with_figures().select_related("cpts")
    return table_response(
        request,
        queryset=rows.order_by("-version_number") if is_cpts else rows.waiting_first(),
        table_class=OwnProjectTable if is_cpts else ProjectTable,
        filterset_class=None if is_cpts else ProjectFilter,
        template_name=template_name,
        table_options=first_step(request.actor, context),
        context=context,
    )


def first_step(actor: Actor, context: dict) -> dict:
    """Return what an empty list says: the button to who may write the first project, to others who does it."""
    if actor.side != Side.CPTS:
        return {}
    if not context.get("can_create"):
        return {"empty_text": "La coordination ou la présidence de votre CPTS le rédige, puis l’envoie à l’ARS."}
    return {"empty_url": reverse("health_projects:project_create"), "empty_label": "Rédiger le projet de santé"}


@logs_reads
@http_methods("GET")
def project_detail(request, pk, template_name="health_projects/project_detail.html"):
    project = scoped(request, pk)
    overlaps = actions.overlapping_projects(actor=request.actor, project=project)
    return show(request, template_name, pages.detail_context(request.actor, project, overlaps))


@http_methods("GET")
def project_compare(request, pk, template_name="health_projects/project_compare.html"):
    project = scoped(request, pk)
    context = pages.compare_context(request.actor, project, request.GET.get("avant", ""), request.GET.get("apres", ""))
    return show(request, template_name, context)
