"""Pages of the documents room: a document, its progress, and the bytes, scoped like rows."""

from urllib.parse import quote

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from accounts import passkeys
from accounts.permissions import Act, may
from core import audit
from core.http import attempt, back_to, http_methods, logs_reads, require, show
from documents import actions, storage
from documents.forms import signing_purpose
from documents.models import Document, StoredFile
from documents.permissions import offered


@http_methods("GET")
def document_detail(request, pk, template_name="documents/document_detail.html"):
    document = get_object_or_404(Document.objects.visible_to(request.actor).with_signatures(), pk=pk)
    return show(request, template_name, {"document": document})


@http_methods("GET")
def document_progress(request, pk, template_name="documents/partials/document_card.html"):
    document = get_object_or_404(Document.objects.visible_to(request.actor).with_signatures(), pk=pk)
    return show(request, template_name, {"document": document, **offered(request.actor, document)})


@http_methods("POST")
@back_to("documents:document_detail")
def document_retry(request, pk):
    document = get_object_or_404(Document.objects.visible_to(request.actor), pk=pk)
    attempt(request, actions.retry_document, document=document, success="La mise en page est relancée.")


@http_methods("POST")
def document_challenge(request, pk):
    """Give the browser what a passkey must answer, once, to sign this document."""
    document = get_object_or_404(Document.objects.visible_to(request.actor), pk=pk)
    require(may(request.actor, Act.SIGN))
    return JsonResponse(passkeys.ask(request, signing_purpose(document)))


@transaction.non_atomic_requests  # the mails leave before the person is told that they did
@http_methods("POST")
@back_to("documents:document_detail")
def document_remind(request, pk):
    document = get_object_or_404(Document.objects.visible_to(request.actor), pk=pk)
    attempt(request, actions.remind_signatories, document=document, success="Le rappel est envoyé.")


@logs_reads
@http_methods("GET")
def document_download(request, pk):
    document = get_object_or_404(
        Document.objects.visible_to(request.actor).filter(file__isnull=False).select_related("file"), pk=pk
    )
    return send(request, document.file)


@logs_reads
@http_methods("GET")
def file_download(request, pk):
    return send(request, get_object_or_404(StoredFile.objects.visible_to(request.actor), pk=pk))


def send(request, stored_file: StoredFile) -> HttpResponse:
    """Return the bytes of a file as a download, and log who took it; or the page that says why it cannot be had."""
    try:
        content = storage.read(stored_file)
    except (storage.StorageUnavailable, storage.AlteredFile) as error:
        return show(request, "documents/file_unavailable.html", {"name": stored_file.name, "reason": error}, status=503)
    audit.record(request.actor, "file.download", stored_file)
    return HttpResponse(
        content,
        content_type=stored_file.content_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(stored_file.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
