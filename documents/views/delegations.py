"""The delegations of an organisation: who may sign for it today, by which deed."""

from django.shortcuts import get_object_or_404, redirect

from accounts.actions import end_delegation, set_signatory_count
from accounts.models import Delegation, Organisation
from accounts.permissions import Act, may, signatories
from core.enums import PARTIES
from core.http import attempt, http_methods, posted, posted_files, require, show, submit_form
from documents import actions
from documents.assemblers import delegation_rows
from documents.forms import DelegationForm, SignatoryCountForm


@http_methods("GET")
def delegation_list(request, template_name="documents/delegation_list.html"):
    require(request.actor.side in PARTIES)
    context = {
        "rows": delegation_rows(request.actor),
        "signatories": signatories(request.actor),
        "signatory_count": _own_organisation(request).signatory_count,
        "can_delegate": may(request.actor, Act.DELEGATE),
    }
    return show(request, template_name, context)


@http_methods("GET", "POST")
def delegation_create(request, template_name="documents/delegation_create.html"):
    require(may(request.actor, Act.DELEGATE))
    form = DelegationForm(posted(request), posted_files(request), actor=request.actor)
    success = "La délégation est donnée."
    if request.method == "POST" and submit_form(request, form, actions.grant_delegation_with_deed, success=success):
        return redirect("documents:delegation_list")
    return show(request, template_name, {"form": form})


@http_methods("POST")
def delegation_end(request, pk):
    delegation = get_object_or_404(Delegation.objects.visible_to(request.actor), pk=pk)
    attempt(request, end_delegation, delegation=delegation, success="La délégation a pris fin.")
    return redirect("documents:delegation_list")


@http_methods("GET", "POST")
def signatory_count(request, template_name="documents/signatory_count.html"):
    """Say how many people sign each document for the organisation."""
    require(may(request.actor, Act.DELEGATE))
    own = _own_organisation(request)
    form = SignatoryCountForm(posted(request), actor=request.actor, values={"signatory_count": own.signatory_count})
    success = "Le nombre de signataires est enregistré."
    if request.method == "POST" and submit_form(request, form, set_signatory_count, success=success):
        return redirect("documents:delegation_list")
    return show(request, template_name, {"form": form, "signatories": signatories(request.actor)})


def _own_organisation(request) -> Organisation:
    return Organisation.objects.visible_to(request.actor).get(pk=request.actor.organisation_id)
