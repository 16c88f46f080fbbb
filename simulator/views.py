"""Pages of the simulator: a scenario, its exports, the comparison of several."""

import json
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.permissions import Act, may
from agreements.agreement import Agreement
from contracts.models import Contract
from core import clock
from core.actor import Actor
from core.deletion import lead_from, survives_deletion
from core.errors import DomainError
from core.http import attempt, http_methods, posted, require, show, submit_form
from core.spreadsheets import spreadsheet_response
from simulator import actions, address, assemblers, pages
from simulator.assemblers import ContractScenario
from simulator.documents import Fields, Simulation
from simulator.forms import (
    NewScenarioForm,
    RenameForm,
    SimulationForm,
)
from simulator.models import Scenario
from simulator.questions import QUESTIONS
from territories.assemblers import find_places

SEARCH, EXPORT = "q", "_export"
EDITS = ("code", "epci", "remove")  # buttons of the territory
FILE_NAME = "simulation-cpts"


@login_not_required
@http_methods("GET")
def simulation(request, template_name="simulator/simulation.html"):
    """Show the form and, once it holds something, what it gives; a valid scenario moves to its own short address."""
    data = edited(request.GET)
    form = SimulationForm(data or None, agreements=assemblers.known_agreements(), today=clock.today())
    if form.is_valid():
        if request.GET.get(EXPORT):
            return exported(request, form.simulation)
        if not request.GET.get(SEARCH) and form.address_fields != request.GET.dict():
            return redirect(f"{request.path}?{address.query_string(form.address_fields)}")
    response = render(request, template_name, simulation_context(request, form))
    if request.GET:
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@login_not_required
@http_methods("GET")
def comparison(request, template_name="simulator/comparison.html"):
    """Show two or three scenarios side by side; the address holds the first, then what the others change."""
    forms = comparison_forms(request.GET)
    if not forms[0].is_valid():  # only the page of the scenario itself can say what is wrong with it
        return redirect(f"{reverse('simulator:simulation')}?{address.query_string(forms[0].data or {})}")
    page = pages.comparison_page([named(form) for form in forms if form.is_valid()])
    if all(form.is_valid() for form in forms):
        if request.GET.get(EXPORT):
            return comparison_exported(request, page)
        fields = address.comparison([form.address_fields for form in forms])
        if fields != request.GET.dict():
            return redirect(f"{request.path}?{address.query_string(fields)}")
    response = render(request, template_name, comparison_context(forms, page, request.build_absolute_uri()))
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


# Saved scenarios ------------------------------------------------------------------------------


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


def suggested(fields: Fields, simulation: Simulation, agreements: dict[str, Agreement]) -> list[tuple[str, str]]:
    """Return the « et si… » of a scenario, each with the end of the address that compares it."""
    return [
        (text, address.query_string(address.comparison([fields, other])))
        for text, other in pages.suggestions(fields, simulation, agreements)
    ]


# From a contract ------------------------------------------------------------------------------


def from_contract(view: Callable) -> Callable:
    """Give a view a signed contract of the actor's scope as a scenario, or answer 404; one that cannot be computed
    leads back to its page, with the reason."""

    @wraps(view)
    def wrapper(request, pk, **kwargs):
        contract = get_object_or_404(Contract.objects.visible_to(request.actor).signed().for_funding(), pk=pk)
        try:
            start = started(request.actor, contract)
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return redirect("contracts:contract_preview", pk)
        return view(request, start, **kwargs)

    return wrapper


@http_methods("GET")
@from_contract
def contract_start(request, start, template_name="simulator/contract_start.html"):
    """Show a signed contract as a scenario, and the questions one may ask about it."""
    return show(request, template_name, contract_context(start, {}))


@http_methods("GET")
@from_contract
def contract_question(request, start, question, template_name="simulator/contract_start.html"):
    """Answer a question about a contract by a comparison; one that is not clear stays on the page."""
    form = QUESTIONS[question](request.GET, start=start, auto_id=f"id_{question}_%s")
    if form.is_valid():
        query = address.query_string(address.comparison([start.fields, form.fields_changed]))
        return redirect(f"{reverse('simulator:comparison')}?{query}")
    return show(request, template_name, contract_context(start, {question: form}))


def started(actor: Actor, contract: Contract) -> ContractScenario:
    """Return a signed contract as a scenario; DomainError when it cannot be computed."""
    today = clock.today()
    form = SimulationForm(
        assemblers.contract_fields(contract, today), agreements=assemblers.known_agreements(), today=today
    )
    if not form.is_valid():
        reasons = " ".join(sentence for sentences in form.errors.values() for sentence in sentences)
        raise DomainError(f"Le contrat {contract.number} ne se laisse pas simuler : {reasons}")
    return assemblers.contract_scenario(actor, contract, today, fields=form.address_fields, simulation=form.simulation)


def contract_context(start: ContractScenario, asked: dict) -> dict:
    """Return what the page of a contract prints: each question with its form, that of `asked` as it was sent."""
    initial = {"from_year": start.from_year, "rate": 100, "starts_on": max(clock.today(), start.contract.signed_on)}
    initial["size"] = start.simulation.inputs.size_in(start.from_year) + 1
    return {
        "contract": start.contract,
        "page": pages.result_page(start.simulation),
        "query": address.query_string(start.fields),
        "form": next(iter(asked.values()), None),
        "questions": [
            (
                name,
                reverse(f"simulator:contract_{name}", args=[start.contract.pk]),
                asked.get(name) or question(start=start, auto_id=f"id_{name}_%s", initial=initial),
            )
            for name, question in QUESTIONS.items()
        ],
    }


# What the pages print -------------------------------------------------------------------------


def edited(query: QueryDict) -> Fields:
    """Return the fields of an address once the buttons of its territory are done; {} for a first visit."""
    data = {name: value for name, value in query.items() if name not in (*EDITS, SEARCH, EXPORT, "chosen")}
    if not any(name in query for name in EDITS):
        return data
    codes = [code for code in data.get("communes", "").split(",") if code]
    chosen = assemblers.with_places(
        codes, added=query.getlist("code"), epcis=query.getlist("epci"), removed=query.getlist("remove")
    )
    if not codes:
        data.pop("population", None)  # from now on, that of the communes
    return data | {"communes": ",".join(chosen)}


def simulation_context(request: HttpRequest, form: SimulationForm) -> dict:
    """Return what the page of a scenario prints."""
    context = {
        "form": form,
        "page": None,
        "places": find_places(first_of(request.GET, SEARCH), chosen=[c.code for c in form.territory.communes]),
        "chosen_codes": [commune.code for commune in form.territory.communes],
        "can_save": request.actor is not None and may(request.actor, Act.SAVE_SCENARIO),
    }
    if form.simulation:
        query = address.query_string(form.address_fields)
        context |= {
            "page": pages.result_page(form.simulation),
            "address": request.build_absolute_uri(f"{reverse('simulator:simulation')}?{query}"),
            "query": query,
            "suggestions": suggested(form.address_fields, form.simulation, form.agreements),
        }
    return context


def comparison_forms(query: QueryDict) -> list[SimulationForm]:
    """Return the form of each scenario of an address, A without prefix; alone, A is compared with itself."""
    agreements, today = assemblers.known_agreements(), clock.today()
    first, *others = address.columns({name: value for name, value in query.items() if name != EXPORT})
    forms = [SimulationForm(first or None, agreements=agreements, today=today)]
    for key, fields in zip(address.OTHERS, others or [first], strict=False):
        prefixed = {f"{key}-{name}": value for name, value in fields.items()}
        forms.append(SimulationForm(prefixed, agreements=agreements, today=today, prefix=key))
    return forms


def named(form: SimulationForm) -> tuple[str, Simulation, str]:
    """Return what the comparison takes of a form: its name, its result, its own address."""
    return f"Scénario {letter_of(form)}", form.simulation, address.query_string(form.address_fields)


def letter_of(form: SimulationForm) -> str:
    return (form.prefix or "a").upper()


def comparison_context(forms: list[SimulationForm], page: pages.ComparisonPage, here: str) -> dict:
    """Return what the page of a comparison prints."""
    fields = [form.address_fields if form.is_valid() else {} for form in forms]
    can_add = len(forms) <= len(address.OTHERS) and all(fields)
    return {
        "form": forms[0],
        "others": [(letter_of(form), form) for form in forms[1:]],
        "first_fields": fields[0],
        "page": page,
        "address": here,
        "third": address.query_string(address.comparison([*fields, fields[0]])) if can_add else "",
        "without_third": address.query_string(address.comparison(fields[:2])) if len(forms) > 2 else "",
    }


def comparison_exported(request: HttpRequest, page: pages.ComparisonPage) -> HttpResponse:
    """Return a comparison as a spreadsheet."""
    heads, rows = pages.comparison_rows(page)
    kind = "xlsx" if request.GET[EXPORT] == "xlsx" else "csv"
    return spreadsheet_response(kind, "comparaison-cpts", "Comparaison", heads, rows)


def exported(request: HttpRequest, simulation: Simulation) -> HttpResponse:
    """Return the lines of a scenario as a spreadsheet, or the whole as JSON."""
    kind = request.GET[EXPORT]
    if kind in ("xlsx", "csv"):
        return spreadsheet_response(kind, FILE_NAME, "Simulation", pages.LINE_HEADS, pages.line_rows(simulation))
    text = json.dumps(pages.json_document(simulation), ensure_ascii=False, indent=2)
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}.json"'},
    )


def first_of(query: QueryDict, name: str) -> str:
    """Return the first value of a name: the search field stands before the copy that its results keep."""
    return next(iter(query.getlist(name)), "")
