"""Pages of a contract: the list, the contract, its drafting, its consents, its signature."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from contracts import actions, assemblers, consents, ending, panels, permissions
from contracts.enums import ContractStatus
from contracts.filters import ContractFilter
from contracts.forms import ContractForm, CrisisForm
from contracts.history import contract_history, stopped_words
from contracts.models import OPEN_STATUSES, Contract
from contracts.tables import ContractTable
from contracts.views.reasons import act_with_reason
from core.actor import Actor
from core.enums import PARTIES, Side
from core.http import attempt, http_methods, posted, require, require_that, show, submit_form
from core.tables import table_response
from documents.models import Document
from documents.panels import circuit_of, signature_lines
from documents.permissions import can_remind, check_may_sign
from documents.signing_pages import outside_context, outside_form, paper_form, signing_form, submit_outside
from health_projects.enums import ProjectStatus
from health_projects.models import HealthProject

BEFORE_THE_MISSION = "La mission n’avait pas démarré ce jour-là : cette crise n’ouvre droit à aucun montant (R10)."
RUNNING = [*OPEN_STATUSES, ContractStatus.ACTIVE]


@http_methods("GET")
def contract_list(request, template_name="contracts/contract_list.html"):
    rows = Contract.objects.visible_to(request.actor).with_parties()
    if request.actor.side == Side.CPTS and len(rows) == 1:
        return redirect("contracts:contract_preview", rows[0].pk)
    can_draft = permissions.can_draft(request.actor) and not rows.filter(status__in=RUNNING).exists()
    return table_response(
        request,
        queryset=rows,
        table_class=ContractTable,
        filterset_class=None if request.actor.side == Side.CPTS else ContractFilter,
        template_name=template_name,
        context={"can_draft": can_draft and len(rows) > 0},
        table_options=_first_step(request.actor, can_draft=can_draft),
    )


def _first_step(actor: Actor, *, can_draft: bool) -> dict[str, str]:
    """Return what an empty list says: the button to who may draft, to the others of the CPTS who does it."""
    if actor.side != Side.CPTS:
        return {}
    if not can_draft:
        return {"empty_text": "La coordination ou la présidence de votre CPTS le rédige, une fois le projet approuvé."}
    return {
        "empty_url": reverse("contracts:contract_draft"),
        "empty_label": "Rédiger le contrat",
        "empty_text": "Il se rédige à partir du projet de santé approuvé par l’ARS.",
    }


@http_methods("GET", "POST")
def contract_draft(request, template_name="contracts/contract_draft.html"):
    """Pick the approved project that the contract comes from."""
    require(permissions.can_draft(request.actor))
    projects = _approved_projects(request)
    if request.method == "POST":
        project = _chosen(projects, request.POST.get("project"))
        contract = attempt(
            request,
            actions.draft_contract,
            health_project=project,
            success="Le contrat est en rédaction : indiquez le démarrage prévu de chaque mission.",
        )
        if contract:
            return redirect("contracts:contract_edit", contract.pk)
    running = Contract.objects.visible_to(request.actor).filter(status__in=RUNNING).first()
    return show(request, template_name, {"projects": projects, "running": running})


def _chosen(projects: QuerySet[HealthProject], key: str | None) -> HealthProject:
    for project in projects:
        if str(project.pk) == key:
            return project
    raise Http404


def _approved_projects(request) -> QuerySet[HealthProject]:
    """Return the project a contract may come from: the last version that was approved."""
    rows = HealthProject.objects.visible_to(request.actor).filter(status=ProjectStatus.APPROVED)
    return rows.filter(pk__in=rows.order_by("-version_number").values("pk")[:1]).with_figures()


@http_methods("GET", "POST")
def contract_edit(request, pk, template_name="contracts/contract_edit.html"):
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract) and may(request.actor, Act.PROPOSE_CONTRACT_CHANGE))
    if request.method == "GET" and not permissions.can_edit(request.actor, contract):
        return redirect("contracts:contract_preview", pk)
    terms = assemblers.terms_of(contract)
    form, consenting = _contract_form(request, contract, terms), consents.consenting_parties(contract)
    if request.method == "POST":
        success = "Le contrat est enregistré."
        saved = submit_form(request, form, actions.update_contract, contract=contract, success=success)
        if saved:
            if words := consents.withdrawn_words(consenting, saved):
                messages.warning(request, words)
            return redirect("contracts:contract_preview", pk)
    context = {
        "contract": contract,
        "form": form,
        "terms": terms,
        "programme": assemblers.first_programme(contract),
        "at_stake": consents.withdrawal_words(consenting),
    }
    return show(request, template_name, context)


def _contract_form(request, contract: Contract, terms: assemblers.Terms) -> ContractForm:
    values = actions.form_values(contract)
    kept = {name.replace("start_", "keep_"): True for name in values if name.startswith("start_")}
    return ContractForm(
        posted(request),
        missions=assemblers.possible_missions(contract, terms),
        initial={**values, **kept, "member_count": contract.member_count or None},  # nobody was counted yet
        current_version=contract.lock_version,
        current_values=values,
    )


@http_methods("GET")
def contract_preview(request, pk, template_name="contracts/contract_preview.html"):
    contract = _contract(request, pk)
    reading = assemblers.read_content(contract)
    context = {
        **_content_context(contract, reading),
        **_rights(request.actor, contract),
        "turn": ending.ending_turn(request.actor, contract) or panels.turn_of(request.actor, contract, reading=reading),
        "signatures": signature_lines(contract.document),
        "missions": panels.missions_timeline(contract, terms=reading.terms),
        "warnings": reading.terms.territory.warnings,
        "programme": assemblers.first_programme(contract),
        "amendments": contract.amendments.all(),
        "past_documents": _past_documents(request, contract),
        "history": contract_history(contract),
    }
    return show(request, template_name, context)


def _content_context(contract: Contract, reading: assemblers.Reading) -> dict:
    return {
        "contract": contract,
        "digest": reading.digest,
        "code": panels.short_code(reading.digest),
        "missing": reading.missing,
        "consents": panels.consent_lines(contract, reading.digest),
        "summary": panels.content_summary(reading.content, reading.terms),
    }


def _rights(actor: Actor, contract: Contract) -> dict[str, bool]:
    questions = ("can_edit", "can_consent", "can_sign", "can_abandon", "can_declare_crisis", "can_draft_amendment")
    return {name: getattr(permissions, name)(actor, contract) for name in questions}


def _past_documents(request, contract: Contract) -> QuerySet[Document]:
    """Return the documents of earlier rounds of signature: refused or overtaken, they bind nobody."""
    rows = Document.objects.visible_to(request.actor).filter(key__startswith=f"contract:{contract.pk}:")
    return rows.exclude(pk=contract.document_id).with_signatures() if contract.document_id else rows.with_signatures()


@http_methods("GET", "POST")
def contract_consent(request, pk, template_name="contracts/contract_consent.html"):
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract) and may(request.actor, Act.CONSENT))
    if request.method == "POST":
        agreed = attempt(
            request,
            actions.consent,
            contract=contract,
            seen_hash=request.POST.get("content_hash", ""),
            success="Le consentement de votre organisation est enregistré.",
        )
        return redirect("contracts:contract_preview" if agreed else "contracts:contract_consent", pk)
    if contract.status != ContractStatus.NEGOTIATION:
        return redirect("contracts:contract_preview", pk)
    reading = assemblers.read_content(contract)
    standing = {row.side for row in consents.standing_consents(contract, reading.digest)}
    has_consented = request.actor.side in standing
    context = {
        **_content_context(contract, reading),
        "can_edit": permissions.can_edit(request.actor, contract),
        "has_consented": has_consented,
        "is_last": len(standing) == len(PARTIES) - 1 and not has_consented,
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def contract_sign(request, pk, template_name="contracts/contract_sign.html"):
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract))
    require_that(check_may_sign, request.actor)
    if contract.document is None:
        return _lead_back(request, contract)
    form = signing_form(request, contract.document)
    if request.method == "POST" and form.is_valid():
        form.save()
        _say_signed(request, attempt(request, actions.sign_contract, contract=contract))
        return redirect("contracts:contract_sign", pk)
    context = {
        **_signature_context(request.actor, contract),
        "form": form,
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def contract_sign_outside(request, pk, template_name="contracts/contract_sign_outside.html"):
    """Sign with a certificate of one's own: download, sign elsewhere, bring back."""
    return _sign_out_of_the_portal(request, pk, outside_form, Document.awaits, template_name)


@http_methods("GET", "POST")
def contract_sign_paper(request, pk, template_name="contracts/contract_sign_paper.html"):
    """Sign by hand: print, sign, scan, bring back."""
    return _sign_out_of_the_portal(request, pk, paper_form, Document.place_for, template_name)


def _sign_out_of_the_portal(request, pk, form_of: Callable, awaits: Callable, template_name: str):
    """`awaits` tells whether the document waits for what is brought: a paper may be that of a colleague's hand."""
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract))
    require_that(check_may_sign, request.actor)
    is_possible = permissions.can_sign(request.actor, contract)
    if contract.document is None or (request.method == "GET" and not is_possible):
        return _lead_back(request, contract)
    if request.method == "GET" and not awaits(contract.document, request.actor):
        return redirect("contracts:contract_sign", pk)  # which says why
    form = form_of(request, contract.document)
    if signed := submit_outside(request, form, actions.sign_contract, contract=contract):
        _say_signed(request, signed)
        return redirect("contracts:contract_sign", pk)
    context = {"contract": contract, **outside_context(form)}
    return show(request, template_name, context)


def _lead_back(request, contract: Contract):
    """Lead back who comes too late, or too early, with the reason: an old link, or a page left open."""
    messages.warning(request, f"Le contrat n’est pas en signature. {stopped_words(contract.transitions.all())}".strip())
    return redirect("contracts:contract_preview", contract.pk)


def _signature_context(actor: Actor, contract: Contract) -> dict:
    return {
        "contract": contract,
        "document": contract.document,
        "code": panels.short_code(contract.agreed_hash),
        "signatures": signature_lines(contract.document),
        **circuit_of(actor, contract.document),
        "can_sign": permissions.can_sign(actor, contract) and contract.document.awaits(actor),
        "can_remind": can_remind(actor, contract.document),
    }


def _say_signed(request, contract: Contract | None) -> None:
    if contract is None:
        return
    if contract.status == ContractStatus.NEGOTIATION:
        reason = contract.transitions.latest("at").comment
        messages.warning(request, f"{reason} Le contrat n’a pas été signé : il retourne à la négociation.")
    elif contract.status == ContractStatus.ACTIVE:
        messages.success(request, "Votre signature est la dernière : le contrat est en vigueur.")
    else:
        messages.success(request, "Votre signature du contrat est enregistrée.")


@http_methods("GET", "POST")
def contract_refuse(request, pk, template_name="contracts/contract_refuse.html"):
    """Refuse to sign, with a reason."""
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract))
    require_that(check_may_sign, request.actor)
    return act_with_reason(
        request,
        actions.refuse_signature,
        template_name,
        context={"contract": contract},
        page=reverse("contracts:contract_preview", args=[pk]),
        is_possible=permissions.can_sign(request.actor, contract),
        success="Le refus est enregistré : la négociation reprend.",
        contract=contract,
    )


@http_methods("GET", "POST")
def contract_abandon(request, pk, template_name="contracts/contract_abandon.html"):
    """Give up a contract that is not agreed, with a reason."""
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract) and may(request.actor, Act.DRAFT_CONTRACT))
    return act_with_reason(
        request,
        actions.abandon_contract,
        template_name,
        context={"contract": contract},
        page=reverse("contracts:contract_preview", args=[pk]),
        is_possible=permissions.can_abandon(request.actor, contract),
        success="Le contrat est abandonné.",
        contract=contract,
    )


@http_methods("GET", "POST")
def crisis_declare(request, pk, template_name="contracts/crisis_declare.html"):
    """Record a health crisis declared on the territory (R10)."""
    contract = _contract(request, pk)
    require(permissions.is_party(request.actor, contract) and may(request.actor, Act.DECLARE_CRISIS))
    form = CrisisForm(posted(request), actor=request.actor, contract=contract)
    if request.method == "POST":
        success = "La crise est enregistrée."
        if submit_form(request, form, actions.declare_crisis, contract=contract, success=success):
            if not contract.crisis_opens_right(form.cleaned_data["declared_on"]):
                messages.warning(request, BEFORE_THE_MISSION)
            return redirect("contracts:contract_preview", pk)
    return show(request, template_name, {"contract": contract, "form": form})


def _contract(request, pk) -> Contract:
    return get_object_or_404(Contract.objects.visible_to(request.actor).with_page(), pk=pk)
