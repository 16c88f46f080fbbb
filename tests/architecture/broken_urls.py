"""The routes of the portal, and one that breaks: to look at the page of error 500."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from cpts_portal.urls import urlpatterns as routes


@login_not_required
def breaks(request):
    raise RuntimeError("a page that breaks")


urlpatterns = [*routes, path("casse/", breaks)]
