"""A signed contract as a scenario, and the questions one may ask about it."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from contracts.models import Contract
from core import clock
from core.actor import Actor
from core.errors import DomainError
from core.http import http_methods, show
from simulator import address, assemblers, pages
from simulator.assemblers import ContractScenario
from simulator.forms import (
    SimulationForm,
)
from simulator.questions import QUESTIONS


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
