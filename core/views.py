"""Pages without an account: the legal texts, and in development the page that shows every component."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

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
@http_methods("GET")
def face(request, template_name="pages/face.html"):
    return show_list(request, template_name, face_context(request))
