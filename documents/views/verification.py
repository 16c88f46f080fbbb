"""The public verification: a code, the fingerprint of a file, or the file itself, which is examined and not kept."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.http import http_methods
from core.throttle import limited
from documents.codes import read_code
from documents.forms import CodeForm, VerifiedFileForm
from documents.verification.answers import Asked, answer_of
from documents.verification.verdicts import judge_code, judge_digest, judge_file

TEMPLATE = "documents/verification.html"
NO_DIGEST = "0" * 64  # the place of the fingerprint in its address, for the script
ANSWER = "documents/partials/answer.html"


@login_not_required
@transaction.non_atomic_requests
@http_methods("GET", "POST")
def verify(request):
    """Ask for a code or a file; both answer on this page, the code at its own address."""
    if request.method == "POST":
        return verify_file(request)
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("documents:verify_code", form.cleaned_data["code"])
    return page(request, code_form=form)


@limited("verification of a file")
def verify_file(request):
    """Examine the file that was sent: a few seconds, in a process of its own, and nothing is written."""
    form = VerifiedFileForm(files=request.FILES)
    if not form.is_valid():
        return page(request, file_form=form)
    answer = answer_of(judge_file(form.cleaned_data["file"].read()), asked=Asked.FILE)
    return page(request, answer=answer, name=form.cleaned_data["file"].name)


@login_not_required
@limited("verification")
@http_methods("GET")
def verify_code(request, code):
    """Say what document bears a code: what a QR code opens."""
    read = read_code(code)
    if read and read != code:
        return redirect("documents:verify_code", read)
    answer = answer_of(judge_code(read), asked=Asked.CODE)
    return page(request, answer=answer, code_form=CodeForm(initial={"code": code[:40]}))


@login_not_required
@limited("verification")
@http_methods("GET")
def verify_digest(request, sha256):
    """Say whether the portal issued a file, of which the browser sent the fingerprint only."""
    return page(request, answer=answer_of(judge_digest(sha256), asked=Asked.DIGEST))


def page(request: HttpRequest, *, answer=None, code_form=None, file_form=None, name: str = "") -> HttpResponse:
    """Return the page, or the answer alone to its script; what is not known is not found."""
    context = {
        "answer": answer,
        "name": name,
        "digest_url": reverse("documents:verify_digest", args=[NO_DIGEST]),
        "code_form": code_form or CodeForm(),
        "file_form": file_form or VerifiedFileForm(),
    }
    status = 404 if answer and answer.is_unknown_code else 200
    response = render(request, ANSWER if request.htmx else TEMPLATE, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
