"""Pages of the amendments of a contract: written, compared, consented to, signed (R2, R18)."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from contracts import actions, amending, amendment_page, consents, permissions
from contracts.enums import AmendmentStatus
from contracts.forms import AmendmentForm
from contracts.history import amendment_history, stopped_words
from contracts.models import Amendment, Contract
from contracts.views.reasons import act_with_reason
from core import clock
from core.http import attempt, http_methods, posted, require, require_that, show, submit_form
from documents.models import Document
from documents.permissions import check_may_sign
from documents.signing_pages import outside_context, outside_form, paper_form, signing_form, submit_outside


@http_methods("GET", "POST")
def amendment_create(request, pk, template_name="contracts/amendment_edit.html"):
    contract = get_object_or_404(Contract.objects.visible_to(request.actor).with_page(), pk=pk)
    require(permissions.may_propose(request.actor, contract))
    is_read = request.method == "GET"  # what was typed while the contract ended stays in its form
    if contract.signed_on is None or (is_read and not permissions.can_draft_amendment(request.actor, contract)):
        return redirect("contracts:contract_preview", pk)
    form = _form(request, contract)
    success = "L’avenant est rédigé : les trois parties peuvent le relire et y consentir."
    if request.method == "POST":
        amendment = submit_form(request, form, actions.draft_amendment, contract=contract, success=success)
        if amendment:
            return redirect("contracts:amendment_detail", amendment.pk)
    return show(request, template_name, {"contract": contract, "form": form, "amendment": None, "at_stake": ""})


@http_methods("GET")
def amendment_detail(request, pk, template_name="contracts/amendment_detail.html"):
    amendment = _amendment(request, pk)
    actor = request.actor
    context = {
        "amendment": amendment,
        "contract": amendment.contract,
        "page": amendment_page.page_of(amendment),
        "turn": amendment_page.turn_of(actor, amendment),
        "history": amendment_history(amendment),
        "can_edit": permissions.can_edit_amendment(actor, amendment),
        "can_consent": amendment_page.may_consent_now(actor, amendment),
        "can_sign": amendment_page.may_sign_now(actor, amendment),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def amendment_edit(request, pk, template_name="contracts/amendment_edit.html"):
    amendment = _amendment(request, pk)
    contract = amendment.contract
    require(permissions.may_propose(request.actor, contract))
    if request.method == "GET" and not permissions.can_edit_amendment(request.actor, amendment):
        return redirect("contracts:amendment_detail", pk)
    form, consenting = _form(request, contract, amendment), consents.consenting_parties(amendment)
    if request.method == "POST":
        success = "L’avenant est enregistré."
        saved = submit_form(request, form, actions.update_amendment, amendment=amendment, success=success)
        if saved:
            if words := consents.withdrawn_words(consenting, saved):
                messages.warning(request, words)
            return redirect("contracts:amendment_detail", pk)
    at_stake = consents.withdrawal_words(consenting)
    context = {"contract": contract, "form": form, "amendment": amendment, "at_stake": at_stake}
    return show(request, template_name, context)


@http_methods("POST")
def amendment_consent(request, pk):
    amendment = _amendment(request, pk)
    require(permissions.is_party(request.actor, amendment.contract) and may(request.actor, Act.CONSENT))
    attempt(
        request,
        actions.consent_to_amendment,
        amendment=amendment,
        seen_hash=request.POST.get("content_hash", ""),
        success="Le consentement de votre organisation est enregistré.",
    )
    return redirect("contracts:amendment_detail", pk)


@http_methods("GET", "POST")
def amendment_sign(request, pk, template_name="contracts/amendment_sign.html"):
    amendment = _amendment(request, pk)
    require(permissions.is_party(request.actor, amendment.contract))
    require_that(check_may_sign, request.actor)
    if amendment.document is None:
        return _lead_back(request, amendment)
    form = signing_form(request, amendment.document)
    if request.method == "POST" and form.is_valid():
        form.save()
        _say_signed(request, attempt(request, actions.sign_amendment, amendment=amendment))
        return redirect("contracts:amendment_detail", pk)
    context = {
        **amendment_page.signature_context(request.actor, amendment),
        "form": form,
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def amendment_sign_outside(request, pk, template_name="contracts/amendment_sign_outside.html"):
    """Sign with a certificate of one's own: download, sign elsewhere, bring back."""
    return _sign_out_of_the_portal(request, pk, outside_form, Document.awaits, template_name)


@http_methods("GET", "POST")
def amendment_sign_paper(request, pk, template_name="contracts/amendment_sign_paper.html"):
    """Sign by hand: print, sign, scan, bring back."""
    return _sign_out_of_the_portal(request, pk, paper_form, Document.place_for, template_name)


def _sign_out_of_the_portal(request, pk, form_of: Callable, awaits: Callable, template_name: str):
    """`awaits` tells whether the document waits for what is brought: a paper may be that of a colleague's hand."""
    amendment = _amendment(request, pk)
    require(permissions.is_party(request.actor, amendment.contract))
    require_that(check_may_sign, request.actor)
    is_possible = permissions.can_sign_amendment(request.actor, amendment)
    if amendment.document is None or (request.method == "GET" and not is_possible):
        return _lead_back(request, amendment)
    if request.method == "GET" and not awaits(amendment.document, request.actor):
        return redirect("contracts:amendment_sign", pk)  # which says why
    form = form_of(request, amendment.document)
    if signed := submit_outside(request, form, actions.sign_amendment, amendment=amendment):
        _say_signed(request, signed)
        return redirect("contracts:amendment_detail", pk)
    context = {"amendment": amendment, **outside_context(form)}
    return show(request, template_name, context)


def _lead_back(request, amendment: Amendment):
    """Lead back who comes too late, or too early, with the reason: an old link, or a page left open."""
    why = stopped_words(amendment.transitions.all())
    messages.warning(request, f"L’avenant n’est pas en signature. {why}".strip())
    return redirect("contracts:amendment_detail", amendment.pk)


@http_methods("GET", "POST")
def amendment_refuse(request, pk, template_name="contracts/amendment_refuse.html"):
    """Refuse to sign, with a reason."""
    amendment = _amendment(request, pk)
    require(permissions.is_party(request.actor, amendment.contract))
    require_that(check_may_sign, request.actor)
    is_possible = permissions.can_sign_amendment(request.actor, amendment)
    success = "Le refus est enregistré : l’avenant est de nouveau en rédaction."
    return _act_with_reason(
        request, amendment, actions.refuse_amendment, template_name, is_possible=is_possible, success=success
    )


@http_methods("GET", "POST")
def amendment_abandon(request, pk, template_name="contracts/amendment_abandon.html"):
    """Give up an amendment that is not agreed, with a reason."""
    amendment = _amendment(request, pk)
    require(permissions.may_propose(request.actor, amendment.contract))
    is_possible = permissions.can_edit_amendment(request.actor, amendment)
    return _act_with_reason(
        request,
        amendment,
        actions.abandon_amendment,
        template_name,
        is_possible=is_possible,
        success="L’avenant est abandonné.",
    )


def _act_with_reason(request, amendment: Amendment, action: Callable, template_name: str, **options):
    context = {"amendment": amendment, "contract": amendment.contract}
    page = reverse("contracts:amendment_detail", args=[amendment.pk])
    return act_with_reason(request, action, template_name, context=context, page=page, amendment=amendment, **options)


def _form(request, contract: Contract, amendment: Amendment | None = None) -> AmendmentForm:
    added, dropped = amending.possible_missions(contract)
    stored = amending.stored_values(amendment) if amendment else {}
    return AmendmentForm(
        posted(request),
        terms_of=partial(amending.terms_of, contract),
        years=amending.years_to_come(contract, clock.today()),
        versions=amending.other_versions(contract),
        added=added,
        dropped=dropped,
        initial=amendment_page.initial_values(contract, stored),
        current_version=amendment.lock_version if amendment else None,
        current_values=stored,
    )


def _say_signed(request, amendment: Amendment | None) -> None:
    if amendment is None:
        return
    if amendment.status == AmendmentStatus.DRAFT:
        reason = amendment.transitions.latest("at").comment
        messages.warning(request, f"{reason} L’avenant n’a pas été signé : il est de nouveau en rédaction.")
    elif amendment.is_in_force:
        messages.success(request, "Votre signature est la dernière : l’avenant est en vigueur.")
    else:
        messages.success(request, "Votre signature de l’avenant est enregistrée.")


def _amendment(request, pk) -> Amendment:
    return get_object_or_404(Amendment.objects.visible_to(request.actor).with_page(), pk=pk)
