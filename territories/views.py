"""Searching for a place: public geography, the same for everyone who is signed in."""

from django.shortcuts import render

from core.http import http_methods
from territories.assemblers import find_places


@http_methods("GET")
def place_search(request, template_name="territories/partials/places.html"):
    """Answer the fragment that a territory picker shows under its search field (`q`, and the codes `chosen`)."""
    chosen = request.GET.get("chosen", "").split()
    return render(request, template_name, {"places": find_places(request.GET.get("q", ""), chosen=chosen)})
