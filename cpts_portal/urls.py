"""The routes of the house: one line a room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.views import own_address

urlpatterns = [
    path("", include("dashboards.urls")),
    path("", include("core.urls")),
    path("compte/email/", own_address, name="account_email"),  # in place of the page of the package
    path("compte/", include("allauth.urls")),
    path("equipe/", include("accounts.urls")),
    path("projets/", include("health_projects.urls")),
    path("contrats/", include("contracts.urls")),
    path("programmes/", include("indicators.urls")),
    path("dialogues/", include("dialogues.urls")),
    path("versements/", include("funding.urls")),
    path("depenses/", include("spending.urls")),
    path("simulateur/", include("simulator.urls")),
    path("", include("documents.urls")),
    path("territoires/", include("territories.urls")),
    path("administration/", admin.site.urls),
]
handler500 = "core.failures.answer_failure"
if settings.DEMONSTRATION:
    urlpatterns.append(path("demonstration/", include("demonstration.urls")))
