"""Drawing the territory of a project: its communes, and the population that counts."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from core.http import attempt, back_to, http_methods, logs_reads, posted, show, submit_form
from health_projects import actions, assemblers, forms, pages
from health_projects.models import HealthProject
from health_projects.views.access import TERRITORY, closed, writable
from territories.assemblers import find_places
from territories.models import Commune
from territories.rules import parse_insee_codes


@logs_reads
@never_cache
@http_methods("GET")
def project_territory(request, pk, template_name="health_projects/project_territory.html"):
    project = writable(request, pk)
    if away := closed(request, project):
        return away
    return picker(request, project, template_name)


def picker(request, project, template_name, **context):
    """Answer the territory picker: the page, or its moving part for HTMX."""
    overlaps = actions.overlapping_projects(actor=request.actor, project=project)
    context.setdefault("paste_form", forms.PasteForm(actor=request.actor))
    context = pages.picker_context(project, overlaps, **context)
    context["places"] = find_places(request.GET.get("q", ""), chosen=context["chosen_codes"])
    context["fragment"] = "health_projects/partials/picker.html"
    return show(request, template_name, context)


@http_methods("POST")
def territory_add(request, pk):
    project = writable(request, pk)
    siren = request.POST.get("epci")
    if siren:
        attempt(request, actions.add_epci, project=project, siren=siren)
    else:
        attempt(request, actions.add_communes, project=project, codes=picked(request))
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
    attempt(request, actions.remove_communes, project=project, codes=picked(request))
    return redirect(pages.picker_url(project, request.POST.get("q", "")))


@http_methods("POST")
def territory_clear(request, pk):
    project = writable(request, pk)
    attempt(request, actions.set_communes, project=project, codes=[], success="Le territoire est vide.")
    return redirect(TERRITORY, pk)


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


def picked(request) -> tuple[str, ...]:
    """Return the INSEE codes of the communes that a button or ticked boxes send; what is no such code is left out."""
    return parse_insee_codes(" ".join(request.POST.getlist("code"))).codes
