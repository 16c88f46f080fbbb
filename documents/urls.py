"""Routes of the documents room; the verification is what the QR codes open: short, and never changed."""

from django.urls import path, register_converter

from documents.views import delegations, documents, verification

app_name = "documents"


class Sha256Converter:
    """A SHA-256 in lower-case hexadecimal."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256Converter, "sha256")

urlpatterns = [
    path("verifier/", verification.verify, name="verify"),
    path("verifier/empreinte/<sha256:sha256>/", verification.verify_digest, name="verify_digest"),
    path("verifier/<str:code>/", verification.verify_code, name="verify_code"),
    path("documents/<uuid:pk>/", documents.document_detail, name="document_detail"),
    path("documents/<uuid:pk>/avancement/", documents.document_progress, name="document_progress"),
    path("documents/<uuid:pk>/relancer/", documents.document_retry, name="document_retry"),
    path("documents/<uuid:pk>/cle-d-acces/", documents.document_challenge, name="document_challenge"),
    path("documents/<uuid:pk>/rappeler/", documents.document_remind, name="document_remind"),
    path("documents/<uuid:pk>/pdf/", documents.document_download, name="document_download"),
    path("documents/fichiers/<uuid:pk>/", documents.file_download, name="file_download"),
    path("equipe/delegations/", delegations.delegation_list, name="delegation_list"),
    path("equipe/delegations/donner/", delegations.delegation_create, name="delegation_create"),
    path("equipe/delegations/signataires/", delegations.signatory_count, name="signatory_count"),
    path("equipe/delegations/<uuid:pk>/terminer/", delegations.delegation_end, name="delegation_end"),
]
