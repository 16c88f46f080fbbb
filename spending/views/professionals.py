"""The professionals whom a CPTS pays, and what each may still receive (R20)."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from contracts.models import Contract
from core import clock
from core.http import http_methods, posted, require, show, submit_form
from core.tables import table_response
from spending import actions, pages
from spending.assemblers import running_year
from spending.forms import (
    CorrectionForm,
    ProfessionalForm,
)
from spending.models import Professional
from spending.permissions import may_enter
from spending.tables import ProfessionalTable
from spending.views.access import contract_of

ONLY_READ = {
    "exclude": ("correct",),
    "empty_text": "La coordination ou la trésorerie de la CPTS ajoute ceux qu’elle indemnise ou rémunère.",
}


@http_methods("GET")
def professional_list(request, pk, template_name="spending/professional_list.html"):
    contract = contract_of(request, pk)
    years = pages.calendar_years(contract, clock.today())
    asked = request.GET.get("annee", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else years[0]
    ceiling = pages.known_ceiling(year)
    people = Professional.objects.visible_to(request.actor).filter(cpts=contract.cpts_id).with_received(year)
    return table_response(
        request,
        queryset=people.with_left(ceiling.amount if ceiling else None),
        table_class=ProfessionalTable,
        template_name=template_name,
        context=_professionals_context(request, contract, year, years, ceiling),
        table_options=_first_step(contract) if may_enter(request.actor, contract) else ONLY_READ,
        export_name=f"professionnels-{contract.number}-{year}",
    )


def _first_step(contract: Contract) -> dict[str, str]:
    address = reverse("spending:professional_create", args=[contract.pk])
    return {"empty_url": address, "empty_label": "Ajouter un professionnel"}


@http_methods("GET", "POST")
def professional_create(request, pk, template_name="spending/professional_form.html"):
    contract = contract_of(request, pk)
    require(may_enter(request.actor, contract))
    form = ProfessionalForm(posted(request), actor=request.actor)
    success = "Le professionnel est ajouté à la liste."
    if submit_form(request, form, actions.add_professional, contract=contract, success=success):
        return redirect("spending:professional_list", pk)
    return show(request, template_name, {"contract": contract, "form": form, "professional": None})


@http_methods("GET", "POST")
def professional_correct(request, pk, template_name="spending/professional_form.html"):
    professional = get_object_or_404(Professional.objects.visible_to(request.actor), pk=pk)
    contract = _last_contract(request, professional)
    require(may_enter(request.actor, contract))
    values = {"name": professional.name, "profession": professional.profession}
    form = CorrectionForm(posted(request), actor=request.actor, values=values)
    fields = {"contract": contract, "professional": professional, "success": "Le professionnel est corrigé."}
    if submit_form(request, form, actions.correct_professional, **fields):
        return redirect("spending:professional_list", contract.pk)
    return show(request, template_name, {"contract": contract, "form": form, "professional": professional})


def _last_contract(request, professional: Professional) -> Contract:
    """Return the last signed contract of the CPTS that pays a professional, or answer 404."""
    contracts = Contract.objects.visible_to(request.actor).signed().with_parties().filter(cpts=professional.cpts_id)
    contract = contracts.order_by("-signed_on").first()
    if contract is None:
        raise Http404
    return contract


def _professionals_context(request, contract: Contract, year: int, years: list[int], ceiling) -> dict:
    return {
        "contract": contract,
        "year": year,
        "years": years,
        "ceiling": ceiling,
        "can_enter": may_enter(request.actor, contract),
        "contract_year": running_year(contract, clock.today()),
    }
