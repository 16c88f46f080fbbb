"""Routes of the documents room."""

from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("<uuid:pk>/", views.document_detail, name="document_detail"),
    path("<uuid:pk>/avancement/", views.document_progress, name="document_progress"),
    path("<uuid:pk>/relancer/", views.document_retry, name="document_retry"),
    path("<uuid:pk>/pdf/", views.document_download, name="document_download"),
    path("fichiers/<uuid:pk>/", views.file_download, name="file_download"),
]
