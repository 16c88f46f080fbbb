"""Searching for a place: public geography, the same for everyone, signed in or not."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

from core.http import http_methods
from territories.assemblers import find_places


@login_not_required
@http_methods("GET")
def place_search(request, template_name="territories/partials/places.html"):
    """Answer the fragment that a territory picker shows under its search field (`q`, and the codes `chosen`)."""
    chosen = request.GET.get("chosen", "").split()
    return render(request, template_name, {"places": find_places(request.GET.get("q", ""), chosen=chosen)})
