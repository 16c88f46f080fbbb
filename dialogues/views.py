"""Pages of the dialogues room: the list, the room of a dialogue, and the annual annex."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from contracts.models import Contract
from contracts.permissions import can_draft, is_party
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.enums import Side
from core.http import attempt, back_to, http_methods, posted, require, require_that, show, submit_form
from core.tables import table_response
from dialogues import actions, panels
from dialogues.assemblers import (
    counted_year,
    missing_items,
    programme_years,
    spending_figures,
    standing_approvals,
    year_of,
)
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.filters import DialogueFilter
from dialogues.forms import ConveneAgainForm, ConveneForm, HoldForm, MinutesForm, RefuseForm, ReopenForm, ReviseForm
from dialogues.models import AnnualAnnex, ManagementDialogue
from dialogues.rules import agenda_of
from dialogues.tables import BY_THEMSELVES, DialogueTable, OwnDialogueTable
from documents.models import Document
from documents.panels import signature_lines
from documents.permissions import check_may_sign
from documents.signing_pages import outside_context, outside_form, paper_form, signing_form, submit_outside


@http_methods("GET")
def dialogue_list(request, template_name="dialogues/dialogue_list.html"):
    return table_response(
        request,
        queryset=ManagementDialogue.objects.visible_to(request.actor).select_related("contract__cpts"),
        table_class=OwnDialogueTable if request.actor.side == Side.CPTS else DialogueTable,
        filterset_class=DialogueFilter,
        template_name=template_name,
        context={},
        table_options=_first_step(request.actor),
    )


def _first_step(actor: Actor) -> dict[str, str]:
    """Return what an empty list says: dialogues come of a contract, that its CPTS drafts."""
    if not can_draft(actor):
        return {"empty_text": f"{BY_THEMSELVES} Le premier attend que la CPTS ait rédigé son contrat."}
    return {
        "empty_text": f"{BY_THEMSELVES} Commencez par le contrat.",
        "empty_url": reverse("contracts:contract_list"),
        "empty_label": "Aller au contrat",
    }


@http_methods("GET")
def dialogue_detail(request, pk, template_name="dialogues/dialogue_detail.html"):
    dialogue = dialogue_of(request, pk)
    return show(request, template_name, dialogue_context(request, dialogue))


@http_methods("GET", "POST")
def dialogue_convene(request, pk, template_name="dialogues/dialogue_form.html"):
    dialogue = dialogue_of(request, pk)
    require(may(request.actor, Act.PREPARE_DIALOGUE))
    proposed = {
        "convened_for": dialogue.convened_for or max(clock.today(), dialogue.window_opens_on or clock.today()),
        "agenda": dialogue.agenda or agenda_of(dialogue.kind),
    }
    form = ConveneAgainForm(posted(request), dialogue=dialogue, initial=proposed)
    if request.method == "POST" and submit_form(
        request, form, actions.convene, dialogue=dialogue, success="Les trois parties sont convoquées."
    ):
        _warn_of_window(request, dialogue, form.cleaned_data["convened_for"])
        return redirect("dialogues:dialogue_detail", pk)
    context = {
        "dialogue": dialogue,
        "form": form,
        "heading": "Convoquer les parties",
        "submit": "Envoyer la convocation",
    }
    return show(request, template_name, context)


def _warn_of_window(request, dialogue: ManagementDialogue, day: date) -> None:
    """R16: a day outside of the window is not refused, but told."""
    if dialogue.is_outside_window(day):
        outside = f"Le {format_date(day)} est hors du délai : ce dialogue se tient {dialogue.window}."
        messages.warning(request, f"{outside} Vous pouvez encore convoquer à un autre jour.")


@http_methods("GET", "POST")
def extraordinary_create(request, pk, template_name="dialogues/extraordinary_create.html"):
    contract = get_object_or_404(Contract.objects.visible_to(request.actor).active().with_parties(), pk=pk)
    require(is_party(request.actor, contract) and may(request.actor, Act.PREPARE_DIALOGUE))
    initial = {"convened_for": clock.today(), "agenda": agenda_of(DialogueKind.EXTRAORDINARY)}
    form = ConveneForm(posted(request), initial=initial)
    if request.method == "POST" and (
        dialogue := submit_form(
            request,
            form,
            actions.call_extraordinary,
            contract=contract,
            success="Les trois parties sont convoquées.",
        )
    ):
        return redirect("dialogues:dialogue_detail", dialogue.pk)
    return show(request, template_name, {"contract": contract, "form": form})


@http_methods("GET", "POST")
def dialogue_hold(request, pk, template_name="dialogues/dialogue_form.html"):
    dialogue = dialogue_of(request, pk)
    require(may(request.actor, Act.PREPARE_DIALOGUE))
    held_on = min(dialogue.convened_for or clock.today(), clock.today())
    form = HoldForm(posted(request), dialogue=dialogue, initial={"held_on": held_on})
    if request.method == "POST" and submit_form(
        request, form, actions.hold, dialogue=dialogue, success="La tenue du dialogue est notée."
    ):
        return redirect("dialogues:dialogue_detail", pk)
    context = {"dialogue": dialogue, "form": form, "heading": "Noter la tenue du dialogue", "submit": "Enregistrer"}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def dialogue_minutes(request, pk, template_name="dialogues/dialogue_form.html"):
    dialogue = dialogue_of(request, pk)
    require(may(request.actor, Act.PREPARE_DIALOGUE))
    if request.method == "GET" and dialogue.status != DialogueStatus.HELD:
        return redirect("dialogues:dialogue_detail", pk)
    form = MinutesForm(posted(request), dialogue=dialogue, following=counted_year(dialogue))
    if request.method == "POST" and submit_form(
        request, form, actions.write_minutes, dialogue=dialogue, success="Le compte rendu est enregistré."
    ):
        return redirect("dialogues:dialogue_detail", pk)
    context = {"dialogue": dialogue, "form": form, "heading": "Rédiger le compte rendu", "submit": "Enregistrer"}
    return show(request, template_name, context)


@http_methods("POST")
def dialogue_send(request, pk):
    success = "Le compte rendu est envoyé à l’approbation des trois parties."
    attempt(request, actions.send_minutes, dialogue=dialogue_of(request, pk), success=success)
    return redirect("dialogues:dialogue_detail", pk)


@http_methods("GET", "POST")
def dialogue_reopen(request, pk, template_name="dialogues/dialogue_form.html"):
    dialogue = dialogue_of(request, pk)
    require(may(request.actor, Act.PREPARE_DIALOGUE))
    form = ReopenForm(posted(request))
    if request.method == "POST" and submit_form(
        request, form, actions.reopen_minutes, dialogue=dialogue, success="Le compte rendu est repris."
    ):
        return redirect("dialogues:dialogue_detail", pk)
    context = {"dialogue": dialogue, "form": form, "heading": "Reprendre le compte rendu", "submit": "Reprendre"}
    return show(request, template_name, context)


@http_methods("GET", "POST")
def dialogue_revise(request, pk, template_name="dialogues/dialogue_revise.html"):
    dialogue = dialogue_of(request, pk)
    require(may(request.actor, Act.REVISE))
    form = ReviseForm(posted(request))
    if request.method == "POST" and submit_form(
        request, form, actions.revise, dialogue=dialogue, success="La révision est ouverte : corrigez, puis approuvez."
    ):
        return redirect("dialogues:dialogue_detail", pk)
    return show(request, template_name, {"dialogue": dialogue, "form": form})


@http_methods("POST")
def dialogue_approve(request, pk):
    approved = attempt(request, actions.approve_minutes, dialogue=dialogue_of(request, pk))
    if approved:
        messages.success(request, panels.approved_words(approved))
    return redirect("dialogues:dialogue_detail", pk)


@http_methods("POST")
def negotiation_open(request, pk):
    contract = get_object_or_404(Contract.objects.visible_to(request.actor), pk=pk)
    success = "La négociation est ouverte ; le dialogue de signature est créé."
    attempt(request, actions.open_negotiation, contract=contract, success=success)
    return redirect("contracts:contract_preview", pk)


@http_methods("GET")
def annex_detail(request, pk, template_name="dialogues/annex_detail.html"):
    annex = annex_of(request, pk)
    is_refused = annex.status == AnnexStatus.REFUSED
    context = {
        "annex": annex,
        "rows": signature_lines(annex.document),
        "can_sign": panels.can_sign(request.actor, annex),
        "can_send_again": is_refused and may(request.actor, Act.PREPARE_DIALOGUE),
        "can_revise": is_refused and panels.can_revise(annex.dialogue, request.actor),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def annex_sign_outside(request, pk, template_name="dialogues/annex_sign_outside.html"):
    """Sign with a certificate of one's own: download, sign elsewhere, bring back."""
    return _sign_out_of_the_portal(request, pk, outside_form, Document.awaits, template_name)


@http_methods("GET", "POST")
def annex_sign_paper(request, pk, template_name="dialogues/annex_sign_paper.html"):
    """Sign by hand: print, sign, scan, bring back."""
    return _sign_out_of_the_portal(request, pk, paper_form, Document.place_for, template_name)


def _sign_out_of_the_portal(request, pk, form_of: Callable, awaits: Callable, template_name: str):
    """`awaits` tells whether the document waits for what is brought: a paper may be that of a colleague's hand."""
    annex = annex_of(request, pk)
    require_that(check_may_sign, request.actor)
    if request.method == "GET" and not awaits(annex.document, request.actor):
        return _lead_back(request, annex)
    form = form_of(request, annex.document)
    if signed := submit_outside(request, form, actions.sign_annex, annex=annex):
        messages.success(request, panels.signed_words(signed))
        return redirect("dialogues:annex_detail", pk)
    return show(request, template_name, {"annex": annex, **outside_context(form)})


def _lead_back(request, annex: AnnualAnnex):
    """Lead back who comes too early, or once it is signed: the page says whose signature is awaited."""
    messages.warning(request, "L’annexe n’attend pas votre signature pour le moment.")
    return redirect("dialogues:annex_detail", annex.pk)


@http_methods("GET", "POST")
def annex_refuse(request, pk, template_name="dialogues/annex_refuse.html"):
    annex = annex_of(request, pk)
    require_that(check_may_sign, request.actor)
    form = RefuseForm(posted(request))
    success = "Le refus est enregistré : les trois parties en sont prévenues."
    if request.method == "POST" and submit_form(request, form, actions.refuse_annex, annex=annex, success=success):
        return redirect("dialogues:annex_detail", pk)
    return show(request, template_name, {"annex": annex, "form": form})


@http_methods("POST")
@back_to("dialogues:annex_detail")
def annex_resend(request, pk):
    success = "L’annexe repart à la signature, de zéro."
    attempt(request, actions.send_annex_again, annex=annex_of(request, pk), success=success)


@http_methods("GET", "POST")
def annex_sign(request, pk, template_name="dialogues/annex_sign.html"):
    annex = annex_of(request, pk)
    require_that(check_may_sign, request.actor)
    if request.method == "GET" and not panels.can_sign(request.actor, annex):
        return _lead_back(request, annex)
    form = signing_form(request, annex.document)
    if request.method == "POST" and form.is_valid():
        form.save()
        signed = attempt(request, actions.sign_annex, annex=annex)
        if signed:
            messages.success(request, panels.signed_words(signed))
        return redirect("dialogues:annex_detail" if signed else "dialogues:annex_sign", pk)
    return show(request, template_name, {"annex": annex, "form": form, "rows": signature_lines(annex.document)})


def dialogue_of(request, pk) -> ManagementDialogue:
    """Return a dialogue in the actor's scope, or answer 404."""
    dialogues = ManagementDialogue.objects.visible_to(request.actor).select_related(
        "contract__cpts", "contract__ars", "contract__fund", "minutes_document__file"
    )
    return get_object_or_404(dialogues, pk=pk)


def annex_of(request, pk) -> AnnualAnnex:
    """Return an annex in the actor's scope, or answer 404."""
    annexes = AnnualAnnex.objects.visible_to(request.actor).select_related(
        "contract__cpts", "statement", "dialogue", "document__file"
    )
    return get_object_or_404(annexes.prefetch_related("document__signatures__organisation"), pk=pk)


def dialogue_context(request, dialogue: ManagementDialogue) -> dict:
    """Return what the room of a dialogue shows."""
    can_prepare = may(request.actor, Act.PREPARE_DIALOGUE)
    missing = missing_items(dialogue) if dialogue.status == DialogueStatus.HELD else []
    return {
        "dialogue": dialogue,
        "turn": panels.turn_of(dialogue, request.actor, missing=missing),
        "rows": panels.approval_panel(dialogue, standing_approvals(dialogue)),
        "history": panels.history_of(dialogue),
        "missing": missing,
        "is_late": dialogue.is_late(clock.today()),
        "evaluated": year_of(dialogue.contract, dialogue.year),
        "programmes": programme_years(dialogue),
        "spending": spending_figures(dialogue),
        "can_prepare": can_prepare,
        "is_planned": dialogue.status == DialogueStatus.PLANNED,
        "is_convened": dialogue.status == DialogueStatus.CONVENED,
        "is_held": dialogue.status == DialogueStatus.HELD,
        "is_at_approval": dialogue.status == DialogueStatus.MINUTES,
        "annex": dialogue.annexes.order_by("-created_at").first(),
        "closed_revisions": dialogue.closed_revisions.select_related("minutes_document__file", "statement"),
        "can_revise": panels.can_revise(dialogue, request.actor),
    }
