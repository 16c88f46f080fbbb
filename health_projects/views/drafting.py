"""Writing a project: its title, its sections, its missions."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from accounts.permissions import Act, may
from core import clock
from core.http import http_methods, posted, require, show, submit_form
from health_projects import actions, assemblers, forms, pages
from health_projects.enums import SectionKey
from health_projects.models import HealthProject
from health_projects.views.access import DETAIL, closed, writable


@http_methods("GET", "POST")
def project_create(request, template_name="health_projects/project_create.html"):
    require(may(request.actor, Act.DRAFT_PROJECT))
    initial = {"title": f"Projet de santé de la {request.actor.organisation_name}"}
    form = forms.ProjectForm(posted(request), actor=request.actor, initial=initial)
    if request.method == "POST":
        project = submit_form(request, form, actions.create_project, success="Le projet est ouvert : à vous d’écrire.")
        if project:
            return redirect(DETAIL, project.pk)
    return show(request, template_name, {"form": form})


@never_cache
@http_methods("GET", "POST")
def project_section(request, pk, key, template_name="health_projects/project_section.html"):
    key, project = section_key(key), writable(request, pk)
    if away := closed(request, project):
        return away
    form = section_form(request, project, key)
    saved = request.method == "POST" and submit_form(request, form, actions.save_section, project=project, key=key)
    if saved and not request.htmx:
        messages.success(request, f"La section « {key.label} » est enregistrée.")
        return redirect(DETAIL, pk)
    context = {
        "project": project,
        "key": key,
        "section": next(row for row in pages.section_views(project) if row.key == key),
        "asked": pages.standing_reason(project),
        "form": form,
        "saved_at": clock.now() if saved else None,
        "version": saved.lock_version if saved else request.POST.get("version", form.current_version),
        "fragment": "health_projects/partials/section_state.html",
    }
    return show(request, template_name, context)


def section_key(key: str) -> SectionKey:
    if key not in SectionKey.values:
        raise Http404
    return SectionKey(key)


def section_form(request, project: HealthProject, key: SectionKey) -> forms.SectionForm:
    row = project.sections.filter(key=key).first()
    text = row.text if row else ""
    return forms.SectionForm(
        posted(request),
        actor=request.actor,
        current_version=row.lock_version if row else 0,
        current_values={"text": text},
        initial={"text": text},
    )


@http_methods("GET", "POST")
def project_rename(request, pk, template_name="health_projects/project_rename.html"):
    project = writable(request, pk)
    if away := closed(request, project):
        return away
    form = title_form(request, project)
    if request.method == "POST" and submit_form(
        request, form, actions.rename_project, project=project, success="Le titre est enregistré."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "form": form})


def title_form(request, project: HealthProject) -> forms.TitleForm:
    return forms.TitleForm(
        posted(request),
        actor=request.actor,
        current_version=project.lock_version,
        current_values={"title": project.title},
        initial={"title": project.title},
    )


@http_methods("GET", "POST")
def project_missions(request, pk, template_name="health_projects/project_missions.html"):
    project = writable(request, pk)
    if away := closed(request, project):
        return away
    agreement = assemblers.agreement_today()
    form = forms.MissionsForm(
        posted(request),
        actor=request.actor,
        agreement=agreement,
        missions=project.missions,
        current_version=project.lock_version,
    )
    if request.method == "POST" and submit_form(
        request, form, actions.set_missions, project=project, success="Les missions sont enregistrées."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "form": form, "agreement": agreement})
