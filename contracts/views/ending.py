"""Pages of the end of a contract (R19): what was notified, the rates of the year cut short, the accord."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from contracts import actions, assemblers, ending, permissions
from contracts.forms import RatesForm
from contracts.models import Contract
from contracts.views.reasons import act_with_reason
from core.actor import Actor
from core.http import attempt, http_methods, posted, require, show, submit_form


@http_methods("GET")
def termination_detail(request, pk, template_name="contracts/termination_detail.html"):
    contract = _contract(request, pk)
    if contract.termination is None:
        return redirect("contracts:contract_preview", pk)
    context = {
        "contract": contract,
        "turn": ending.ending_turn(request.actor, contract),
        "page": ending.ending_page(contract, contract.termination),
        **_rights(request.actor, contract),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def termination_rates(request, pk, template_name="contracts/termination_rates.html"):
    """Propose the rates of the year cut short."""
    contract = _contract(request, pk)
    require(permissions.may_end(request.actor, contract))
    if contract.termination is None:
        return redirect("contracts:contract_preview", pk)
    form = _rates_form(request, contract)
    if request.method == "POST":
        success = "Les taux sont proposés : il reste à en convenir."
        if submit_form(request, form, actions.set_termination_rates, contract=contract, success=success):
            return redirect("contracts:termination_detail", pk)
    return show(request, template_name, {"contract": contract, "form": form, "termination": contract.termination})


@http_methods("POST")
def termination_agree(request, pk):
    contract = _contract(request, pk)
    require(permissions.may_end(request.actor, contract))
    attempt(
        request,
        actions.agree_termination,
        contract=contract,
        seen_hash=request.POST.get("content_hash", ""),
        success="L’accord de votre organisation est enregistré.",
    )
    return redirect("contracts:termination_detail", pk)


@http_methods("GET", "POST")
def termination_withdraw(request, pk, template_name="contracts/termination_withdraw.html"):
    """Take the end back before its day, with a reason."""
    contract = _contract(request, pk)
    require(permissions.may_end(request.actor, contract))
    return act_with_reason(
        request,
        actions.withdraw_termination,
        template_name,
        context={"contract": contract, "termination": contract.termination},
        page=reverse("contracts:termination_detail", args=[pk]),
        page_after=reverse("contracts:contract_preview", args=[pk]),
        is_possible=permissions.can_withdraw_termination(request.actor, contract),
        success="La fin notifiée est retirée : le contrat continue.",
        contract=contract,
    )


def _rates_form(request, contract: Contract) -> RatesForm:
    cut = assemblers.cut_missions(contract, contract.termination)
    return RatesForm(
        posted(request),
        actor=request.actor,
        cut=cut,
        values=contract.termination.rates_read(),
    )


def _rights(actor: Actor, contract: Contract) -> dict[str, bool]:
    questions = ("can_withdraw_termination", "can_set_rates", "can_agree_termination")
    return {name: getattr(permissions, name)(actor, contract) for name in questions}


def _contract(request, pk) -> Contract:
    rows = Contract.objects.visible_to(request.actor).with_page().prefetch_related("years")
    return get_object_or_404(rows, pk=pk)
