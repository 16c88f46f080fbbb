"""The scenarios that an organisation saved: listed, renamed, deleted, compared."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from core import clock
from core.deletion import lead_from, survives_deletion
from core.http import attempt, http_methods, posted, require, show, submit_form
from simulator import actions, assemblers, pages
from simulator.forms import (
    NewScenarioForm,
    RenameForm,
)
from simulator.models import Scenario
from simulator.views.simulation import suggested


@http_methods("GET")
def scenario_list(request, template_name="simulator/scenario_list.html"):
    """List the scenarios of the actor's organisation, with what each gives."""
    agreements = assemblers.known_agreements()
    scenarios = Scenario.objects.visible_to(request.actor)
    context = {
        "rows": [pages.saved_scenario(scenario, agreements) for scenario in scenarios],
        "can_save": may(request.actor, Act.SAVE_SCENARIO),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def scenario_create(request, template_name="simulator/scenario_form.html"):
    """Save the scenario whose address stands after the question mark."""
    require(may(request.actor, Act.SAVE_SCENARIO))
    agreements, today = assemblers.known_agreements(), clock.today()
    form = NewScenarioForm(
        posted(request),
        actor=request.actor,
        agreements=agreements,
        today=today,
        initial={"scenario": request.META["QUERY_STRING"]},
    )
    if request.method == "POST":
        saved = submit_form(request, form, actions.save_scenario, success="Le scénario est enregistré.")
        if saved:
            return redirect("simulator:scenario_detail", saved.pk)
    back = f"{reverse('simulator:simulation')}?{form['scenario'].value()}"
    context = {"form": form, "heading": "Enregistrer ce scénario", "submit": "Enregistrer le scénario", "back": back}
    return show(request, template_name, context)


@http_methods("GET")
def scenario_detail(request, pk, template_name="simulator/scenario_detail.html"):
    """Show a saved scenario and what it gives today."""
    scenario = scenario_of(request, pk)
    agreements = assemblers.known_agreements()
    saved = pages.saved_scenario(scenario, agreements)
    fields = pages.saved_fields(scenario)
    context = {
        "saved": saved,
        "page": pages.result_page(saved.simulation) if saved.simulation else None,
        "suggestions": suggested(fields, saved.simulation, agreements) if saved.simulation else [],
        "others": Scenario.objects.visible_to(request.actor).exclude(pk=pk),
        "can_save": may(request.actor, Act.SAVE_SCENARIO),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
@survives_deletion(of=Scenario, form=RenameForm)
def scenario_edit(request, pk, template_name="simulator/scenario_form.html"):
    """Rename a scenario, or change its note."""
    scenario = scenario_of(request, pk)
    require(may(request.actor, Act.SAVE_SCENARIO))
    lead_from(request, back=reverse("simulator:scenario_list"))
    form = RenameForm(posted(request), actor=request.actor, values={"name": scenario.name, "note": scenario.note})
    if request.method == "POST" and submit_form(
        request, form, actions.rename_scenario, scenario=scenario, success="Le scénario est renommé."
    ):
        return redirect("simulator:scenario_detail", pk)
    back = reverse("simulator:scenario_detail", args=[pk])
    context = {"form": form, "heading": "Renommer le scénario", "submit": "Enregistrer le nom", "back": back}
    return show(request, template_name, context)


@http_methods("POST")
@survives_deletion(of=Scenario)
def scenario_delete(request, pk):
    """Delete a scenario, then go back to the list."""
    scenario = scenario_of(request, pk)
    attempt(request, actions.delete_scenario, scenario=scenario, success="Le scénario est supprimé.")
    return redirect("simulator:scenario_list")


@http_methods("GET")
def scenario_compare(request, template_name="simulator/scenario_compare.html"):
    """Show saved scenarios side by side, the first one chosen being the reference."""
    chosen = [scenario_of(request, pk) for pk in uuids(request.GET.getlist("scenario"))]
    agreements = assemblers.known_agreements()
    rows = [pages.saved_scenario(scenario, agreements) for scenario in dict.fromkeys(chosen)]
    rows = [row for row in rows if row.simulation]
    if not 2 <= len(rows) <= len(pages.NAMES):
        messages.error(request, "Cochez deux ou trois scénarios à comparer.")
        return redirect("simulator:scenario_list")
    page = pages.comparison_page([(row.scenario.name, row.simulation, row.query) for row in rows])
    return show(request, template_name, {"page": page})


def scenario_of(request, pk) -> Scenario:
    """Return a scenario in the actor's scope, or answer 404."""
    return get_object_or_404(Scenario.objects.visible_to(request.actor), pk=pk)


def uuids(texts: list[str]) -> list[UUID]:
    """Return the first identifiers of a list; 404 for what is not one."""
    try:
        return [UUID(text) for text in texts[: len(pages.NAMES) + 1]]
    except ValueError as error:
        raise Http404 from error
