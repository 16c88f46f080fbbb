"""Routes of the texts every visitor may read, of the state of the session, and of the page of the components."""

from django.conf import settings
from django.urls import path

from core import views

urlpatterns = [
    path("session/", views.session_state, name="session_state"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal_notice, name="legal_notice"),
    path("donnees-personnelles/", views.personal_data, name="personal_data"),
]
if settings.DEBUG:
    urlpatterns.append(path("face/", views.face, name="face"))
