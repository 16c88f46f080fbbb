"""Routes of the texts every visitor may read, and of the page that shows the components."""

from django.conf import settings
from django.urls import path

from core import views

urlpatterns = [
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal_notice, name="legal_notice"),
    path("donnees-personnelles/", views.personal_data, name="personal_data"),
]
if settings.DEBUG:
    urlpatterns.append(path("face/", views.face, name="face"))
