"""The public simulator: a scenario, its exports, the comparison of several."""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.permissions import Act, may
from agreements.agreement import Agreement
from core import clock
from core.http import http_methods
from core.spreadsheets import spreadsheet_response
from simulator import address, assemblers, pages
from simulator.documents import Fields, Simulation
from simulator.forms import (
    SimulationForm,
)
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


def suggested(fields: Fields, simulation: Simulation, agreements: dict[str, Agreement]) -> list[tuple[str, str]]:
    """Return the « et si… » of a scenario, each with the end of the address that compares it."""
    return [
        (text, address.query_string(address.comparison([fields, other])))
        for text, other in pages.suggestions(fields, simulation, agreements)
    ]


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
