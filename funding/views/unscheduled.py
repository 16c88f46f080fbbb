"""Pages of unscheduled care (R9): the first day of a line, the compensation of professionals."""

from django.http import Http404
from django.shortcuts import redirect

from accounts.permissions import Act, may
from agreements.enums import AmountKind
from contracts import actions as contract_actions
from contracts.enums import ContractStatus
from contracts.permissions import is_party
from core import clock
from core.http import http_methods, posted, require, show, submit_form
from funding.forms import CompensationForm, LineStartForm
from funding.unscheduled import has_unscheduled_lines, line_starts, unscheduled_page
from funding.views.access import signed_contract_of

STARTED_LINES = (AmountKind.TRIAGE, AmountKind.COMPENSATION)


@http_methods("GET")
def unscheduled_care(request, pk, template_name="funding/unscheduled_care.html"):
    """R9: triage and the compensation of professionals, year by year."""
    contract = signed_contract_of(request, pk)
    is_active = contract.status == ContractStatus.ACTIVE
    context = {
        "contract": contract,
        "has_lines": has_unscheduled_lines(contract),
        "page": unscheduled_page(contract, clock.today()),
        "can_start": is_active and is_party(request.actor, contract) and may(request.actor, Act.START_TRIAGE),
        "can_declare": is_party(request.actor, contract) and may(request.actor, Act.ENTER_SPENDING),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def line_start(request, pk, kind, template_name="funding/unscheduled_form.html"):
    """R9: record from which day a line counts."""
    contract = signed_contract_of(request, pk)
    require(is_party(request.actor, contract) and may(request.actor, Act.START_TRIAGE))
    if kind not in STARTED_LINES:
        raise Http404
    line = AmountKind(kind)
    form = LineStartForm(posted(request), actor=request.actor, values={"starts_on": line_starts(contract)[line]})
    fields = {"contract": contract, "kind": line, "success": f"{line.label} : le premier jour est enregistré."}
    if request.method == "POST" and submit_form(request, form, contract_actions.start_line, **fields):
        return redirect("funding:unscheduled_care", pk)
    heading = f"{line.label} : premier jour"
    context = {"contract": contract, "form": form, "heading": heading, "submit": "Enregistrer", "row": None}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def compensation_declare(request, pk, year, template_name="funding/unscheduled_form.html"):
    """R9: declare what was really paid to professionals in a contract year."""
    contract = signed_contract_of(request, pk)
    require(is_party(request.actor, contract) and may(request.actor, Act.ENTER_SPENDING))
    rows = {row.number: row for row in unscheduled_page(contract, clock.today()).years}
    if year not in rows:
        raise Http404
    form = CompensationForm(posted(request), actor=request.actor, values={"amount": rows[year].declared})
    fields = {"contract": contract, "number": year, "success": "Le montant est déclaré."}
    if request.method == "POST" and submit_form(request, form, contract_actions.declare_compensation, **fields):
        return redirect("funding:unscheduled_care", pk)
    heading = f"Compensation des professionnels, année {year}"
    context = {"contract": contract, "form": form, "heading": heading, "submit": "Déclarer", "row": rows[year]}
    return show(request, template_name, context)
