"""From the draft to the decision: sending a project, commenting on it, approving, opposing, writing it again."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect

from accounts.permissions import Act, may
from core.http import attempt, back_to, http_methods, logs_reads, posted, require, show, submit_form
from health_projects import actions, forms, pages, permissions
from health_projects.views.access import DETAIL, scoped
from health_projects.views.drafting import section_key


@http_methods("POST")
@back_to(DETAIL)
def project_submit(request, pk):
    project = scoped(request, pk)
    attempt(
        request,
        actions.submit_project,
        project=project,
        success="Le projet est envoyé à l’ARS. Elle a deux mois pour se prononcer.",
    )


@http_methods("POST")
@back_to(DETAIL)
def project_comment(request, pk, key):
    project, form = scoped(request, pk), forms.CommentForm(request.POST)
    require(permissions.may_comment(request.actor))
    saved = submit_form(
        request,
        form,
        actions.comment_section,
        project=project,
        part=section_key(key),
        success="Votre commentaire est ajouté.",
    )
    if saved is None:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(f"{pages.detail_url(project)}#section-{key}")


@http_methods("GET", "POST")
def project_send_back(request, pk, template_name="health_projects/project_send_back.html"):
    project = scoped(request, pk)
    require(may(request.actor, Act.REVIEW_PROJECT))
    form = forms.SendBackForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.send_back, project=project, success="Votre demande est envoyée à la CPTS."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "form": form})


@http_methods("POST")
@back_to(DETAIL)
def project_resume(request, pk):
    project = scoped(request, pk)
    attempt(request, actions.resume, project=project, success="Vous pouvez corriger le projet.")


@http_methods("POST")
@back_to(DETAIL)
def project_approve(request, pk):
    project = scoped(request, pk)
    attempt(request, actions.approve, project=project, success="Le projet est approuvé. La CPTS en est avertie.")


@http_methods("GET", "POST")
def project_oppose(request, pk, template_name="health_projects/project_oppose.html"):
    project = scoped(request, pk)
    require(may(request.actor, Act.REVIEW_PROJECT))
    form = forms.OppositionForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.oppose, project=project, success="L’opposition est enregistrée. La CPTS en est avertie."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "form": form})


@logs_reads
@http_methods("GET", "POST")
def overlap_accept(request, pk, other, template_name="health_projects/overlap_accept.html"):
    project = scoped(request, pk)
    require(may(request.actor, Act.ACCEPT_OVERLAP))
    found = actions.overlapping_projects(actor=request.actor, project=project)
    overlap = next((row for row in found if row.other == other), None)
    if overlap is None:
        raise Http404
    form = forms.AcceptanceForm(posted(request), actor=request.actor)
    if request.method == "POST" and submit_form(
        request, form, actions.accept_overlap, project=project, other=other, success="Le chevauchement est accepté."
    ):
        return redirect(DETAIL, pk)
    return show(request, template_name, {"project": project, "overlap": overlap, "form": form})


@http_methods("POST")
def project_new_version(request, pk):
    project = scoped(request, pk)
    version = attempt(
        request, actions.new_version, project=project, success="Une nouvelle version est ouverte, avec votre texte."
    )
    return redirect(DETAIL, version.pk if version else pk)
