"""Pages of the health projects room."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.permissions import Act, may
from core import clock
from core.actor import Actor
from core.enums import Side
from core.http import attempt, back_to, http_methods, logs_reads, posted, require, show, submit_form
from core.tables import table_response
from health_projects import actions, assemblers, forms, pages, permissions
from health_projects.enums import SectionKey
from health_projects.filters import ProjectFilter
from health_projects.models import HealthProject
from health_projects.tables import OwnProjectTable, ProjectTable
from territories.assemblers import find_places
from territories.models import Commune
from territories.rules import parse_insee_codes

DETAIL = "health_projects:project_detail"
TERRITORY = "health_projects:project_territory"


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


def title_form(request, project: HealthProject) -> forms.TitleForm:
    return forms.TitleForm(
        posted(request),
        actor=request.actor,
        current_version=project.lock_version,
        current_values={"title": project.title},
        initial={"title": project.title},
    )


def population_form(request, project: HealthProject) -> forms.PopulationForm:
    values = {
        "population": project.agreed_population,
        "source": project.agreed_population_source,
        "reason": project.agreed_population_reason,
    }
    return forms.PopulationForm(
        posted(request),
        actor=request.actor,
        current_version=project.lock_version,
        current_values=values,
        initial=values,
    )


def first_step(actor: Actor, context: dict) -> dict:
    """Return what an empty list says: the button to who may write the first project, to others who does it."""
    if actor.side != Side.CPTS:
        return {}
    if not context.get("can_create"):
        return {"empty_text": "La coordination ou la présidence de votre CPTS le rédige, puis l’envoie à l’ARS."}
    return {"empty_url": reverse("health_projects:project_create"), "empty_label": "Rédiger le projet de santé"}


# Reading


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


# Drafting


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


@http_methods("POST")
@back_to(DETAIL)
def project_comment(request, pk, key):
    project, form = scoped(request, pk), forms.CommentForm(request.POST)
    require(permissions.may_comment(request.actor))
    saved = submit_form(
        request,
        form,
        actions.comment_section,
        project=project,
        part=section_key(key),
        success="Votre commentaire est ajouté.",
    )
    if saved is None:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(f"{pages.detail_url(project)}#section-{key}")


@logs_reads
@never_cache
@http_methods("GET")
def project_territory(request, pk, template_name="health_projects/project_territory.html"):
    project = writable(request, pk)
    if away := closed(request, project):
        return away
    return picker(request, project, template_name)


@http_methods("POST")
def territory_add(request, pk):
    project = writable(request, pk)
    siren = request.POST.get("epci")
    if siren:
        attempt(request, actions.add_epci, project=project, siren=siren)
    else:
        attempt(request, actions.add_communes, project=project, codes=request.POST.getlist("code"))
    return redirect(pages.picker_url(project, request.POST.get("q", "")))


@logs_reads
@http_methods("POST")
def territory_paste(request, pk, template_name="health_projects/project_territory.html"):
    project, form = writable(request, pk), forms.PasteForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return picker(request, project, template_name, paste_form=form)
    parsed = parse_insee_codes(form.cleaned_data["codes"])
    resolution = Commune.objects.resolve(parsed.codes)
    codes = [commune.code for commune in resolution.communes]
    added = attempt(request, actions.add_communes, project=project, codes=codes)
    refused = pages.refused_codes(parsed, resolution)
    if added is not None and not refused.words:
        messages.success(request, pages.pasted_sentence(len(codes)))
        return redirect(TERRITORY, pk)
    words, read_count = (refused.words, len(codes)) if added is not None else (form.cleaned_data["codes"], 0)
    again = forms.PasteForm(initial={"codes": words}, actor=request.actor)
    shown = refused if refused.words else None
    return picker(request, project, template_name, paste_form=again, refused=shown, read_count=read_count)


@http_methods("POST")
def territory_remove(request, pk):
    project = writable(request, pk)
    attempt(request, actions.remove_communes, project=project, codes=request.POST.getlist("code"))
    return redirect(pages.picker_url(project, request.POST.get("q", "")))


@http_methods("POST")
def territory_clear(request, pk):
    project = writable(request, pk)
    attempt(request, actions.set_communes, project=project, codes=[], success="Le territoire est vide.")
    return redirect(TERRITORY, pk)


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


@http_methods("GET", "POST")
def project_population(request, pk, template_name="health_projects/project_population.html"):
    project = writable(request, pk)
    if away := closed(request, project):
        return away
    form = population_form(request, project)
    if request.method == "POST" and submit_form(
        request, form, actions.set_agreed_population, project=project, success="La population convenue est enregistrée."
    ):
        return redirect(TERRITORY, pk)
    context = {"project": project, "form": form, "territory": assemblers.territory_of(project)}
    return show(request, template_name, context)


@http_methods("POST")
@back_to(TERRITORY)
def population_remove(request, pk):
    project = writable(request, pk)
    attempt(
        request,
        actions.set_agreed_population,
        project=project,
        population=None,
        success="La population publiée fait de nouveau foi.",
    )


# From the draft to the decision


@http_methods("POST")
@back_to(DETAIL)
def project_submit(request, pk):
    project = scoped(request, pk)
    attempt(
        request,
        actions.submit_project,
        project=project,
        success="Le projet est envoyé à l’ARS. Elle a deux mois pour se prononcer.",
    )


@http_methods("POST")
@back_to(DETAIL)
def project_resume(request, pk):
    project = scoped(request, pk)
    attempt(request, actions.resume, project=project, success="Vous pouvez corriger le projet.")


@http_methods("POST")
@back_to(DETAIL)
def project_approve(request, pk):
    project = scoped(request, pk)
    attempt(request, actions.approve, project=project, success="Le projet est approuvé. La CPTS en est avertie.")


@http_methods("GET", "POST")
def project_send_back(request, pk, template_name="health_projects/project_send_back.html"):
    project = scoped(request, pk)
    require(may(request.actor, Act.REVIEW_PROJECT))
    form = forms.SendBackForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.send_back, project=project, success="Votre demande est envoyée à la CPTS."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "form": form})


@http_methods("GET", "POST")
def project_oppose(request, pk, template_name="health_projects/project_oppose.html"):
    project = scoped(request, pk)
    require(may(request.actor, Act.REVIEW_PROJECT))
    form = forms.OppositionForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.oppose, project=project, success="L’opposition est enregistrée. La CPTS en est avertie."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "form": form})


@http_methods("POST")
def project_new_version(request, pk):
    project = scoped(request, pk)
    version = attempt(
        request, actions.new_version, project=project, success="Une nouvelle version est ouverte, avec votre texte."
    )
    return redirect(DETAIL, version.pk if version else pk)


@logs_reads
@http_methods("GET", "POST")
def overlap_accept(request, pk, other, template_name="health_projects/overlap_accept.html"):
    project = scoped(request, pk)
    require(may(request.actor, Act.ACCEPT_OVERLAP))
    found = actions.overlapping_projects(actor=request.actor, project=project)
    overlap = next((row for row in found if row.other == other), None)
    if overlap is None:
        raise Http404
    form = forms.AcceptanceForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.accept_overlap, project=project, other=other, success="Le chevauchement est accepté."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "overlap": overlap, "form": form})


def picker(request, project, template_name, **context):
    """Answer the territory picker: the page, or its moving part for HTMX."""
    overlaps = actions.overlapping_projects(actor=request.actor, project=project)
    context.setdefault("paste_form", forms.PasteForm(actor=request.actor))
    context = pages.picker_context(project, overlaps, **context)
    context["places"] = find_places(request.GET.get("q", ""), chosen=context["chosen_codes"])
    context["fragment"] = "health_projects/partials/picker.html"
    return show(request, template_name, context)
