"""Pages without an account: the legal texts, and in development the page that shows every component."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from core.http import http_methods
from core.samples import face_context
from core.tables import show_list


@login_not_required
@http_methods("GET")
def accessibility(request, template_name="pages/accessibility.html"):
    return render(request, template_name)


@login_not_required
@http_methods("GET")
def legal_notice(request, template_name="pages/legal_notice.html"):
    return render(request, template_name)


@login_not_required
@http_methods("GET")
def personal_data(request, template_name="pages/personal_data.html"):
    return render(request, template_name)


@login_not_required
@never_cache
@http_methods("GET")
def session_state(request):
    """Tell a page left open who is signed in now (empty: nobody), and the token that its forms must send."""
    return JsonResponse({"person": str(request.user.pk or ""), "token": get_token(request)})


@login_not_required
@http_methods("GET")
def face(request, template_name="pages/face.html"):
    return show_list(request, template_name, face_context(request))
